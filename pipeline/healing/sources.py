"""Recorders that footage is fetched from to be looked at: who is asked, and who is left alone.

Manners towards a host are the devices' room's. Here is what looking adds: one person at a time is
played to from a recorder, so that questions and healing keep the other place; one that is busy,
silent or refuses a login is left alone, and everybody who looks meanwhile hears the same without
its being asked.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.devices.device import Coverage, Device, channel_trouble
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceBusyError,
    DeviceError,
)
from pipeline.healing.answers import check_answered
from pipeline.recorders.errors import (
    AwayReason,
    FootageAwayError,
    FootageError,
    FootageIndexError,
    StorageError,
)
from pipeline.recorders.segments import Origin

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 5.0, 60.0
_REFUSED_PAUSE_S = 3600.0
_places: dict[str, threading.Lock] = {}
_places_lock = threading.Lock()


def _place_of(name: str) -> threading.Lock:
    """A recorder's one place for who looks, the same for all of this process."""
    with _places_lock:
        return _places.setdefault(name, threading.Lock())


@dataclass(frozen=True, slots=True)
class HeldCamera:
    """A camera whose footage a recorder has.

    Attributes:
        camera: Camera id.
        origin: The recorder's name and the channel there.
        channel_name: What the recorder must call it; None when that does not matter.
        lag_s: How late the recorder's index may be.
    """

    camera: str
    origin: Origin
    channel_name: str | None
    lag_s: float = 0.0


@dataclass(slots=True)
class Source:
    """A recorder.

    Attributes:
        name: As the configuration calls it.
        place: Held by the playback that stands.
    """

    name: str
    place: threading.Lock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _device: Device | None = None
    _away: FootageAwayError | None = None
    _until_s: float = 0.0
    _tries: int = 0

    def device(self, open_device: Callable[[str], Device], now_s: float) -> Device:
        """The recorder, opened once.

        Raises:
            FootageAwayError: It is left alone for now.
            ConfigError: Its password is not there.
            DeviceError: Its user name cannot be sent.
        """
        with self._lock:
            if self._away is not None and now_s < self._until_s:
                raise self._away
            if self._device is None:
                self._device = open_device(self.name)
            return self._device

    def leave_alone(self, away: FootageAwayError, now_s: float) -> None:
        """Ask it nothing for a while, longer each time in a row."""
        is_soon = away.reason in (AwayReason.BUSY, AwayReason.SILENT)
        with self._lock:
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0**self._tries)
            self._until_s = now_s + (pause_s if is_soon else _REFUSED_PAUSE_S)
            self._tries += 1
            self._away = away
        if not is_soon:
            self.close()  # the next time reads the password anew

    def did_well(self) -> None:
        """It played, or answered."""
        with self._lock:
            self._away, self._tries = None, 0

    def close(self) -> None:
        """Let go of its connections."""
        with self._lock:
            device, self._device = self._device, None
        if device is not None:
            device.close()


class Sources:
    """The recorders of a box. Thread-safe.

    Args:
        open_device: Opens one by its name; raises ConfigError or DeviceError.
        clock: Time.
    """

    def __init__(self, open_device: Callable[[str], Device], clock: Clock) -> None:
        self._open_device = open_device
        self._clock = clock
        self._by_name: dict[str, Source] = {}
        self._lock = threading.Lock()

    def of(self, held: HeldCamera) -> Source:
        """Who has a camera's footage."""
        name = held.origin.device
        with self._lock:
            return self._by_name.setdefault(name, Source(name, _place_of(name)))

    def anew(self) -> None:
        """Open all anew, with what is configured now."""
        with self._lock:
            sources, self._by_name = self._by_name, {}
        for each in sources.values():
            each.close()

    def mono_s(self) -> float:
        """Of a clock that only goes forward."""
        return self._clock.mono_ns() / 1e9

    def now_s(self) -> float:
        """Seconds since the epoch."""
        return self._clock.utc_s()

    def opened(self, held: HeldCamera) -> Device:
        """The recorder, which has the camera's channel.

        Raises:
            FootageAwayError: It is left alone for now, or the channel is another camera's.
            ConfigError: Its password is not there.
            DeviceError: It does not answer.
        """
        device = self.of(held).device(self._open_device, self.mono_s())
        channels = {each.id: each for each in device.channels()}
        trouble = channel_trouble(channels, held.origin.channel, held.channel_name)
        if trouble:
            raise FootageAwayError(AwayReason.CANNOT, trouble, where=str(held.origin))
        return device

    def coverage(self, held: HeldCamera, window: Span) -> Coverage:
        """What the recorder says it has.

        Raises:
            FootageAwayError: It does not say.
        """
        with self.asking(held, AwayReason.UNREADABLE):
            found = self.opened(held).coverage(held.origin.channel, window)
            check_answered(found)
            self.of(held).did_well()
            return found

    @contextmanager
    def asking(self, held: HeldCamera, broken: AwayReason) -> Iterator[None]:
        """Tells in one kind of error why footage cannot be had, and leaves the recorder alone.

        Args:
            held: Whose.
            broken: What it means that the recorder's answer is none.
        """
        where = held.origin.device
        try:
            yield
        except (ConfigError, DeviceError) as error:
            is_broken = isinstance(error, BrokenAnswerError)
            reason = broken if is_broken else _reason_of(error)
            away = FootageAwayError(reason, error.what, where=where)
            if not is_broken:
                self.of(held).leave_alone(away, self.mono_s())
            raise away from error
        except FootageError as error:
            raise FootageAwayError(AwayReason.UNREADABLE, error.what, where=where) from error
        except (StorageError, FootageIndexError, sqlite3.Error, OSError) as error:
            what = "the disk refuses what is fetched"
            raise FootageAwayError(AwayReason.DISK_FULL, what, where=where) from error


def _reason_of(error: ConfigError | DeviceError) -> AwayReason:
    if isinstance(error, AuthRefusedError):
        return AwayReason.REFUSED
    if isinstance(error, DeviceBusyError):
        return AwayReason.BUSY
    if isinstance(error, (ConfigError, CapabilityMissingError)):
        return AwayReason.CANNOT
    return AwayReason.SILENT

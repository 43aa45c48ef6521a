"""Fetches what is missing of our own footage from a recorder that has it, and nothing else.

After an outage of the link or of the box the gap is known, with its cause. A recorder at the same
camera, or the camera's own card, may have gone on. The healer asks it for that time alone, fetches
what it holds of the gap, proves it by decoding, and makes it footage that says where it comes from.
One thread does it, one question or playback at a time: a school's recorder is never slowed, and
live recording and kept promises come first on the disk.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import structlog

from api.contract.footage.school_days import days_before
from api.contract.footage.spans import Span, footage_in, holes, merge, total_s
from api.contract.footage.verdict import DEFAULT_SEAM_S
from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError
from pipeline.devices.device import Device, channel_trouble
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    CapabilityMissingError,
    DeviceError,
    DeviceUnreachableError,
)
from pipeline.healing.answers import check_answered
from pipeline.healing.gaps import HEALABLE, less, pieces, sort_out
from pipeline.healing.memory import HealingMemory
from pipeline.healing.playing import MARGIN_S, played
from pipeline.healing.stage import Stage, clear, prove
from pipeline.recorders.errors import FootageError, FootageIndexError, StorageError
from pipeline.recorders.recorder import Recorder
from pipeline.recorders.segments import Origin

_log = structlog.get_logger(__name__)
_EVERY_S = 300.0
_WHOLE_EVERY_S = 86_400.0
_RECENT_S = 26 * 3600.0
"""In between, gaps are looked for in so much of the end."""
SETTLE_S = 120.0
"""A gap is that old before a recorder is asked: it writes its index late."""
_GAPS_A_ROUND = 64
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 60.0, 3600.0
_BYTES_A_SECOND = 1_000_000
"""Of a camera that nothing is known of."""
_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class HealedCamera:
    """A camera that this box records, and who else has its footage.

    Attributes:
        camera: Camera id.
        device: Name of the device.
        channel: Its channel there.
        channel_name: What the device must call it; None when that does not matter.
        keep_days: Nothing older is fetched.
    """

    camera: str
    device: str
    channel: str
    channel_name: str | None
    keep_days: int


@dataclass(slots=True)
class _Pause:
    until_s: float
    tries: int


class Healer:
    """Heals the gaps of a box's cameras.

    Args:
        recorder: Who keeps the footage.
        open_device: Opens a device by its name; raises ConfigError or DeviceError.
        memory: What could not be healed so far.
        zone: The school's.
        clock: Time.
    """

    def __init__(
        self,
        recorder: Recorder,
        open_device: Callable[[str], Device],
        memory: HealingMemory,
        zone: ZoneInfo,
        clock: Clock,
    ) -> None:
        self._recorder = recorder
        self._open_device = open_device
        self._memory = memory
        self._zone = zone
        self._clock = clock
        self._cameras: tuple[HealedCamera, ...] = ()
        self._devices: dict[str, Device] = {}
        self._pauses: dict[str, _Pause] = {}
        self._whole_at_s: dict[str, float] = {}
        self._is_anew = False
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="healer", daemon=True)

    # --- life -----------------------------------------------------------------------------

    def follow(self, cameras: Sequence[HealedCamera]) -> None:
        """Take other cameras and devices; devices are opened anew, with what is configured now."""
        self._cameras = tuple(cameras)
        self._is_anew = True
        self._wake.set()

    def start(self) -> None:
        """Begin to heal."""
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """Heal no more; a playback ends with its next picture, and is resumed by the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(deadline_s)
        if not self._thread.is_alive():
            self._let_go(list(self._devices))
            self._memory.close()

    def _run(self) -> None:
        clear(self._recorder.settings.root)
        while not self._stop.is_set():
            self._wake.clear()
            try:
                self.round()
            except Exception:  # noqa: BLE001 -- boundary: a bug here must not end healing
                _log.exception("gaps not healed")
            self._wake.wait(_EVERY_S)

    # --- a round --------------------------------------------------------------------------

    def round(self) -> float:
        """Heal what can be healed now, the newest gap first; answers how many seconds."""
        if self._is_anew:
            self._is_anew = False
            self._let_go(list(self._devices))
            self._pauses.clear()
        healed_s = 0.0
        for name in sorted({camera.device for camera in self._cameras}):
            if self._stop.is_set() or self._is_paused(name):
                continue
            try:
                healed_s += self._heal_from(name)
                self._pauses.pop(name, None)
            except (ConfigError, DeviceError) as error:
                self._pause(name, error)
            except (StorageError, FootageIndexError) as error:
                _log.warning("gaps not healed for now", why=error.line())
                break
            except sqlite3.Error as error:
                _log.warning("gaps not healed for now", why=str(error))
                break
        return healed_s

    def _is_paused(self, name: str) -> bool:
        pause = self._pauses.get(name)
        return pause is not None and self._clock.mono_ns() / 1e9 < pause.until_s

    def _pause(self, name: str, error: ConfigError | DeviceError) -> None:
        """Leave a device alone; who was refused or misconfigured waits as long as there is."""
        before = self._pauses.get(name)
        tries = 0 if before is None else before.tries
        pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2.0**tries)
        if isinstance(error, (AuthRefusedError, ConfigError)):
            pause_s = _LONGEST_PAUSE_S
            self._let_go([name])  # the next time reads the password anew
        self._pauses[name] = _Pause(self._clock.mono_ns() / 1e9 + pause_s, tries + 1)
        _log.warning(
            "recorder left alone, gaps wait", recorder=name, for_s=pause_s, why=error.line()
        )

    def _let_go(self, names: Sequence[str]) -> None:
        for name in names:
            device = self._devices.pop(name, None)
            if device is not None:
                device.close()

    def _heal_from(self, name: str) -> float:
        """Heal the cameras of one device.

        Raises:
            ConfigError: Its password is not there.
            DeviceError: It does not answer now.
            StorageError: The disk refuses.
            FootageIndexError: The index refuses.
        """
        cameras = [camera for camera in self._cameras if camera.device == name]
        now_s = self._clock.utc_s()
        asked = {camera.camera: self._window(camera, now_s) for camera in cameras}
        due = [
            (gap, camera) for camera in cameras for gap in self._due(camera, asked[camera.camera])
        ]
        healed_s = 0.0
        if due:
            due.sort(key=lambda each: each[0].end_s, reverse=True)
            if name not in self._devices:
                self._devices[name] = self._open_device(name)
            device = self._devices[name]
            channels = {each.id: each for each in device.channels()}
            offset_s = device.clock_offset().seconds
            for gap, camera in due[:_GAPS_A_ROUND]:
                if self._stop.is_set():
                    return healed_s
                trouble = channel_trouble(channels, camera.channel, camera.channel_name)
                if trouble:
                    self._put_off(camera, (gap,), trouble)
                    continue
                healed_s += self._heal(device, camera, gap, offset_s)
        if len(due) <= _GAPS_A_ROUND:
            self._whole_at_s |= dict.fromkeys(
                (camera for camera, (_, is_whole) in asked.items() if is_whole), now_s
            )
        return healed_s

    def _window(self, camera: HealedCamera, now_s: float) -> tuple[Span | None, bool]:
        """Where gaps are looked for, and whether that is all of the promise."""
        oldest_s = days_before(now_s, camera.keep_days, self._zone)
        whole_at_s = self._whole_at_s.get(camera.camera)
        is_whole = whole_at_s is None or not 0 <= now_s - whole_at_s < _WHOLE_EVERY_S
        if is_whole:
            self._memory.forget(camera.camera, oldest_s)
        start_s = oldest_s if is_whole else max(oldest_s, now_s - _RECENT_S)
        end_s = now_s - SETTLE_S
        return (Span(start_s, end_s) if end_s > start_s else None), is_whole

    def _due(self, camera: HealedCamera, asked: tuple[Span | None, bool]) -> list[Span]:
        """Gaps that nobody wanted and that are not left alone; none while footage is unknown."""
        window, _ = asked
        if window is None:
            return []
        timeline = self._recorder.timeline(camera.camera, window)
        gaps = merge(gap.span for gap in timeline.gaps if gap.cause in HEALABLE)
        alone = self._memory.left_alone(camera.camera, self._clock.utc_s())
        return [part for part in less(gaps, alone) if part.seconds >= DEFAULT_SEAM_S]

    # --- one gap --------------------------------------------------------------------------

    def _heal(self, device: Device, camera: HealedCamera, gap: Span, offset_s: float) -> float:
        around = Span(gap.start_s - MARGIN_S, gap.end_s + MARGIN_S)
        coverage = device.coverage(camera.channel, around)
        check_answered(coverage)
        found = sort_out(gap, coverage)
        self._put_off(camera, found.absent, "not_recorded")
        self._put_off(camera, found.unclear, "unclear")
        rate = self._bytes_a_second(camera.camera, gap)
        healed_s = 0.0
        for piece in pieces(found.held):
            if self._stop.is_set():
                break
            if not self._recorder.has_room(round(piece.seconds * rate)):
                _log.warning("no room to heal a gap", camera=camera.camera)
                self._put_off(camera, (piece,), "no_room")
                continue
            healed_s += self._heal_piece(device, camera, piece, offset_s)
        return healed_s

    def _heal_piece(
        self, device: Device, camera: HealedCamera, piece: Span, offset_s: float
    ) -> float:
        """Fetch a piece; what is not healed of it afterwards is put off."""
        before_s = total_s(self._recorder.coverage(camera.camera, piece))
        why = "broken_off"
        try:
            self._fetch(device, camera, piece, offset_s)
        except (BrokenAnswerError, CapabilityMissingError, FootageError) as error:
            why = "unplayable"
            _log.warning("a gap could not be healed", camera=camera.camera, why=error.line())
        held = self._recorder.coverage(camera.camera, piece)
        healed_s = total_s(held) - before_s
        left = holes(footage_in(held, piece, DEFAULT_SEAM_S), piece)
        if not self._stop.is_set():
            self._put_off(camera, left, why)
        _log.info(
            "footage recovered",
            camera=camera.camera,
            recorder=camera.device,
            from_s=round(piece.start_s, 3),
            to_s=round(piece.end_s, 3),
            recovered_s=round(healed_s, 1),
            left_s=round(total_s(left), 1),
        )
        return healed_s

    def _fetch(self, device: Device, camera: HealedCamera, piece: Span, offset_s: float) -> None:
        """Play a piece back, and adopt each file that was finished and proven.

        Raises:
            DeviceError: It does not play.
            FootageError: What it played does not decode.
            StorageError: The disk refuses.
            FootageIndexError: The index refuses.
        """
        origin = Origin(camera.device, camera.channel)
        settings = self._recorder.settings
        with closing(
            Stage(settings.root, camera.camera, piece, origin, settings.segment_s)
        ) as stage:
            try:
                with closing(played(device, camera.channel, piece, offset_s)) as packets:
                    for packet, info in packets:
                        if self._stop.is_set():
                            return
                        stage.take(packet, info)
                        if packet.is_keyframe:
                            self._adopt(stage)
            except DeviceUnreachableError:
                # Some recorders fall silent where others end; what came before is good.
                self._adopt(stage, is_over=True)
                if not stage.has_begun:
                    raise
                return
            self._adopt(stage, is_over=True)

    def _adopt(self, stage: Stage, *, is_over: bool = False) -> None:
        for path, segment in stage.finished(is_over=is_over):
            prove(path)
            self._recorder.adopt(path, segment)

    def _put_off(self, camera: HealedCamera, spans: Sequence[Span], why: str) -> None:
        now_s = self._clock.utc_s()
        for span in spans:
            again_s = self._memory.put_off(camera.camera, span, why, now_s)
            _log.info(
                "a gap stays for now",
                camera=camera.camera,
                recorder=camera.device,
                why=why,
                seconds=round(span.seconds, 1),
                again_in_s=round(again_s - now_s),
            )

    def _bytes_a_second(self, camera: str, gap: Span) -> float:
        """Of the camera's footage on the day before the gap, or else a generous guess."""
        day = self._recorder.index.segments(camera, Span(gap.start_s - _DAY_S, gap.start_s))
        seconds = sum(each.span.seconds for each in day)
        size_bytes = sum(each.size_bytes for each in day)
        return size_bytes / seconds if seconds > 0 else _BYTES_A_SECOND

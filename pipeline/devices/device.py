"""What can be asked of any recorder, whoever made it.

A device's index is a claim. An adapter hands it on only when it is complete and fits together;
everything else is `Coverage.unknown`, with the reason. All moments are ours: seconds since the
epoch, UTC, the device's clock already compared and taken off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from api.contract.footage.spans import Span
from pipeline.core.redact import redact_url
from pipeline.devices.credentials import Credentials
from pipeline.devices.errors import UnknownReason


@dataclass(frozen=True, slots=True)
class Channel:
    """A camera as the device counts it.

    Attributes:
        id: What the device calls it in questions, as ``1`` or ``34020000001320000001``.
        name: What people called it there; ``""`` when nobody did.
        is_online: Whether its picture arrives; None when the device does not say.
    """

    id: str
    name: str
    is_online: bool | None


def channel_trouble(channels: Mapping[str, Channel], channel: str, name: str | None) -> str:
    """Why a channel cannot be believed to be a camera's, as a stable code; ``""`` if it can.

    Args:
        channels: The device's, by id.
        channel: Which should be the camera's.
        name: What the device must call it; None when that does not matter.
    """
    found = channels.get(channel)
    if found is None:
        return "channel_missing"
    if name is not None and found.name != name:
        return "channel_renamed"
    return ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stretch of footage the device says it holds.

    Attributes:
        span: From its first picture to the end of its last, on our clock.
        file_id: What the device calls it, for opening it; ``""`` when it has no name.
        size_bytes: None when it does not say.
    """

    span: Span
    file_id: str = ""
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """An interval of which the device's word is missing, or no good."""

    span: Span
    reason: UnknownReason
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What a channel's recorder holds of a window.

    Where nothing is recorded and nothing unknown the device said plainly that it has nothing.

    Attributes:
        window: What was asked.
        recorded: By start; may overlap, as a recording of an event in the continuous one; reaches
            beyond the window where the footage does.
        unknown: By start, disjoint, inside the window; no recorded footage lies there.
    """

    window: Span
    recorded: tuple[Recorded, ...]
    unknown: tuple[Unknown, ...]


class DiskState(StrEnum):
    """A disk in the device, in the words all makers share."""

    OK = "ok"
    FULL = "full"
    """Full and not overwritten: nothing more is recorded."""
    FAILED = "failed"
    MISSING = "missing"
    UNFORMATTED = "unformatted"
    READ_ONLY = "read_only"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Disk:
    """A disk in the device; sizes are None when it does not say."""

    name: str
    state: DiskState
    size_bytes: int | None
    free_bytes: int | None


_ALARMING = {
    DiskState.FULL: "disk_full",
    DiskState.FAILED: "disk_failed",
    DiskState.MISSING: "disk_missing",
    DiskState.UNFORMATTED: "disk_unformatted",
    DiskState.READ_ONLY: "disk_read_only",
}


def disk_alarms(disks: Sequence[Disk]) -> tuple[str, ...]:
    """What is wrong with a device's disks, as stable codes; ``no_disk`` when there is none."""
    if not disks:
        return ("no_disk",)
    states = {disk.state for disk in disks}
    return tuple(code for state, code in _ALARMING.items() if state in states)


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    """How the device is.

    Attributes:
        disks: All it tells of.
        alarms: Stable codes of what is wrong, as ``disk_alarms`` gives them.
    """

    disks: tuple[Disk, ...]
    alarms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """How far the device's clock is from ours.

    Attributes:
        seconds: Device minus ours; positive when it is fast.
        uncertainty_s: The truth lies within as much of it: half the round trip and the device's
            own resolution.
    """

    seconds: float
    uncertainty_s: float


class Transport(StrEnum):
    """How footage is fetched."""

    RTSP = "rtsp"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Playback:
    """How to open footage. Its text shows no credential.

    Attributes:
        transport: RTSP plays it, HTTP downloads it.
        url: Without user and password; may hold a ticket, so it is shown redacted only.
        credentials: For the server at that address; None when the address alone is enough.
        headers: To be sent with the request.
        starts_at_s: When the first picture was taken, on our clock, as asked for.
    """

    transport: Transport
    url: str
    credentials: Credentials | None
    starts_at_s: float
    headers: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Playback({self.transport.value}, {redact_url(self.url)})"


class Device(Protocol):
    """A recorder of another maker. Thread-safe.

    Every question takes as long as the device takes, at most the manners' limits.
    """

    def channels(self) -> tuple[Channel, ...]:
        """Its cameras, in its order.

        Raises:
            DeviceError: It does not say.
        """
        ...

    def coverage(self, channel: str, window: Span) -> Coverage:
        """What it holds of a channel. What cannot be learned is unknown; nothing is raised."""
        ...

    def health(self) -> DeviceHealth:
        """Its disks and alarms.

        Raises:
            DeviceError: It does not say.
        """
        ...

    def clock_offset(self) -> ClockOffset:
        """Its clock against ours, now.

        Raises:
            DeviceError: It does not say.
        """
        ...

    def playback(self, channel: str, span: Span) -> Playback:
        """How to open a channel's footage of an interval; nothing is opened yet.

        Raises:
            DeviceError: It gives no such address.
        """
        ...

    def close(self) -> None:
        """Let go of connections; nothing is asked afterwards."""
        ...

"""A first look at a recorder of another maker: what it has, and one picture of each camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from api.contract.footage.spans import Span, clip, merge, total_s
from pipeline.devices.device import Channel, ClockOffset, Device, DeviceHealth
from pipeline.devices.errors import DeviceError
from pipeline.devices.opened import ProvenPicture, prove
from pipeline.runtime.device_audit import PROOF_S

_DAY_S = 86_400.0
_FURTHEST_DAYS = 512


@dataclass(frozen=True, slots=True)
class ChannelProbe:
    """One camera.

    Attributes:
        channel: It.
        recorded_s: Seconds of footage of the last 24 hours.
        oldest_s: When the oldest footage found begins; None when none was.
        newest_s: When the newest ends.
        picture: What was decoded from the oldest.
        troubles: What was not told or did not open.
    """

    channel: Channel
    recorded_s: float
    oldest_s: float | None
    newest_s: float | None
    picture: ProvenPicture | None
    troubles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeviceProbe:
    """The device.

    Attributes:
        channels: Its cameras.
        clock: Its clock against ours.
        health: Its disks.
        troubles: What was not told.
    """

    channels: tuple[ChannelProbe, ...]
    clock: ClockOffset | None
    health: DeviceHealth | None
    troubles: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether everything was told."""
        return not self.troubles and not any(each.troubles for each in self.channels)


def probe_device(
    device: Device, now_s: float, told: Callable[[str], None] = lambda name: None
) -> DeviceProbe:
    """Ask a device for everything once.

    Args:
        device: It.
        now_s: Our clock.
        told: Called with a camera's id before it is looked at.

    Raises:
        DeviceError: It does not name its cameras.
    """
    channels = device.channels()
    troubles: list[str] = []
    clock: ClockOffset | None = None
    health: DeviceHealth | None = None
    try:
        clock = device.clock_offset()
        health = device.health()
    except DeviceError as error:
        troubles.append(error.line())
    found = []
    for channel in channels:
        told(channel.id)
        found.append(_probe_channel(device, channel, now_s))
    return DeviceProbe(tuple(found), clock, health, tuple(troubles))


def _probe_channel(device: Device, channel: Channel, now_s: float) -> ChannelProbe:
    day = device.coverage(channel.id, Span(now_s - _DAY_S, now_s))
    troubles = [f"{doubt.reason.value}: {doubt.detail}" for doubt in day.unknown[:1]]
    last_day = merge(each.span for each in day.recorded)
    oldest, trouble = (None, "") if day.unknown else oldest_stretch(device, channel.id, now_s)
    if trouble:
        troubles.append(trouble)
    picture: ProvenPicture | None = None
    if oldest is not None:
        # Not its first second: a recorder that overwrites takes it away meanwhile.
        start_s = oldest.start_s + min(60.0, oldest.seconds / 2)
        end_s = min(oldest.end_s, start_s + PROOF_S)
        try:
            picture = prove(device, channel.id, Span(start_s, end_s))
        except DeviceError as error:
            troubles.append(error.line())
    return ChannelProbe(
        channel,
        total_s(clip(last_day, day.window)),
        None if oldest is None else oldest.start_s,
        max((span.end_s for span in last_day), default=None),
        picture,
        tuple(troubles),
    )


def oldest_stretch(device: Device, channel: str, now_s: float) -> tuple[Span | None, str]:
    """The oldest footage, found by halving; and why it is not known, ``""`` if it is.

    Footage with days missing in it may hide older footage: an audit asks for every day.
    """
    found: Span | None = None
    near, far = 0, _FURTHEST_DAYS + 1
    back = 1
    while far - near > 1:
        window = Span(now_s - back * _DAY_S, now_s - (back - 1) * _DAY_S)
        day = device.coverage(channel, window)
        if day.recorded:
            found, near = day.recorded[0].span, back
        elif day.unknown:
            return found, day.unknown[0].detail or day.unknown[0].reason.value
        else:
            far = back
        # Twice as far until there is none, then the middle.
        back = min(2 * near, _FURTHEST_DAYS) if far > _FURTHEST_DAYS else (near + far) // 2
        if back == near:
            break
    return found, ""

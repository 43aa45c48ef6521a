"""A device's footage as packets with true times, from one moment to another."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

from api.contract.footage.spans import Span
from pipeline.core.demux import demuxed
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.devices.device import Device
from pipeline.devices.opened import opened
from pipeline.video.sources.describe import stream_info
from pipeline.video.sources.sender_reports import SenderReports
from pipeline.video.timestamps import TimestampRepair

if TYPE_CHECKING:
    from collections.abc import Generator

    from av import Packet
    from av.stream import Stream

MARGIN_S = 2.0
"""Asked for before a gap: devices count whole seconds, and pictures lean on a keyframe."""
_AFTER_S = 1.0
_TOLD_WITHIN_S = 15.0
"""A sender report so near to what was asked is of the recording; others tell of now."""


def played(
    device: Device, channel: str, span: Span, offset_s: float
) -> Generator[tuple[EncodedPacket, StreamInfo]]:
    """The packets around a span in decoding order, from a little before it to its end.

    The first picture's moment is what its packets say (ONVIF's replay), or else the device's sender
    reports, put right by its clock's offset; of a device that sends none, or reports of now, it is
    the moment that was asked for.

    Args:
        device: Who has the footage.
        channel: Its channel there.
        span: What is wanted, on our clock.
        offset_s: The device's clock minus ours.

    Raises:
        DeviceError: It does not play, or breaks off.
    """
    asked = Span(span.start_s - MARGIN_S, span.end_s + _AFTER_S)
    playback = device.playback(channel, asked)
    with opened(playback) as footage, demuxed(footage.container, footage.stream) as packets:
        info = stream_info(footage.stream)
        repair = TimestampRepair(info.time_base, info.fps, math.inf)
        reports = SenderReports()
        begins_s: float | None = None
        for packet in packets:
            if packet.size == 0:
                continue
            at = repair.repair(packet.pts, packet.dts)
            if begins_s is None:
                begins_s = playback.starts_at_s
                told_s = reports.camera_utc_s(cast("Packet[Stream]", packet), 0)
                if footage.first_s is not None:
                    begins_s = footage.first_s - offset_s
                elif told_s is not None and abs(told_s - offset_s - begins_s) <= _TOLD_WITHIN_S:
                    begins_s = told_s - offset_s
            utc_s = begins_s + at.media_s
            if utc_s >= span.end_s:
                return
            yield (
                EncodedPacket(
                    data=bytes(packet),
                    pts=at.pts,
                    dts=at.dts,
                    is_keyframe=packet.is_keyframe,
                    media_s=at.media_s,
                    utc_s=utc_s,
                    received_mono_ns=0,
                ),
                info,
            )

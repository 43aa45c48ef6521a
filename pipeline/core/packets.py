"""Encoded video on its way from a source to the ring, the decoder and a clip."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a stream says of itself.

    Attributes:
        codec: FFmpeg's name, as ``h264`` or ``hevc``.
        width: Pixels.
        height: Pixels.
        fps: Pictures a second as announced or measured; 0.0 when unknown.
        time_base: Seconds of one tick of ``pts`` and ``dts``.
        extradata: Decoder configuration, out of band; ``b""`` when it comes in the stream.
    """

    codec: str
    width: int
    height: int
    fps: float
    time_base: Fraction
    extradata: bytes


@dataclass(frozen=True, slots=True)
class EncodedPacket:
    """One encoded picture.

    Attributes:
        data: The bytes as the container or RTP delivered them.
        pts: Presentation time in ticks of the stream's time base, already made monotonic enough
            to decode (see ``video/timestamps.py``).
        dts: Decoding time in ticks.
        is_keyframe: Decoding can start here.
        media_s: Presentation time in seconds since the first picture of this session.
        utc_s: The same moment in seconds since the epoch, UTC.
        received_mono_ns: When it arrived.
    """

    data: bytes
    pts: int
    dts: int
    is_keyframe: bool
    media_s: float
    utc_s: float
    received_mono_ns: int

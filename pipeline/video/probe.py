"""What a camera really sends, measured, for ``mingan camera probe`` and for support.

A camera's own settings page says 25 pictures a second; at night it sends 12. The GOP decides how
late the gate may be and how exactly a clip can begin, so it is measured too.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.core.clock import Clock, SystemClock
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.frame import Picture
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.core.redact import redact_url
from pipeline.video.decoder import Decoder
from pipeline.video.sources.registry import SourceRequest, make_source

_MAX_GOP_S = 300.0
"""So long it is waited for a keyframe: no encoder known sends fewer than one in 250 s."""


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """What was measured.

    Attributes:
        address: Redacted.
        codec: FFmpeg's name.
        width: Pixels.
        height: Pixels.
        announced_fps: What the stream says of itself; 0.0 when nothing.
        measured_fps: Pictures a second of the stream's own time; 0.0 of fewer than two.
        sent_fps: Pictures a second by their arrival, of a camera; ``None`` of less than a second.
        measured_s: Seconds of the stream's own time that were looked at.
        packet_count: Pictures received.
        keyframe_count: Keyframes among them.
        gop_frames: Pictures from keyframe to keyframe, median; ``None`` of fewer than two.
        gop_s: The same in seconds.
        bitrate_kbit_s: Average.
        has_b_frames: Pictures come in another order than they are shown.
        corrupt_count: Packets the decoder refused until the first picture came.
        first_picture: The first picture that could be decoded.
    """

    address: str
    codec: str
    width: int
    height: int
    announced_fps: float
    measured_fps: float
    sent_fps: float | None
    measured_s: float
    packet_count: int
    keyframe_count: int
    gop_frames: int | None
    gop_s: float | None
    bitrate_kbit_s: float
    has_b_frames: bool
    corrupt_count: int
    first_picture: Picture


def probe(
    address: str,
    seconds: float = 5.0,
    *,
    username: str | None = None,
    password: str | None = None,
    clock: Clock | None = None,
    open_timeout_s: float = 10.0,
    read_timeout_s: float = 10.0,
    longest_s: float = _MAX_GOP_S,
) -> ProbeReport:
    """Read an address for some seconds of its own time and say what came.

    Whoever joins a stream inside a long GOP waits for its next keyframe, as the worker does; what
    comes meanwhile is measured.

    Args:
        address: A path or an ``rtsp://`` URL.
        seconds: How much to look at; less when the recording ends before, more until there is a
            picture.
        username: In place of what the address says.
        password: In place of what the address says.
        clock: Stamps arrivals.
        open_timeout_s: Of a live source.
        read_timeout_s: Of a live source.
        longest_s: So long, beyond ``seconds``, a keyframe is waited for; as long a camera may
            take to send what is measured.

    Raises:
        SourceError: With the reason why there is nothing to measure.
    """
    clock = clock or SystemClock()
    source = make_source(
        SourceRequest(
            address=address,
            camera_id="",
            clock=clock,
            open_timeout_s=open_timeout_s,
            read_timeout_s=read_timeout_s,
            username=username,
            password=password,
        )
    )
    packets: list[EncodedPacket] = []
    picture: Picture | None = None
    looked_s = 0.0
    try:
        info = source.open()
        until_ns = clock.mono_ns() + round((seconds + longest_s) * 1e9)
        with Decoder(info, redact_url(address)) as decoder:
            has_keyframe = False
            for packet in source.packets():
                is_late = packet.media_s > seconds + longest_s
                # One that only trickles: its own time may stand still.
                is_late = is_late or (source.is_live and clock.mono_ns() > until_ns)
                if is_late or (packet.media_s > seconds and picture is not None):
                    break
                looked_s = packet.media_s
                if not packet.is_hidden and packet.media_s <= seconds:
                    packets.append(packet)
                has_keyframe = has_keyframe or packet.is_keyframe
                if picture is None and has_keyframe:
                    frames = decoder.decode(packet)
                    picture = frames[0].picture if frames else None
            if picture is None:
                frames = decoder.flush()
                picture = frames[0].picture if frames else None
            corrupt_count = decoder.corrupt_count
    finally:
        source.close()
    if picture is None or not packets:
        raise SourceError(
            SourceReason.UNDECODABLE,
            f"no picture could be decoded in {looked_s:.1f} s",
            where=redact_url(address),
            remedy="Set the camera's keyframe interval to a few seconds",
        )
    sent_fps = _sent_fps(packets) if source.is_live else None
    return _report(redact_url(address), info, packets, picture, corrupt_count, sent_fps)


def _sent_fps(packets: Sequence[EncodedPacket]) -> float | None:
    """By arrival, without the first second's burst: what waited while FFmpeg looked."""
    first_ns = packets[0].received_mono_ns + 1_000_000_000
    came = [p.received_mono_ns for p in packets if p.received_mono_ns >= first_ns]
    if len(came) < 2 or came[-1] - came[0] < 1_000_000_000:
        return None
    return (len(came) - 1) / (came[-1] - came[0]) * 1e9


def _report(
    address: str,
    info: StreamInfo,
    packets: Sequence[EncodedPacket],
    picture: Picture,
    corrupt_count: int,
    sent_fps: float | None,
) -> ProbeReport:
    # By the stream's own clock: that is what is looked at here.
    times = sorted(p.media_s + p.clock_ahead_s for p in packets)
    span_s = times[-1] - times[0]
    fps = (len(times) - 1) / span_s if span_s > 0 else 0.0
    # The last picture is shown for one frame's time too, or the rates come out too high.
    measured_s = span_s + 1.0 / fps if fps > 0 else span_s
    keys = [i for i, p in enumerate(packets) if p.is_keyframe]
    gops = [b - a for a, b in itertools.pairwise(keys)]
    gaps = [packets[b].media_s - packets[a].media_s for a, b in itertools.pairwise(keys)]
    size_bits = 8 * sum(len(p.data) for p in packets)
    return ProbeReport(
        address=address,
        codec=info.codec,
        width=picture.width,
        height=picture.height,
        announced_fps=info.fps,
        measured_fps=fps,
        sent_fps=sent_fps,
        measured_s=measured_s,
        packet_count=len(packets),
        keyframe_count=len(keys),
        gop_frames=round(statistics.median(gops)) if gops else None,
        gop_s=statistics.median(gaps) if gaps else None,
        bitrate_kbit_s=size_bits / measured_s / 1000 if measured_s > 0 else 0.0,
        has_b_frames=any(b.pts < a.pts for a, b in itertools.pairwise(packets)),
        corrupt_count=corrupt_count,
        first_picture=picture,
    )

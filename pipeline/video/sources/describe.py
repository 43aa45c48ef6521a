"""FFmpeg's description of a video stream as ours, the same for every source."""

from __future__ import annotations

from fractions import Fraction

from av.video.stream import VideoStream

from pipeline.core.packets import AudioInfo, StreamInfo

_RTP_TIME_BASE = Fraction(1, 90_000)
_MIN_FPS, _MAX_FPS = 0.1, 240.0


def stream_info(stream: VideoStream, audio: AudioInfo | None = None) -> StreamInfo:
    """What a stream says of itself; size 0 and rate 0.0 where it says nothing sensible."""
    context = stream.codec_context
    time_base = stream.time_base
    fps = 0.0
    # PyAV 19 gives a falsy rational instead of None; cameras announce 90000 pictures a second.
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and _MIN_FPS <= float(rate) <= _MAX_FPS:
            fps = float(rate)
            break
    return StreamInfo(
        codec=context.codec.canonical_name if context else "",
        width=context.width if context else 0,
        height=context.height if context else 0,
        fps=fps,
        time_base=Fraction(time_base.numerator, time_base.denominator)
        if time_base
        else _RTP_TIME_BASE,
        extradata=bytes(context.extradata or b"") if context else b"",
        audio=audio,
    )

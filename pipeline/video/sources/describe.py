"""FFmpeg's description of a video stream as ours, the same for every source."""

from __future__ import annotations

from fractions import Fraction

from av.video.stream import VideoStream

from pipeline.core.packets import AS_ENCODED, AudioInfo, Display, StreamInfo
from pipeline.media.containers import sane_aspect

_RTP_TIME_BASE = Fraction(1, 90_000)
_MIN_FPS, _MAX_FPS = 0.1, 240.0


def stream_info(
    stream: VideoStream,
    audio: AudioInfo | None = None,
    *,
    display: Display | None = None,
    is_decode_ordered: bool = False,
) -> StreamInfo:
    """What a stream says of itself; size 0 and rate 0.0 where it says nothing sensible.

    Args:
        stream: It.
        audio: Its sound.
        display: How its pictures are shown; by the stream's own pixels if not given.
        is_decode_ordered: Its times are of decoding alone, and it has B-frames.
    """
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
        display=_of_pixels(stream) if display is None else display,
        is_decode_ordered=is_decode_ordered,
    )


def _of_pixels(stream: VideoStream) -> Display:
    aspect = sane_aspect(stream)
    return AS_ENCODED if aspect == 1 else Display(pixel_aspect=aspect)

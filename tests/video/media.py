"""Videos made for the tests: every picture carries its own number, readable after any codec."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from pipeline.core.frame import Bgr
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video.sources.file import FileSource

WIDTH, HEIGHT = 192, 128
_BITS = 10
_CELL = 16


def numbered_picture(number: int, width: int = WIDTH, height: int = HEIGHT) -> Bgr:
    """A picture with ``number`` as a row of black and white cells, on a moving gradient."""
    picture = np.empty((height, width, 3), np.uint8)
    ramp = (np.arange(width)[None, :] + np.arange(height)[:, None] + 3 * number) % 256
    picture[:] = (96 + ramp[..., None] // 4).astype(np.uint8)
    for bit in range(_BITS):
        left = bit * _CELL
        picture[:_CELL, left : left + _CELL] = 255 if number >> bit & 1 else 0
    return picture


def number_of(picture: Bgr) -> int:
    """The number in a picture, at the size it was made."""
    centre = _CELL // 2
    return sum(
        1 << bit for bit in range(_BITS) if int(picture[centre, bit * _CELL + centre, 1]) > 127
    )


def make_video(
    path: Path,
    *,
    codec: str = "libx264",
    count: int = 50,
    fps: int = 25,
    gop: int = 10,
    b_frames: int = 0,
    width: int = WIDTH,
    height: int = HEIGHT,
    pix_fmt: str = "yuv420p",
    first_number: int = 0,
    seconds: list[float] | None = None,
) -> Path:
    """Encode numbered pictures; the container is chosen by the file's name.

    ``seconds`` gives each picture its own moment, for a variable rate.
    """
    quiet = {"x265-params": f"log-level=none:bframes={b_frames}:keyint={gop}:min-keyint={gop}"}
    options = {
        "libx264": {"preset": "ultrafast", "crf": "18", "sc_threshold": "0"},
        "libx265": {"preset": "ultrafast", "crf": "18", **quiet},
    }.get(codec, {})
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=fps, options=options, width=width, height=height)
        stream.pix_fmt = pix_fmt
        stream.codec_context.gop_size = gop
        stream.codec_context.max_b_frames = b_frames
        if codec == "mpeg4":
            stream.codec_context.bit_rate = 2_000_000
        if seconds is not None:
            stream.codec_context.time_base = Fraction(1, 1000)
        for index in range(count):
            picture = numbered_picture(first_number + index, width, height)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            if seconds is not None:
                frame.pts, frame.time_base = round(seconds[index] * 1000), Fraction(1, 1000)
            else:
                frame.pts, frame.time_base = index, Fraction(1, fps)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


UNKNOWN_KINDS = [
    ("a.mp4", "libx264", b"avc1"),
    ("a.mkv", "libx264", b"V_MPEG4/ISO/AVC"),
    ("a.avi", "mpeg4", b"FMP4"),
]
"""File, codec, and the mark in the file by which FFmpeg knows it."""


def make_unknown(path: Path, codec: str, kind: bytes) -> Path:
    """A video whose codec nobody knows: its mark says another name."""
    data = make_video(path, codec=codec, count=12).read_bytes()
    assert kind in data
    path.write_bytes(data.replace(kind, kind[:-1] + b"X"))
    return path


def read_packets(path: Path) -> tuple[list[EncodedPacket], StreamInfo]:
    """All packets of a file, with their stream."""
    source = FileSource(path, "test", 0.0)
    info = source.open()
    return list(source.packets()), info


def packet(
    media_s: float, *, is_keyframe: bool = False, size: int = 10, order: int = 0
) -> EncodedPacket:
    """A packet without a picture, for what never decodes."""
    return EncodedPacket(
        data=b"\x00" * size,
        pts=round(media_s * 90_000),
        dts=order,
        is_keyframe=is_keyframe,
        media_s=media_s,
        utc_s=1_000.0 + media_s,
        received_mono_ns=0,
    )

"""Films with what containers say of their pictures: turned, stretched, trimmed, in full range."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from pipeline.core.frame import Bgr

FPS = 25
LEVELS = (0, 10, 60, 128, 200, 250)
"""Brightness of a full-range picture's six bars."""


def corner_picture(width: int = 192, height: int = 128) -> Bgr:
    """Grey, with white in the upper left quarter alone: every turn shows."""
    picture = np.full((height, width, 3), 60, np.uint8)
    picture[: height // 2, : width // 2] = 230
    return picture


def bright_corner(picture: Bgr) -> str:
    """Which quarter of a picture is the brightest: ``ul``, ``ur``, ``ll`` or ``lr``."""
    height, width = picture.shape[:2]
    parts = {
        "ul": picture[: height // 2, : width // 2],
        "ur": picture[: height // 2, width // 2 :],
        "ll": picture[height // 2 :, : width // 2],
        "lr": picture[height // 2 :, width // 2 :],
    }
    return max(parts, key=lambda name: float(parts[name].mean()))


def corner_film(
    path: Path,
    *,
    count: int = 50,
    matrix: Sequence[int] | None = None,
    aspect: Fraction | None = None,
    width: int = 192,
    height: int = 128,
) -> Path:
    """A film of ``corner_picture``; ``matrix`` is ISO/IEC 14496-12's (a, b, c, d)."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=FPS, width=width, height=height)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = FPS
        stream.codec_context.max_b_frames = 0
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if matrix is not None:
            a, b, c, d = (value << 16 for value in matrix)
            stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(corner_picture(width, height), format="bgr24")
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def bars(levels: Sequence[int] = LEVELS, width: int = 192, height: int = 96) -> av.VideoFrame:
    """A full-range picture of grey bars."""
    planes = np.full((height * 3 // 2, width), 128, np.uint8)
    planes[:height] = np.repeat(np.array(levels, np.uint8), width // len(levels))[None, :]
    return av.VideoFrame.from_ndarray(planes, format="yuvj420p")


def bars_film(path: Path, *, codec: str = "libx264", count: int = 30) -> Path:
    """A film of ``bars`` that says it is of full range, as many cameras send."""
    options = {"libx264": {"crf": "4"}, "libx265": {"x265-params": "log-level=none:crf=4"}}
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=FPS, options=options[codec], width=192, height=96)
        stream.pix_fmt = "yuvj420p"
        stream.codec_context.color_range = 2
        stream.codec_context.gop_size = 10
        stream.codec_context.max_b_frames = 0
        for index in range(count):
            frame = bars()
            frame.pts, frame.time_base = index, Fraction(1, FPS)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def levels_of(picture: Bgr, count: int = len(LEVELS)) -> list[int]:
    """Brightness in the middle of each bar."""
    height, width = picture.shape[:2]
    return [int(picture[height // 2, (2 * n + 1) * width // (2 * count), 1]) for n in range(count)]


def first_picture(path: Path) -> av.VideoFrame:
    """The first picture of a file, by FFmpeg alone."""
    with av.open(str(path)) as container:
        return next(container.decode(video=0))


def trim_by_edit_list(path: Path, start_s: float) -> Path:
    """Let an MP4 of one track begin later without touching a picture, as ``-ss … -c copy`` does.

    An ``edts`` box goes into the track; the file must have its ``moov`` behind its pictures, so
    that no offset moves.
    """
    data = bytearray(path.read_bytes())
    moov = data.rindex(b"moov") - 4
    trak = data.index(b"trak", moov) - 4
    timescale = struct.unpack_from(">I", data, data.index(b"mdhd", trak) + 16)[0]
    movie_scale, length = struct.unpack_from(">II", data, data.index(b"mvhd", moov) + 16)
    edit = struct.pack(
        ">IIIiI", 0, 1, length - round(start_s * movie_scale), round(start_s * timescale), 1 << 16
    )
    box = struct.pack(">I4sI4s", 16 + len(edit), b"edts", 8 + len(edit), b"elst") + edit
    there = data.find(b"edts", trak)
    if there >= 0:
        size = struct.unpack_from(">I", data, there - 4)[0]
        assert size == len(box)
        data[there - 4 : there - 4 + size] = box
    else:
        at = data.index(b"mdia", trak) - 4
        data[at:at] = box
        for where in (moov, trak):
            grown = struct.unpack_from(">I", data, where)[0] + len(box)
            struct.pack_into(">I", data, where, grown)
    path.write_bytes(data)
    return path

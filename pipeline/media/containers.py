"""Which files are recordings, and which of their tracks holds the pictures.

One answer for whoever opens a file: an audit that calls foreign what the analysis reads accuses
somebody falsely.
"""

from __future__ import annotations

import struct
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from math import atan2, degrees
from pathlib import Path
from typing import cast

import av
import av.error
from av.container import InputContainer
from av.sidedata.sidedata import SideDataContainer, Type
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from pipeline.core.demux import demuxed
from pipeline.core.packets import AS_ENCODED, Display

_NO_RECORDINGS = frozenset({"tty", "gif", "apng", "ico", "webp", "jpegxl_anim", "image2"})
"""FFmpeg reads text files as ANSI art and single images as one-picture videos."""
_RAW = frozenset({"h264", "hevc", "mpegvideo", "m4v", "mjpeg", "h263", "av1", "obu", "vvc"})
_ORDER_UNSAID = frozenset({"avi", "mpeg"})
"""AVI knows no time of showing; a program stream may leave it out."""
_STILLS = frozenset({"png", "bmp", "gif", "webp", "tiff"})
_TURNING = frozenset({"mov", "mp4", "matroska", "webm"})
_COUNTED = 200
"""Packets of the liveliest track before the tracks are compared."""
_LIVES = 0.1
"""Share of the liveliest track's pictures that a living one has: a film of 25/s beside one of 5/s
lives, a single cover beside a film does not."""
_SANE_ASPECT = (Fraction(1, 4), Fraction(4))


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """The track whose pictures are the recording.

    Attributes:
        stream: It.
        display: How its pictures are shown.
    """

    stream: VideoStream
    display: Display


def is_recording(format_name: str) -> bool:
    """Whether FFmpeg's format of that name can hold a recording, and is no picture or text."""
    names = set(format_name.split(","))
    return not names & _NO_RECORDINGS and not any(name.endswith("_pipe") for name in names)


def has_times(format_name: str) -> bool:
    """Whether pictures carry times; in a raw stream they only follow each other."""
    return not set(format_name.split(",")) & _RAW


def is_decode_ordered(container: InputContainer, stream: VideoStream) -> bool:
    """Whether its times do not say in which order pictures are shown, and that is another one."""
    name = container.format.name
    says_order = has_times(name) and name not in _ORDER_UNSAID
    return not says_order and bool(stream.codec_context.has_b_frames)


def picture_track(container: InputContainer, path: Path) -> PictureTrack | None:
    """The first track that lives, and how it is shown; arguments as of ``picture_stream``."""
    stream = picture_stream(container, path)
    return None if stream is None else PictureTrack(stream, _display(container, stream, path))


def picture_stream(container: InputContainer, path: Path) -> VideoStream | None:
    """The first track that lives.

    A cover, a thumbnail and a track without a picture may stand before the film.

    Args:
        container: The open file; not read from.
        path: The same file, to look into.

    Raises:
        OSError: The file cannot be read (``av.error.FFmpegError`` is raised too).
    """
    found = [
        stream
        for stream in container.streams.video
        if not stream.disposition & (Disposition.attached_pic | Disposition.timed_thumbnails)
        # A track of a kind unknown to FFmpeg has no codec context, and PyAV no name for it.
        and (stream.codec_context is None or stream.codec_context.name not in _STILLS)
    ]
    if not found:
        return None
    return found[0] if len(found) == 1 else _living(found, path)


def sane_aspect(stream: VideoStream) -> Fraction:
    """Width of a pixel by its height; 1 where the stream says nothing or nonsense."""
    said = stream.sample_aspect_ratio
    if not said:
        return Fraction(1)
    aspect = Fraction(said.numerator, said.denominator)
    return aspect if _SANE_ASPECT[0] <= aspect <= _SANE_ASPECT[1] else Fraction(1)


def _living(streams: list[VideoStream], path: Path) -> VideoStream:
    counts: Counter[int] = Counter()
    with av.open(f"file:{path}", metadata_errors="replace") as container:
        wanted = [container.streams[stream.index] for stream in streams]
        try:
            with demuxed(container, *wanted) as packets:
                for packet in packets:
                    counts[packet.stream.index] += packet.size > 0
                    if counts[packet.stream.index] >= _COUNTED:
                        break
        except av.error.FFmpegError:
            pass  # what was read until here is there
    least = _LIVES * max(counts.values(), default=0)
    alive = [s for s in streams if s.codec_context is not None and counts[s.index] >= least]
    return next(iter(alive), streams[0])


def _display(container: InputContainer, stream: VideoStream, path: Path) -> Display:
    aspect = sane_aspect(stream)
    if not set(container.format.name.split(",")) & _TURNING or stream.codec_context is None:
        return AS_ENCODED if aspect == 1 else Display(pixel_aspect=aspect)
    # PyAV shows the container's matrix nowhere but at a decoded picture.
    with av.open(f"file:{path}", metadata_errors="replace") as again:
        picture = None
        try:
            with demuxed(again, again.streams[stream.index]) as packets:
                frames = (frame for packet in packets for frame in packet.decode())
                picture = next(frames, None)
        except av.error.FFmpegError:
            pass  # nothing can be decoded: nothing will be shown
        turns, is_mirrored = _turned(picture) if isinstance(picture, VideoFrame) else (0, False)
    return Display(turns, is_mirrored, aspect)


def _turned(picture: VideoFrame) -> tuple[int, bool]:
    """Quarter turns clockwise, and whether it is mirrored first, by its display matrix.

    ISO/IEC 14496-12 §6.2.2: a point (p, q) of the picture is shown at (a·p + c·q, b·p + d·q),
    with q downwards.
    """
    try:
        matrix = cast(SideDataContainer, picture.side_data)[Type.DISPLAYMATRIX]
    except KeyError:
        return 0, False
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    if a * d == b * c:
        return 0, False
    is_mirrored = a * d - b * c < 0
    if is_mirrored:
        a, b = -a, -b
    return round(degrees(atan2(b, a)) / 90) % 4, is_mirrored

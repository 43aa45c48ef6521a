"""A decoded picture that stays YUV until somebody asks for pixels.

Converting a 1080p picture to BGR costs more than detecting motion on it. So a picture is converted
once, straight from YUV to the size asked for, and only when asked.
"""

from __future__ import annotations

import threading

import cv2
import numpy as np
from av import VideoFrame
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter

from pipeline.core.frame import Bgr
from pipeline.core.packets import AS_ENCODED, Display

_MAX_SIZES = 4
_SCALING = Interpolation.AREA | Interpolation.ACCURATE_RND
"""Averaging keeps small people's shapes; at 1080p to 640 x 360 it costs what bilinear does."""

_SAME_SIZE = Interpolation.BILINEAR
_TURNS = {1: cv2.ROTATE_90_CLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_COUNTERCLOCKWISE}


class Converter:
    """FFmpeg's scaler, kept between pictures because setting it up is dear. Thread-safe.

    Single-threaded, so that the same picture gives the same bytes on every run. Not FFmpeg's
    ``BITEXACT``, which gives up the processor's vector units and takes almost twice as long.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_size: dict[tuple[int, int, int, int], VideoReformatter] = {}

    def bgr(self, frame: VideoFrame, width: int, height: int) -> Bgr:
        """``frame`` as BGR of (height, width, 3), scaled in the same step."""
        key = (frame.width, frame.height, width, height)
        flags = _SAME_SIZE if (frame.width, frame.height) == (width, height) else _SCALING
        with self._lock:
            reformatter = self._by_size.pop(key, None) or VideoReformatter()
            self._by_size[key] = reformatter  # newest last
            if len(self._by_size) > _MAX_SIZES:
                del self._by_size[next(iter(self._by_size))]
            converted = reformatter.reformat(
                frame,
                width=width,
                height=height,
                format="bgr24",
                interpolation=int(flags),
                threads=1,
            )
        return np.ascontiguousarray(converted.to_ndarray(), dtype=np.uint8)


class AvPicture:
    """A ``pipeline.core.frame.Picture`` over FFmpeg's frame; safe to share between threads.

    Args:
        frame: The decoded frame; not used by anybody else from now on.
        converter: Shared with the other pictures of the stream.
        display: How it is shown; sizes and pixels are of the picture shown.
    """

    __slots__ = ("_converter", "_display", "_frame", "_full", "_height", "_lock", "_width")

    def __init__(
        self,
        frame: VideoFrame,
        converter: Converter | None = None,
        display: Display = AS_ENCODED,
    ) -> None:
        self._frame = frame
        self._converter = converter or Converter()
        self._display = display
        self._width, self._height = display.size(frame.width, frame.height)
        self._full: Bgr | None = None
        self._lock = threading.Lock()

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self._width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self._height

    @property
    def av_frame(self) -> VideoFrame:
        """FFmpeg's frame, as it was encoded; not to be changed."""
        return self._frame

    @property
    def display(self) -> Display:
        """How ``av_frame`` is shown."""
        return self._display

    def bgr(self, width: int | None = None, height: int | None = None) -> Bgr:
        """The picture as (height, width, 3) BGR.

        One of the two alone keeps the shape of the picture. The full size is kept and shared:
        its array is read-only.
        """
        to_width, to_height = self._size(width, height)
        is_full = (to_width, to_height) == (self.width, self.height)
        with self._lock:
            if not is_full:
                return self._shown(to_width, to_height)
            if self._full is None:
                full = self._shown(to_width, to_height)
                full.flags.writeable = False
                self._full = full
            return self._full

    def _shown(self, width: int, height: int) -> Bgr:
        if self._display.quarter_turns % 2:
            width, height = height, width
        return turned(self._converter.bgr(self._frame, width, height), self._display)

    def _size(self, width: int | None, height: int | None) -> tuple[int, int]:
        if width is None:
            if height is None:
                return self.width, self.height
            width = max(1, round(self.width * height / self.height))
        elif height is None:
            height = max(1, round(self.height * width / self.width))
        if width < 1 or height < 1:
            raise ValueError(f"a picture of {width} x {height} pixels cannot be")
        return width, height


def turned(pixels: Bgr, display: Display) -> Bgr:
    """Pixels as they are shown; (height, width) or (height, width, 3)."""
    if display.is_mirrored:
        pixels = np.asarray(cv2.flip(pixels, 1), np.uint8)
    turn = _TURNS.get(display.quarter_turns)
    return pixels if turn is None else np.asarray(cv2.rotate(pixels, turn), np.uint8)


def limited_yuv420p(
    reformatter: VideoReformatter,
    frame: VideoFrame,
    width: int,
    height: int,
    display: Display = AS_ENCODED,
) -> VideoFrame:
    """A new frame for an encoder: 4:2:0 in limited range, as it is shown, its matrix kept.

    An encoder drops the mark of a full-range picture, and players then cut off shadows and lights.

    Args:
        reformatter: Kept between the frames of a stream.
        frame: Not changed.
        width: Pixels of the new one, even.
        height: Pixels of the new one, even.
        display: How ``frame`` is shown.
    """
    sides = (height, width) if display.quarter_turns % 2 else (width, height)
    made = reformatter.reformat(
        frame,
        width=sides[0],
        height=sides[1],
        format="yuv420p",
        src_color_range=frame.color_range,
        dst_color_range=ColorRange.MPEG,
        threads=1,
    )
    new = made
    if made is frame or display.is_turned:
        # A frame of its own: x264 would otherwise get the decoder's time and picture type.
        planes = np.asarray(made.to_ndarray(), np.uint8)
        if display.is_turned:
            planes = _turned_planes(planes, sides[0], sides[1], display)
        new = VideoFrame.from_ndarray(planes, format="yuv420p")
    new.pict_type = 0
    # What comes from RGB was given the scaler's own matrix, BT.601.
    new.colorspace = int(Colorspace.ITU601) if frame.format.is_rgb else frame.colorspace
    new.color_range = int(ColorRange.MPEG)
    new.color_primaries, new.color_trc = frame.color_primaries, frame.color_trc
    return new


def tag_colours(context: VideoCodecContext, frame: VideoFrame) -> None:
    """Let an encoder that is not open yet say of its colours what the frame says."""
    context.colorspace, context.color_range = frame.colorspace, frame.color_range
    context.color_primaries, context.color_trc = frame.color_primaries, frame.color_trc


def _turned_planes(planes: Bgr, width: int, height: int, display: Display) -> Bgr:
    """4:2:0 planes one behind the other, each turned."""
    flat = planes.reshape(-1)
    area = width * height
    half = height // 2, width // 2
    shapes = ((0, height, width), (area, *half), (area + area // 4, *half))
    parts = [turned(flat[at : at + h * w].reshape(h, w), display).ravel() for at, h, w in shapes]
    across = height if display.quarter_turns % 2 else width
    return np.concatenate(parts).reshape(-1, across)

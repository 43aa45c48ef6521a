"""A decoded picture that stays YUV until somebody asks for pixels.

Converting a 1080p picture to BGR costs more than detecting motion on it. So a picture is converted
once, straight from YUV to the size asked for, and only when asked.
"""

from __future__ import annotations

import threading

import numpy as np
from av import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from pipeline.core.frame import Bgr

_MAX_SIZES = 4
_SCALING = Interpolation.AREA | Interpolation.ACCURATE_RND
"""Averaging keeps small people's shapes; at 1080p to 640 x 360 it costs what bilinear does."""

_SAME_SIZE = Interpolation.BILINEAR


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
    """

    __slots__ = ("_converter", "_frame", "_full", "_lock")

    def __init__(self, frame: VideoFrame, converter: Converter | None = None) -> None:
        self._frame = frame
        self._converter = converter or Converter()
        self._full: Bgr | None = None
        self._lock = threading.Lock()

    @property
    def width(self) -> int:
        """Width in pixels."""
        return self._frame.width

    @property
    def height(self) -> int:
        """Height in pixels."""
        return self._frame.height

    @property
    def av_frame(self) -> VideoFrame:
        """FFmpeg's frame, to encode it again; not to be changed."""
        return self._frame

    def bgr(self, width: int | None = None, height: int | None = None) -> Bgr:
        """The picture as (height, width, 3) BGR.

        One of the two alone keeps the shape of the picture. The full size is kept and shared:
        its array is read-only.
        """
        to_width, to_height = self._size(width, height)
        is_full = (to_width, to_height) == (self.width, self.height)
        with self._lock:
            if not is_full:
                return self._converter.bgr(self._frame, to_width, to_height)
            if self._full is None:
                full = self._converter.bgr(self._frame, to_width, to_height)
                full.flags.writeable = False
                self._full = full
            return self._full

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

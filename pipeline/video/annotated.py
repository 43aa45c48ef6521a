"""A video with what was found drawn into it, for ``mingan analyse`` on a recording."""

from __future__ import annotations

import contextlib
import uuid
from pathlib import Path
from typing import Self

import av.error
import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter

from pipeline.core.errors import EvidenceError
from pipeline.core.frame import Bgr
from pipeline.video.encoder import H264Encoder

_MAX_SD_HEIGHT = 576
"""Higher pictures have the matrix of BT.709, others that of BT.601 (as players guess it)."""


class AnnotatedWriter:
    """Encodes BGR pictures with their own times to H.264 in MP4.

    The file appears at its path when ``close`` succeeds, or when the ``with`` block ends without
    an exception; before that it has another name, and after a failure none.

    Args:
        path: The file.
        width: Pixels; made even.
        height: Pixels; made even.
        fps: About how many pictures a second come.

    Raises:
        EvidenceError: The file cannot be made (also from ``write`` and ``close``).
    """

    def __init__(self, path: Path, width: int, height: int, fps: float) -> None:
        self._path = Path(path)
        self._part = self._path.with_name(f".{self._path.name}.{uuid.uuid4().hex[:8]}.part")
        self._last_s = 0.0
        self._count = 0
        self._frame_s = 1.0 / fps if fps > 0 else 0.04
        self._is_closed = False
        self._reformatter = VideoReformatter()
        try:
            self._encoder = H264Encoder(
                self._part, max(2, width // 2 * 2), max(2, height // 2 * 2), fps, crf=24
            )
        except (OSError, av.error.FFmpegError) as error:
            raise self._error(error) from error

    def write(self, picture: Bgr, media_s: float) -> None:
        """Add a picture, of any size; scaled to the file's.

        Args:
            picture: (height, width, 3) BGR.
            media_s: Its moment, seconds since the file's beginning, later than the one before.
        """
        frame = self._in_yuv(picture)
        try:
            self._encoder.write(frame, media_s)
        except (OSError, av.error.FFmpegError) as error:
            self.discard()
            raise self._error(error) from error
        self._last_s = media_s
        self._count += 1

    def _in_yuv(self, picture: Bgr) -> VideoFrame:
        """With the matrix of its size, and saying so: players guess where nothing is said."""
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="bgr24")
        is_hd = frame.height > _MAX_SD_HEIGHT
        made = self._reformatter.reformat(
            frame,
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709 if is_hd else Colorspace.ITU601,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        if is_hd:
            made.color_primaries, made.color_trc = int(ColorPrimaries.BT709), int(ColorTrc.BT709)
        return made

    def close(self) -> None:
        """Complete the file; without a picture there is none."""
        if self._is_closed:
            return
        if self._count == 0:
            self.discard()
            return
        self._is_closed = True
        try:
            self._encoder.finish(self._last_s + self._frame_s)
            self._part.replace(self._path)
        except (OSError, av.error.FFmpegError) as error:
            raise self._error(error) from error
        finally:
            self._remove_part()

    def discard(self) -> None:
        """Leave no file."""
        if not self._is_closed:
            self._is_closed = True
            with contextlib.suppress(OSError, av.error.FFmpegError):
                self._encoder.close()
        self._remove_part()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _remove_part(self) -> None:
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)

    def _error(self, error: OSError | av.error.FFmpegError) -> EvidenceError:
        return EvidenceError(
            f"the annotated video could not be written ({error.strerror or type(error).__name__})",
            where=str(self._path),
            remedy="Check that the folder exists, may be written and has room",
        )

"""Pictures for training and evaluation: arrays and video files behind the product's ``Frame``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from pipeline.core.clock import FrameTime
from pipeline.core.errors import ConfigError
from pipeline.core.frame import Bgr, Frame


@dataclass(frozen=True, slots=True)
class ArrayPicture:
    """A picture that is already in memory; ``Picture`` for arrays of (height, width, 3)."""

    pixels: Bgr

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.pixels.shape[0])

    def bgr(self, width: int | None = None, height: int | None = None) -> Bgr:
        """The pixels, scaled with bilinear interpolation as YOLOX's ``preproc`` does."""
        size = (width or self.width, height or self.height)
        if size == (self.width, self.height):
            return self.pixels
        return np.asarray(cv2.resize(self.pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def frame_of(pixels: Bgr, seconds: float = 0.0) -> Frame:
    """A frame of no camera in particular."""
    return Frame("eval", FrameTime(seconds, seconds), ArrayPicture(pixels))


def read_video(path: Path, step: int = 1) -> Iterator[tuple[int, Bgr]]:
    """Every ``step``-th picture of a video with its number, the first being 1 as in MOT files.

    Raises:
        ConfigError: The file holds no video.
    """
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise ConfigError(
                "holds no video, only other streams", where=str(path), remedy="Choose another file"
            )
        for number, frame in enumerate(container.decode(video=0), start=1):
            if (number - 1) % step == 0:
                yield number, np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)

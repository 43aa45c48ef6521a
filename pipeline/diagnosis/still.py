"""A picture that is pixels already, where other rooms would give a video frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.core.frame import Bgr, Picture
from pipeline.diagnosis.measure import WIDTH


@dataclass(frozen=True, slots=True, eq=False)
class StillPicture:
    """A ``pipeline.core.frame.Picture`` over an array, which is shared and not to be changed."""

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
        """The picture, scaled if asked."""
        if width is None and height is not None:
            width = max(1, round(self.width * height / self.height))
        if height is None and width is not None:
            height = max(1, round(self.height * width / self.width))
        size = (width or self.width, height or self.height)
        if size == (self.width, self.height):
            return self.pixels
        return np.asarray(cv2.resize(self.pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def small_of(picture: Picture) -> StillPicture:
    """A picture at the width everything is measured at; converted once, 1 ms of a 1080p one."""
    height = max(1, round(picture.height * WIDTH / picture.width))
    return StillPicture(picture.bgr(WIDTH, height))

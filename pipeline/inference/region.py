"""Part of a picture as a picture of its own, cut only when somebody asks for its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.core.frame import Bgr, Picture


@dataclass(frozen=True, slots=True)
class Region:
    """A ``Picture``: part of another one.

    Attributes:
        whole: The other one.
        left: Where it begins, pixels.
        top: Where it begins.
        width: Pixels.
        height: Pixels.
    """

    whole: Picture
    left: int
    top: int
    width: int
    height: int

    def bgr(self, width: int | None = None, height: int | None = None) -> Bgr:
        """The part, scaled if a size is given."""
        rows = slice(self.top, self.top + self.height)
        pixels = self.whole.bgr()[rows, self.left : self.left + self.width]
        size = (width or self.width, height or self.height)
        if size == (self.width, self.height):
            return np.ascontiguousarray(pixels)
        shrinks = size[0] < self.width
        method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(pixels, size, interpolation=method), np.uint8)

"""A picture with its time, converted only as far as somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime

Bgr = NDArray[np.uint8]
"""A picture of shape (height, width, 3), 8 bits, blue first, as OpenCV has it."""


class Picture(Protocol):
    """Pixels that are converted on demand, so that a frame nobody looks at costs nothing."""

    @property
    def width(self) -> int:
        """Width in pixels."""

    @property
    def height(self) -> int:
        """Height in pixels."""

    def bgr(self, width: int | None = None, height: int | None = None) -> Bgr:
        """The picture, scaled to ``width`` × ``height`` if given; the array may be shared."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture of one camera."""

    camera_id: str
    time: FrameTime
    picture: Picture

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.picture.width, self.picture.height

"""A detector that sees somebody in pictures of given numbers, of films that show their number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from pipeline.core.detections import Detections
from pipeline.core.frame import Frame
from tests.video.media import number_of


class SeesVisits:
    """One person, always at the same place.

    Args:
        visits: Numbers of the pictures in which they are there.
    """

    class_names = ("person",)
    track_scores: ClassVar[dict[str, float]] = {}

    def __init__(self, *visits: range) -> None:
        self._visits = visits

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """What is in each picture."""
        return [self._one(frame) for frame in frames]

    def _one(self, frame: Frame) -> Detections:
        number = number_of(frame.picture.bgr())
        if not any(number in visit for visit in self._visits):
            return Detections.empty(self.class_names)
        box = np.array([[60, 40, 100, 120]], np.float32)
        return Detections(box, np.array([0.9], np.float32), np.array([0]), self.class_names)

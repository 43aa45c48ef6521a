"""What the rest of the worker asks of a detector, whatever stands behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from pipeline.core.detections import Detections
from pipeline.core.frame import Frame


class Finds(Protocol):
    """A detector, or something that shares one."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes it finds."""

    @property
    def track_scores(self) -> Mapping[str, float]:
        """By class, from which score a box may begin a track; the tracker's own where missing."""

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """The boxes of each frame."""

"""What the runtime asks of a tracker, so that another one can take its place."""

from __future__ import annotations

from typing import Protocol

from pipeline.core.detections import Detections, Tracks


class Tracker(Protocol):
    """Follows objects through one camera's frames; one instance per camera."""

    def update(self, detections: Detections, t_s: float, frame_size: tuple[int, int]) -> Tracks:
        """Take one frame's detections.

        Args:
            detections: The frame's boxes; their order does not matter.
            t_s: The frame's media seconds; not before the previous frame's.
            frame_size: (width, height) in pixels.

        Returns:
            The confirmed objects seen in this very frame, in order of their id.
        """

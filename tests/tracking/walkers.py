"""Scripted people, seen by a scripted detector at any times."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pipeline.core.detections import Detections, Tracks
from pipeline.tracking import ByteTracker, TrackerConfig

SIZE = (1280, 720)
CLASSES = ("person", "car")


@dataclass(frozen=True)
class Walker:
    """Somebody who walks straight on.

    Attributes:
        start: Centre of the box at ``from_s``, pixels.
        speed: Pixels per second.
        from_s: When they come.
        until_s: When they are gone.
        hidden: (from, until) spans without any box.
        score: Of each box, or of the box at a time.
    """

    start: tuple[float, float]
    speed: tuple[float, float] = (0.0, 0.0)
    from_s: float = 0.0
    until_s: float = float("inf")
    hidden: tuple[tuple[float, float], ...] = ()
    score: float | Callable[[float], float] = 0.9
    size: tuple[float, float] = (60.0, 160.0)
    class_id: int = 0

    def box(self, t_s: float) -> tuple[float, float, float, float] | None:
        """Where they are at a time, if they are seen."""
        if not self.from_s <= t_s < self.until_s or any(a <= t_s < b for a, b in self.hidden):
            return None
        x = self.start[0] + self.speed[0] * (t_s - self.from_s)
        y = self.start[1] + self.speed[1] * (t_s - self.from_s)
        w, h = self.size
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2

    def score_at(self, t_s: float) -> float:
        """How sure the detector is."""
        return self.score if isinstance(self.score, float) else self.score(t_s)


def seen(walkers: Iterable[Walker], t_s: float) -> Detections:
    """What the detector says at a time."""
    boxes = [(w.box(t_s), w.score_at(t_s), w.class_id) for w in walkers]
    rows = [(box, score, kind) for box, score, kind in boxes if box is not None]
    return detections([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows])


def detections(
    boxes: list[tuple[float, float, float, float]], scores: list[float], kinds: list[int]
) -> Detections:
    """Plain lists as detections."""
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.array(kinds, np.int64),
        CLASSES,
    )


def follow(
    walkers: Iterable[Walker], times: Iterable[float], config: TrackerConfig | None = None
) -> list[tuple[float, Tracks]]:
    """A fresh tracker's answers at these times."""
    tracker = ByteTracker(config)
    people = list(walkers)
    return [(t, tracker.update(seen(people, t), t, SIZE)) for t in times]


def every(fps: float, seconds: float) -> list[float]:
    """Times of the frames of a steady camera."""
    return [n / fps for n in range(int(seconds * fps))]


def ids_at(answers: list[tuple[float, Tracks]], x: Callable[[float], float]) -> set[int]:
    """Ids given to whoever's box holds x at each time."""
    found = set()
    for t_s, tracks in answers:
        for box, track_id in zip(tracks.xyxy, tracks.track_id, strict=True):
            if box[0] <= x(t_s) <= box[2]:
                found.add(int(track_id))
    return found

"""A composed room: a floor with a pattern, people as textured columns, things, light and noise.

The detector is scripted: it sees the people it is told to see, and in an enlarged patch what the
script says is there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import cv2
import numpy as np

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections
from pipeline.core.frame import Bgr, Frame
from pipeline.diagnosis import StillPicture
from pipeline.inference.region import Region
from pipeline.inference.still_things import StillThings
from tests.support.noise import noisy

WIDTH, HEIGHT = 640, 360
CLASSES = ("person", "backpack", "car")
Box = tuple[int, int, int, int]
At = Callable[[float], Box | None]


def floor(seed: int = 1) -> Bgr:
    """Tiles of different grey with joints between them."""
    rng = np.random.default_rng(seed)
    tiles = rng.integers(90, 150, (HEIGHT // 40, WIDTH // 40, 1)).repeat(3, axis=2)
    grown = tiles.repeat(40, axis=0).repeat(40, axis=1).astype(np.uint8)
    grown[::40], grown[:, ::40] = 70, 70
    return np.asarray(cv2.GaussianBlur(grown, (3, 3), 0), np.uint8)


_FLOOR = floor()


def paint(picture: Bgr, box: Box, seed: int, *, low: int = 10, high: int = 70) -> None:
    """A textured block."""
    left, top, right, bottom = (max(0, v) for v in box)
    if right <= left or bottom <= top:
        return
    rng = np.random.default_rng(seed)
    small = rng.integers(low, high, (max(2, (bottom - top) // 8), max(2, (right - left) // 8), 3))
    block = cv2.resize(small.astype(np.uint8), (right - left, bottom - top))
    rows, columns = picture[top:bottom, left:right].shape[:2]
    picture[top:bottom, left:right] = block[:rows, :columns]


@dataclass
class Room:
    """What happens in it.

    Attributes:
        people: Where they are.
        things: Where they are; painted before the people, who hide them.
        unseen: People the detector does not see in the whole picture.
        light: Share of the light at a time, for the left half and the right half.
        noise: Deviation of the sensor's noise.
        class_names: Of the scripted detector.
        closer: What it takes things and unseen people for in an enlarged patch; "" for nothing.
        looks: When it was shown one.
    """

    people: Sequence[At] = ()
    things: Sequence[At] = ()
    unseen: Sequence[At] = ()
    light: Callable[[float], tuple[float, float]] = lambda t: (1.0, 1.0)
    noise: float = 3.0
    class_names: tuple[str, ...] = CLASSES
    track_scores: ClassVar[dict[str, float]] = {}
    closer: str = ""
    looks: list[float] = field(default_factory=list)

    def frame(self, t_s: float) -> Frame:
        """The picture of a moment; the same moment gives the same picture."""
        picture = _FLOOR.copy()
        for number, at in enumerate(self.things):
            if (box := at(t_s)) is not None:
                paint(picture, box, 100 + number)
        for number, at in enumerate((*self.people, *self.unseen)):
            if (box := at(t_s)) is not None:
                # Somebody alive is never quite the same from moment to moment.
                paint(picture, box, 200 + number, low=150, high=250)
        left, right = self.light(t_s)
        share = np.full((1, WIDTH, 1), left, np.float32)
        share[:, WIDTH // 2 :] = right
        lit = noisy(picture * share, self.noise, round(t_s * 1000))
        return Frame("room", FrameTime(t_s, 1.8e9 + t_s), StillPicture(lit))

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """The people it sees; in an enlarged patch, hidden things as ``closer``."""
        return [self._seen(frame) for frame in frames]

    def _seen(self, frame: Frame) -> Detections:
        if isinstance(frame.picture, Region):
            self.looks.append(frame.time.media_s)
            shown = (at(frame.time.media_s) for at in (*self.unseen, *self.things))
            dx, dy = frame.picture.left, frame.picture.top
            found = [(x - dx, t - dy, r - dx, b - dy) for x, t, r, b in filter(None, shown)]
            found = found if self.closer else []
            kind = self.class_names.index(self.closer) if self.closer else 0
        else:
            there = (at(frame.time.media_s) for at in self.people)
            found, kind = [box for box in there if box is not None], 0
        n = len(found)
        return Detections(
            np.array(found, np.float32).reshape(n, 4),
            np.full(n, 0.8, np.float32),
            np.full(n, kind, np.int64),
            self.class_names,
        )


def found_in(
    room: Room, until_s: float, fps: float = 5.0, since_s: float = 0.0
) -> list[tuple[float, Box]]:
    """Everything that was found in a room, with its time."""
    things = StillThings(room)
    found = []
    for number in range(round(until_s * fps)):
        frame = room.frame(since_s + number / fps)
        (seen,) = room.detect([frame])
        for box in things.find(frame, seen).xyxy:
            left, top, right, bottom = (round(float(v)) for v in box)
            found.append((number / fps, (left, top, right, bottom)))
    return found


def between(box: Box, since_s: float, until_s: float = 1e9) -> At:
    """Something that is there for a time."""
    return lambda t: box if since_s <= t < until_s else None


def walking(since_s: float, until_s: float, from_x: int, to_x: int, foot: int = 330) -> At:
    """Somebody who walks across; 40 wide, 130 high."""

    def at(t_s: float) -> Box | None:
        if not since_s <= t_s < until_s:
            return None
        x = round(from_x + (to_x - from_x) * (t_s - since_s) / (until_s - since_s))
        return x - 20, foot - 130, x + 20, foot

    return at

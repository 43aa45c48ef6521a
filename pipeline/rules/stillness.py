"""What stands still, and since when, through occlusion and changing track ids.

A parked car that a bus hides comes back under a new track id, and a bag is a "backpack" in one
frame and a "handbag" in the next. For things that do not move the *place* is the better identity:
whatever appears where something stood a moment ago is that something.

A box trembles by a few hundredths of its size. It is smoothed over ``SMOOTH_S`` seconds, and a
place has moved once the smoothed box is away from where it came to rest by more than a share of its
own size, so that the same number serves near and far.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks

SMOOTH_S = 0.5
"""Time constant of the smoothing: two frames at 4 a second; a step of a person takes as long."""
SAME_PLACE_IOU = 0.4
"""Least overlap of a new track with a place; two things side by side overlap less."""

Array = NDArray[np.float64]


@dataclass(slots=True)
class Place:
    """Something at one place.

    Attributes:
        key: Its name; never used twice by one ``Stillness``.
        born: When it was first seen anywhere.
        since: Since when it has not moved.
        last: When it was last seen.
        box: (4,) its smoothed box, in heights of the picture on both axes.
        anchor: (4,) its box when it came to rest.
    """

    key: int
    born: FrameTime
    since: FrameTime
    last: FrameTime
    box: Array
    anchor: Array

    def still_s(self, time: FrameTime) -> float:
        """How long it has not moved, seconds."""
        return time.media_s - self.since.media_s


class Stillness:
    """Remembers places.

    Args:
        move: Share of its size by which something must be away from its place to have moved.
        hidden_s: A place unseen for longer than this is forgotten.
        whole_box: Whether any edge of the box that wanders is movement (a person who lifts an arm);
            otherwise only the centre counts (a thing half hidden by passers-by).
        shared: Whether two tracks at one place are one thing under two classes.
    """

    def __init__(
        self, *, move: float, hidden_s: float, whole_box: bool = False, shared: bool = True
    ) -> None:
        self._move = move
        self._hidden_s = hidden_s
        self._whole_box = whole_box
        self._shared = shared
        self._places: dict[int, Place] = {}
        self._key_of: dict[int, int] = {}  # by track
        self._next_key = 1

    @property
    def places(self) -> list[Place]:
        """All that are remembered, the oldest first."""
        return list(self._places.values())

    def clear(self) -> None:
        """Forget all."""
        self._places.clear()
        self._key_of.clear()

    def update(
        self,
        tracks: Tracks,
        index: NDArray[np.int64],
        time: FrameTime,
        first_sight: Callable[[Tracks, int, FrameTime], FrameTime],
    ) -> list[Place]:
        """Take one frame.

        Args:
            tracks: The frame's.
            index: The tracks that matter.
            time: The frame's.
            first_sight: From when a track may be taken to have been where it is.

        Returns:
            The place of each of the tracks.
        """
        self._forget(time)
        boxes = in_heights(tracks)
        taken: set[int] = set()
        place_of: dict[int, Place] = {}
        # Tracks that already have a place go first, the surest before the others.
        known = [int(t) in self._key_of for t in tracks.track_id[index]]
        for n in np.lexsort((-tracks.score[index], np.logical_not(known))):
            i = int(index[n])
            place = self._place_for(int(tracks.track_id[i]), boxes[i], taken)
            if place is None:
                born = first_sight(tracks, i, time)
                place = Place(self._next_key, born, born, time, boxes[i].copy(), boxes[i].copy())
                self._places[place.key] = place
                self._next_key += 1
            self._key_of[int(tracks.track_id[i])] = place.key
            if place.key not in taken:
                self._settle(place, boxes[i], time)
            taken.add(place.key)
            place_of[i] = place
        return [place_of[int(i)] for i in index]

    def _place_for(self, track_id: int, box: Array, taken: set[int]) -> Place | None:
        key = self._key_of.get(track_id)
        if key in self._places and (self._shared or key not in taken):
            return self._places[key]
        free = [p for p in self._places.values() if self._shared or p.key not in taken]
        if not free:
            return None
        overlaps = [overlap(box, place.box) for place in free]
        best = int(np.argmax(overlaps))
        return free[best] if overlaps[best] >= SAME_PLACE_IOU else None

    def _settle(self, place: Place, box: Array, time: FrameTime) -> None:
        share = 1.0 - np.exp(-(time.media_s - place.last.media_s) / SMOOTH_S)
        place.box = place.box + share * (box - place.box)
        place.last = time
        size = max(float(max(place.anchor[2:] - place.anchor[:2])), 1e-6)
        drift = place.box - place.anchor
        if self._whole_box:
            away = float(np.abs(drift).max())
        else:
            away = float(np.hypot(*(drift[:2] + drift[2:]) / 2.0))
        if away > self._move * size:
            place.anchor = place.box.copy()
            place.since = time

    def _forget(self, time: FrameTime) -> None:
        horizon_s = time.media_s - self._hidden_s - 1e-6
        gone = [k for k, place in self._places.items() if place.last.media_s < horizon_s]
        for key in gone:
            del self._places[key]
        if gone:
            self._key_of = {t: k for t, k in self._key_of.items() if k in self._places}


def in_heights(tracks: Tracks) -> Array:
    """(N, 4) boxes in heights of the picture on both axes, so that distances have no direction."""
    return tracks.xyxy.astype(np.float64) / tracks.frame_size[1]


def overlap(a: Array, b: Array) -> float:
    """Intersection over union of two boxes of shape (4,)."""
    inner = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0.0).prod()
    both = (a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - inner
    return float(inner / both) if both > 0.0 else 0.0


def distance_on_floor(person: Array, thing: Array) -> float:
    """How far a thing lies from a person, in heights of that person.

    Sideways between the edges of the boxes, in depth between their lower edges: somebody who passes
    far behind covers the thing in the picture but stands elsewhere.

    Args:
        person: (4,) box, same unit on both axes.
        thing: (4,) box.
    """
    gap = max(person[0] - thing[2], thing[0] - person[2], 0.0)
    height = max(person[3] - person[1], 1e-6)
    return float(np.hypot(gap, person[3] - thing[3]) / height)

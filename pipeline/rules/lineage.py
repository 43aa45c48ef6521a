"""The same person under a new track id.

A tracker that loses somebody behind a door frame gives a new id when they reappear. For a rule that
counts how long somebody stayed, or which side of a line they came from, that would be a new person.
So a track that begins where another was just lost carries on as the same *subject*. Whoever was
lost at an edge of the picture, and did not come in there, has left it there: they come back over
the same edge, or it is somebody new.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks

REACH = 0.5
"""How far from where it was lost a subject may reappear, in body sizes …"""
REACH_PER_S = 0.5
"""… and how much farther for each second since."""
_OVERLAP_S = 0.5
"""A new track may begin this much before the old one was last seen: for a moment, a box that jumps
from the upper to the whole body feeds both."""
_EDGE = 0.01
"""A box this near to an edge of the picture touches it, in the picture's sides."""
_MAX_SIZE_RATIO = 2.0
_MAX_INTERVAL_S = 1.0
_EPSILON_S = 1e-3


@dataclass(slots=True)
class _Subject:
    key: int
    class_id: int
    centre: NDArray[np.float64]
    size: float
    seen_s: float
    came: NDArray[np.bool_]  # (4,) edges of the picture touched at first: left, top, right, bottom
    left: NDArray[np.bool_]  # (4,) those touched now, but not at first


class Lineage:
    """Names subjects by the id of their first track.

    Args:
        reid_s: How long after a loss a new track can carry on.
    """

    def __init__(self, reid_s: float) -> None:
        self._reid_s = reid_s
        self._subjects: dict[int, _Subject] = {}  # by track id; the newest track of a subject wins
        self._key_of: dict[int, int] = {}
        self._previous_s: float | None = None
        self._patience_s = reid_s

    def keys(self, tracks: Tracks, index: NDArray[np.int64], time: FrameTime) -> list[int]:
        """The subject of each of some tracks.

        Args:
            tracks: One frame's.
            index: The tracks that matter.
            time: The frame's.

        Returns:
            A key for each, no two alike.
        """
        self._forget(time)
        # Whoever was lost was last seen a frame before the first frame without.
        interval_s = 0.0 if self._previous_s is None else time.media_s - self._previous_s
        self._patience_s = self._reid_s + min(interval_s, _MAX_INTERVAL_S) + _EPSILON_S
        self._previous_s = time.media_s
        boxes = tracks.xyxy[index].astype(np.float64)
        centres = (boxes[:, :2] + boxes[:, 2:]) / 2.0
        sizes = np.maximum(boxes[:, 2:] - boxes[:, :2], 1.0).max(axis=1, initial=1.0)
        edges = _edges(boxes, tracks.frame_size)
        ids = [int(i) for i in tracks.track_id[index]]
        self._adopt(tracks, index, ids, centres, sizes, edges)
        self._part(ids)
        for n, (i, track_id) in enumerate(zip(index, ids, strict=True)):
            key = self._key_of[track_id]
            before = self._subjects.get(track_id) or self._subjects.get(key)
            came = edges[n] if before is None else before.came
            self._subjects[track_id] = _Subject(
                key,
                int(tracks.class_id[i]),
                centres[n],
                float(sizes[n]),
                time.media_s,
                came,
                edges[n] & ~came,
            )
        return [self._key_of[track_id] for track_id in ids]

    def _part(self, ids: list[int]) -> None:
        """Give every track a key of its own: who was only hidden stays who they were.

        When the old track is seen again, the one that carried it on was somebody else.
        """
        taken: set[int] = set()
        for track_id in sorted(ids):
            key = self._key_of.setdefault(track_id, track_id)
            if key in taken:
                key = self._key_of[track_id] = track_id
            taken.add(key)

    def _adopt(
        self,
        tracks: Tracks,
        index: NDArray[np.int64],
        ids: list[int],
        centres: NDArray[np.float64],
        sizes: NDArray[np.float64],
        edges: NDArray[np.bool_],
    ) -> None:
        """Let new tracks carry on lost subjects, the nearest pairs first."""
        present = {self._key_of[i] for i in ids if i in self._key_of}
        pairs: list[tuple[float, int, int]] = []
        for n, track_id in enumerate(ids):
            if track_id in self._key_of:
                continue
            born_s = float(tracks.first_seen_s[index[n]])
            for lost_id, lost in self._subjects.items():
                gap_s = born_s - lost.seen_s
                ratio = float(sizes[n]) / lost.size
                if (
                    lost.class_id != int(tracks.class_id[index[n]])
                    or not -_OVERLAP_S <= gap_s <= self._patience_s
                    or not 1.0 / _MAX_SIZE_RATIO <= ratio <= _MAX_SIZE_RATIO
                    or (lost.left.any() and not (lost.left & edges[n]).any())
                ):
                    continue
                away = float(np.hypot(*(centres[n] - lost.centre)))
                reach = (REACH + REACH_PER_S * max(gap_s, 0.0)) * max(float(sizes[n]), lost.size)
                if away <= reach:
                    pairs.append((away / reach, track_id, lost_id))
        for _, track_id, lost_id in sorted(pairs):
            key = self._key_of[lost_id]
            if track_id not in self._key_of and key not in present:
                self._key_of[track_id] = key
                present.add(key)

    def _forget(self, time: FrameTime) -> None:
        # A living track is named again within the tracker's patience, a few seconds.
        horizon_s = time.media_s - self._reid_s - 10.0
        gone = [i for i, subject in self._subjects.items() if subject.seen_s < horizon_s]
        for track_id in gone:
            del self._subjects[track_id]
            del self._key_of[track_id]


def _edges(boxes: NDArray[np.float64], frame_size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which edges of the picture each box touches, (N, 4): left, top, right, bottom."""
    size = np.array(frame_size, np.float64)
    return np.concatenate([boxes[:, :2] <= size * _EDGE, boxes[:, 2:] >= size * (1.0 - _EDGE)], 1)

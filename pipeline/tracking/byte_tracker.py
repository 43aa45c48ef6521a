"""ByteTrack's two-stage association, counted in seconds.

ByteTrack (Zhang et al., ECCV 2022) pairs strong boxes with tracks first and then lets tracks that
found none keep themselves alive on weak boxes: a person half hidden scores low but is still there.
Differences here: time in seconds (``motion``), overlap blurred by doubt (``association``), a track
counts as real after ``confirm_s`` seconds, or sooner if its boxes are sure, and its beginning is
the first sight of it, so that dwell does not lose the time the tracker took to believe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, islice
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.core.detections import MAX_LOST_S, TRACK_SCORE, Detections, Tracks
from pipeline.tracking.association import MAX_BETWEEN_S, assign, only_choices, overlap
from pipeline.tracking.motion import Motion

Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


_MAX_UNSEEN_S = 5.0
"""Over a longer gap between two frames nothing can be followed."""


class TrackerConfig(BaseModel):
    """How readily boxes become and stay tracks.

    Attributes:
        low_score: Boxes below this are not looked at. Run the detector down to this score.
        high_score: Boxes from this on are paired first.
        new_score: A track must have had at least one box of this score to be real.
        class_scores: ``new_score`` of single classes, by name; where it is the lower one it is
            their ``high_score`` as well.
        seed_s: A track that had none may still become real this long after its first box, so
            that somebody half in the picture is followed from the first weak sight.
        min_overlap: Least overlap of a track with a strong box.
        min_overlap_low: Least overlap with a weak box.
        confirm_s: A track is real once it was seen for this long …
        confirm_sure_s: … or this long, if two of its boxes could have begun one: two looks at 5 a
            second, also of a camera that gives them unevenly …
        confirm_hits: … and at least this often.
        tentative_lost_s: A track not yet real is dropped after this long without a box.
        max_lost_s: A real track is dropped after this long without a box.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    low_score: Fraction = 0.1
    high_score: Fraction = 0.4
    new_score: Fraction = TRACK_SCORE
    class_scores: Mapping[str, Fraction] = {}
    min_overlap: Fraction = 0.2
    min_overlap_low: Fraction = 0.4
    seed_s: Seconds = 1.0
    confirm_s: Seconds = 0.3
    confirm_sure_s: Seconds = 0.15
    confirm_hits: Annotated[int, Field(ge=1)] = 2
    tentative_lost_s: Seconds = 0.6
    max_lost_s: Seconds = MAX_LOST_S

    @model_validator(mode="after")
    def _scores_are_ordered(self) -> TrackerConfig:
        if not self.low_score <= self.high_score <= self.new_score:
            raise ValueError(
                f"low_score {self.low_score:g}, high_score {self.high_score:g} and new_score "
                f"{self.new_score:g} are out of order. Write low_score ≤ high_score ≤ new_score"
            )
        return self


@dataclass(slots=True)
class _Book:
    """What is known of each living track, besides its motion; arrays of one length."""

    track_id: NDArray[np.int64]  # 0 until confirmed
    class_id: NDArray[np.int64]
    born_s: NDArray[np.float64]
    seen_s: NDArray[np.float64]
    hits: NDArray[np.int64]
    sure_hits: NDArray[np.int64]  # boxes good enough to begin a track

    def __len__(self) -> int:
        return len(self.track_id)

    def select(self, keep: NDArray[np.bool_]) -> _Book:
        return _Book(
            self.track_id[keep],
            self.class_id[keep],
            self.born_s[keep],
            self.seen_s[keep],
            self.hits[keep],
            self.sure_hits[keep],
        )

    def joined(self, other: _Book) -> _Book:
        return _Book(
            np.concatenate([self.track_id, other.track_id]),
            np.concatenate([self.class_id, other.class_id]),
            np.concatenate([self.born_s, other.born_s]),
            np.concatenate([self.seen_s, other.seen_s]),
            np.concatenate([self.hits, other.hits]),
            np.concatenate([self.sure_hits, other.sure_hits]),
        )

    @classmethod
    def of_births(cls, found: Detections, is_sure: NDArray[np.bool_], t_s: float) -> _Book:
        n = len(found)
        return cls(
            np.zeros(n, np.int64),
            found.class_id.astype(np.int64),
            np.full(n, t_s),
            np.full(n, t_s),
            np.ones(n, np.int64),
            is_sure.astype(np.int64),
        )

    @classmethod
    def empty(cls) -> _Book:
        return cls.of_births(Detections.empty(), np.zeros(0, np.bool_), 0.0)


class ByteTracker:
    """Follows the objects of one camera; the same frames give the same tracks.

    Args:
        config: Thresholds; the defaults serve people at 2 to 10 frames a second.
        ids: Numbers for its tracks; its own from 1 on if None.

    Example:
        >>> tracker = ByteTracker()
        >>> box = np.array([[10, 10, 50, 110]], np.float32)
        >>> seen = Detections(box, np.array([0.9], np.float32), np.array([0]), ("person",))
        >>> [tracker.update(seen, t / 5, (640, 480)).track_id.tolist() for t in range(3)]
        [[], [1], [1]]
    """

    def __init__(
        self, config: TrackerConfig | None = None, *, ids: Iterator[int] | None = None
    ) -> None:
        self._config = config or TrackerConfig()
        self._book = _Book.empty()
        self._motion = Motion.at_birth(np.zeros((0, 4)))
        self._t_s: float | None = None
        self._ids = count(1) if ids is None else ids

    def reset(self) -> None:
        """Let all tracks go; their numbers are not used again."""
        self._book = _Book.empty()
        self._motion = Motion.at_birth(np.zeros((0, 4)))
        self._t_s = None

    def could_begin(self, found: Detections) -> NDArray[np.bool_]:
        """Which boxes are good enough to begin a track; (D,)."""
        usual, own = self._config.new_score, self._config.class_scores
        least = np.array([own.get(name, usual) for name in found.class_names])
        return found.score >= least[found.class_id]

    def update(self, detections: Detections, t_s: float, frame_size: tuple[int, int]) -> Tracks:
        """Take one frame's detections; see :class:`pipeline.tracking.base.Tracker`."""
        config = self._config
        found = _in_canonical_order(detections, config.low_score)
        dt_s = 0.0 if self._t_s is None else max(0.0, t_s - self._t_s)
        previous_s, self._t_s = self._t_s, t_s if self._t_s is None else max(t_s, self._t_s)
        now_s = self._t_s
        self._forget(now_s, previous_s)
        self._motion.predict(dt_s)

        is_sure = self.could_begin(found)
        is_strong = is_sure | (found.score >= config.high_score)
        matched = self._associate(found, is_sure, is_strong, previous_s, dt_s)
        pairs = matched >= 0
        which = matched[pairs]
        self._motion.correct(which, found.xyxy[pairs])
        self._book.seen_s[which] = now_s
        self._book.hits[which] += 1
        self._book.sure_hits[which] += is_sure[pairs]
        matched = self._give_birth(found, is_sure, matched, now_s)
        self._confirm(now_s)
        return self._seen(found, matched, frame_size)

    def _forget(self, now_s: float, previous_s: float | None) -> None:
        config, book = self._config, self._book
        limit = np.where(book.track_id > 0, config.max_lost_s, config.tentative_lost_s)
        # At one frame a second the frame before is further away than the limit: who was in it is
        # not lost yet, as long as anybody can tell.
        in_last_frame = (book.seen_s == previous_s) & (now_s - book.seen_s <= _MAX_UNSEEN_S)
        keep = (now_s - book.seen_s <= limit + 1e-6) | in_last_frame
        only_weak = (book.sure_hits == 0) & (now_s - book.born_s > config.seed_s + 1e-6)
        keep &= ~only_weak
        if not keep.all():
            self._book, self._motion = book.select(keep), self._motion.select(keep)

    def _associate(
        self,
        found: Detections,
        is_sure: NDArray[np.bool_],
        is_strong: NDArray[np.bool_],
        previous_s: float | None,
        dt_s: float,
    ) -> NDArray[np.int64]:
        """The track of each detection, −1 for none; (D,)."""
        config, book = self._config, self._book
        matched = np.full(len(found), -1, np.int64)
        if not len(book) or not len(found):
            return matched
        boxes = found.xyxy.astype(np.float64)
        similarity = overlap(self._motion.xyxy(), self._motion.doubt(), boxes)
        same_class = book.class_id[:, None] == found.class_id[None, :]
        strong = is_strong[None, :]
        real = (book.track_id > 0)[:, None]
        fresh = (book.seen_s == previous_s)[:, None]
        free_track = np.ones((len(book), 1), np.bool_)
        free_box = np.ones((1, len(found)), np.bool_)
        for who, least in (
            (real & strong, config.min_overlap),
            (real & fresh & ~strong, config.min_overlap_low),
            (~real & strong, config.min_overlap),
            (~real & fresh & ~strong, config.min_overlap_low),
            (real & ~fresh & ~strong, config.min_overlap_low),
        ):
            rows, columns = assign(similarity, same_class & who & free_track & free_box, least)
            matched[columns] = rows
            free_track[rows] = False
            free_box[:, columns] = False
        if dt_s <= MAX_BETWEEN_S:
            once = fresh & ((book.sure_hits > 0) & (book.hits == 1))[:, None] & is_sure[None, :]
            free = same_class & once & free_track & free_box
            rows, columns = only_choices(self._motion.xyxy(), boxes, dt_s, free)
            matched[columns] = rows
        return matched

    def _give_birth(
        self,
        found: Detections,
        is_sure: NDArray[np.bool_],
        matched: NDArray[np.int64],
        now_s: float,
    ) -> NDArray[np.int64]:
        born = np.flatnonzero(matched < 0)
        if len(born):
            matched = matched.copy()
            matched[born] = len(self._book) + np.arange(len(born))
            self._book = self._book.joined(
                _Book.of_births(found.select(born), is_sure[born], now_s)
            )
            self._motion = self._motion.joined(Motion.at_birth(found.xyxy[born]))
        return matched

    def _confirm(self, now_s: float) -> None:
        config, book = self._config, self._book
        # A weak box beside a sure one may be a flicker: it needs a look more.
        sure_s = np.where(book.sure_hits >= 2, config.confirm_sure_s, config.confirm_s)
        ready = (
            (book.track_id == 0)
            & (book.seen_s == now_s)
            & (book.hits >= config.confirm_hits)
            & (book.sure_hits > 0)
            & (book.seen_s - book.born_s >= sure_s - 1e-6)
        )
        book.track_id[ready] = list(islice(self._ids, int(ready.sum())))

    def _seen(
        self, found: Detections, matched: NDArray[np.int64], frame_size: tuple[int, int]
    ) -> Tracks:
        book = self._book
        boxes = np.flatnonzero(matched >= 0)
        boxes = boxes[book.track_id[matched[boxes]] > 0]
        boxes = boxes[np.argsort(book.track_id[matched[boxes]])]
        rows = matched[boxes]
        return Tracks(
            found.xyxy[boxes],
            found.score[boxes],
            book.class_id[rows],
            book.track_id[rows],
            book.born_s[rows],
            found.class_names,
            frame_size,
        )


def _in_canonical_order(detections: Detections, low_score: float) -> Detections:
    """Usable boxes in an order of their own, so that the detector's order changes nothing."""
    box = detections.xyxy
    order = np.lexsort(
        (box[:, 3], box[:, 2], box[:, 1], box[:, 0], detections.class_id, -detections.score)
    )
    has_area = (box[order, 2:] > box[order, :2]).all(axis=1)
    usable = np.isfinite(box[order]).all(axis=1) & (detections.score[order] >= low_score) & has_area
    return detections.select(order[usable])

"""From single qualifying moments to episodes: hysteresis in time, counted in seconds.

::

                  qualifies            held for dwell_s
        ┌──────┐ ───────────▶ ┌─────────┐ ───────────▶ ┌──────┐
        │ idle │              │ pending │    OPENED    │ open │ ──▶ UPDATED each update_s
        └──────┘ ◀─────────── └─────────┘              └──────┘     or when a fact changes
            ▲     interrupted                              │
            └──────────────────────────────────────────────┘
                   absent for clear_s: CLOSED, ended at the last qualifying moment

Detectors miss people for a second when they bend over a table, and feet flicker on a zone's edge;
neither may split an episode, or a reviewer gets ten alerts of one person.

What was not looked at is neither presence nor absence. Absence lasts from the first frame without
the condition to the last one, so that a detector's drop-out of two seconds is as long at 2 frames a
second as at 10; two qualifying frames in a row hold together even when the camera delivers few of
them, up to ``MAX_UNSEEN_S``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.core.clock import FrameTime
from pipeline.core.events import EventKind, RuleEvent

MAX_UNSEEN_S = 5.0
"""Without any frame for longer than this (and ``clear_s``), nobody can say the episode went on."""
UPDATE_S = 5.0
"""Least time between two updates that only say "still going on"."""
_BOX_WINDOW_S = 0.5
"""The box told is the best one of this long before the alert, so that it fits the snapshot."""
_MIN_PENDING_GAP_S, _MAX_PENDING_GAP_S = 1.0, 2.0
"""Bounds of the absence that breaks a dwell: longer than one missed frame at 2 a second, and no
longer than a detector's usual drop-out."""
_EPSILON_S = 1e-3

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Moment:
    """That a rule's condition holds in one frame.

    Attributes:
        since: From when it holds; before the frame's time where a track was first seen earlier
            than the tracker believed in it, or where the condition itself is a duration.
        track_ids: Tracks it holds for.
        class_names: Their classes.
        box_norm_xyxy: The most telling box.
        score: Of that box.
        facts: A change of these is told at once.
        measures: Facts that always change, such as durations; told with the next event.
    """

    since: FrameTime
    track_ids: frozenset[int]
    class_names: frozenset[str]
    box_norm_xyxy: Box
    score: float
    facts: Mapping[str, float | str] = field(default_factory=dict)
    measures: Mapping[str, float | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose episodes they are."""

    rule: str
    rule_id: str
    zone: str


@dataclass(slots=True)
class _Episode:
    """What is known of the pending or open episode."""

    started: FrameTime
    last_seen: FrameTime
    track_ids: set[int]
    class_names: set[str]
    box: Box
    score: float
    facts: dict[str, float | str]
    measures: dict[str, float | str]
    recent: list[tuple[float, float, Box]]  # media_s, score, box
    is_open: bool = False
    told_s: float = 0.0
    told_facts: dict[str, float | str] = field(default_factory=dict)


class EpisodeMachine:
    """The episodes of one rule and one zone; at most one at a time.

    Args:
        identity: What its events are called.
        dwell_s: An episode opens once the condition held (nearly) this long.
        clear_s: It closes once the condition was absent for this long.
        update_s: Least time between updates that bring no new fact.
    """

    def __init__(
        self, identity: Identity, *, dwell_s: float, clear_s: float, update_s: float = UPDATE_S
    ) -> None:
        self._identity = identity
        self._dwell_s = dwell_s
        self._clear_s = clear_s
        self._update_s = update_s
        gap_s = min(max(dwell_s / 2.0, _MIN_PENDING_GAP_S), _MAX_PENDING_GAP_S)
        self._pending_gap_s = min(gap_s, clear_s)
        self._episode: _Episode | None = None
        self._stepped_s: float | None = None
        self._absent_from_s: float | None = None  # first frame without since it last held
        self._ended_s = float("-inf")  # end of the episode before

    @property
    def is_open(self) -> bool:
        """Whether an episode is open now."""
        return self._episode is not None and self._episode.is_open

    @property
    def is_pending(self) -> bool:
        """Whether the condition held but not yet for its dwell."""
        return self._episode is not None and not self._episode.is_open

    def step(self, time: FrameTime, moment: Moment | None) -> list[RuleEvent]:
        """Look at one frame.

        Args:
            time: The frame's.
            moment: How the condition holds in it; None if it does not.

        Returns:
            At most one closing and then one opening or update.
        """
        events = self.expire(time, holds=moment is not None)
        if moment is not None:
            self._absent_from_s = None
            self._take(time, moment)
            events += self._tell(time)
        return events

    def expire(self, time: FrameTime, *, holds: bool) -> list[RuleEvent]:
        """The first half of :meth:`step`: end the episode if it is over.

        For rules that count per episode and must know first whether a new one begins.

        Args:
            time: The frame's.
            holds: Whether the condition holds in it.
        """
        if self._stepped_s == time.media_s:
            return []
        previous_s = time.media_s if self._stepped_s is None else self._stepped_s
        self._stepped_s = time.media_s
        if not holds and self._absent_from_s is None:
            self._absent_from_s = time.media_s
        until_s = previous_s if holds else time.media_s
        is_over = self._is_over(until_s, time.media_s - previous_s)
        return self._end(time) if is_over else []

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """End what is open, whatever the time since."""
        return self._end(time)

    def _is_over(self, absent_until_s: float, unseen_s: float) -> bool:
        episode = self._episode
        if episode is None:
            return False
        if unseen_s - _EPSILON_S > max(self._clear_s, MAX_UNSEEN_S):
            return True
        if self._absent_from_s is None:
            return False
        patience_s = self._clear_s if episode.is_open else self._pending_gap_s
        return absent_until_s - self._absent_from_s + _EPSILON_S >= patience_s

    def _end(self, time: FrameTime) -> list[RuleEvent]:
        episode, self._episode = self._episode, None
        if episode is None or not episode.is_open:
            return []
        self._ended_s = episode.last_seen.media_s
        return [self._event(EventKind.CLOSED, episode, time)]

    def _take(self, time: FrameTime, moment: Moment) -> None:
        recent = (time.media_s, moment.score, moment.box_norm_xyxy)
        if self._episode is None:
            # An episode's identity is its start; one that began inside the last one starts now.
            overlaps = moment.since.media_s <= self._ended_s
            self._episode = _Episode(
                time if overlaps else moment.since,
                time,
                set(moment.track_ids),
                set(moment.class_names),
                moment.box_norm_xyxy,
                moment.score,
                dict(moment.facts),
                dict(moment.measures),
                [recent],
            )
            return
        episode = self._episode
        episode.last_seen = time
        episode.track_ids |= moment.track_ids
        episode.class_names |= moment.class_names
        episode.score = max(episode.score, moment.score)
        episode.facts = dict(moment.facts)
        episode.measures = dict(moment.measures)
        if not episode.is_open:
            horizon_s = time.media_s - _BOX_WINDOW_S - _EPSILON_S
            episode.recent = [r for r in episode.recent if r[0] >= horizon_s]
            episode.recent.append(recent)

    def _tell(self, time: FrameTime) -> list[RuleEvent]:
        episode = self._episode
        assert episode is not None
        if not episode.is_open:
            held_s = time.media_s - episode.started.media_s
            if held_s + _EPSILON_S < self._dwell_s:
                return []
            episode.is_open = True
            episode.box = max(episode.recent, key=lambda r: (r[1], r[0]))[2]
            episode.recent = []
            return [self._event(EventKind.OPENED, episode, time)]
        news = episode.facts != episode.told_facts
        if news or time.media_s - episode.told_s + _EPSILON_S >= self._update_s:
            return [self._event(EventKind.UPDATED, episode, time)]
        return []

    def _event(self, kind: EventKind, episode: _Episode, time: FrameTime) -> RuleEvent:
        episode.told_s = time.media_s
        episode.told_facts = dict(episode.facts)
        return RuleEvent(
            kind=kind,
            rule=self._identity.rule,
            rule_id=self._identity.rule_id,
            zone=self._identity.zone,
            started=episode.started,
            at=time,
            last_seen=episode.last_seen,
            track_ids=tuple(sorted(episode.track_ids)),
            class_names=tuple(sorted(episode.class_names)),
            box_norm_xyxy=episode.box,
            score=episode.score,
            facts={**episode.facts, **episode.measures},
        )

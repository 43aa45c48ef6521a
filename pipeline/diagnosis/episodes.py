"""From a fault in single pictures to an episode: one of each fault, counted in seconds.

The rules' machine counts what is absent as soon as a picture comes without it. Here a third answer
exists: a picture that cannot be judged (black, covered) neither prolongs nor ends another fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.core.clock import FrameTime
from pipeline.core.events import EventKind, RuleEvent
from pipeline.diagnosis.config import FaultTiming
from pipeline.diagnosis.faults import Fault

_PENDING_GAP_S = 12.0
"""A fault not yet reported survives two examined pictures without it: somebody walked by."""
_MAX_UNSEEN_S = 300.0
"""Over a longer time without a picture that can be judged, nobody can say that it went on."""
_UPDATE_S = 60.0
_WHOLE = (0.0, 0.0, 1.0, 1.0)


@dataclass(slots=True)
class _Episode:
    started: FrameTime
    last_seen: FrameTime
    facts: Mapping[str, float]
    is_open: bool = False
    was_missed: bool = False
    told_s: float = 0.0


class FaultEpisodes:
    """The episodes of one fault on one camera; at most one at a time."""

    def __init__(self, fault: Fault, timing: FaultTiming) -> None:
        self._fault = fault
        self._timing = timing
        self._episode: _Episode | None = None
        self._ended_s = float("-inf")

    @property
    def is_open(self) -> bool:
        """Whether an episode is open now."""
        return self._episode is not None and self._episode.is_open

    def present(
        self, time: FrameTime, facts: Mapping[str, float], since: FrameTime | None = None
    ) -> list[RuleEvent]:
        """The fault shows.

        Args:
            time: Now.
            facts: The numbers that say so.
            since: From when on, where that is known to be earlier.
        """
        events: list[RuleEvent] = []
        if self._episode is not None and self._is_interrupted(self._episode, time):
            events = self._end(time)
        if self._episode is None:
            started = time if since is None or since.media_s <= self._ended_s else since
            self._episode = _Episode(started, time, facts)
        episode = self._episode
        episode.last_seen, episode.facts, episode.was_missed = time, facts, False
        if not episode.is_open:
            if time.media_s - episode.started.media_s >= self._timing.after_s:
                episode.is_open = True
                events.append(self._event(EventKind.OPENED, episode, time))
        elif time.media_s - episode.told_s >= _UPDATE_S:
            events.append(self._event(EventKind.UPDATED, episode, time))
        return events

    def absent(self, time: FrameTime) -> list[RuleEvent]:
        """The fault does not show."""
        if self._episode is None:
            return []
        self._episode.was_missed = True
        return self._end(time) if self._is_over(self._episode, time) else []

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """Close what is open."""
        return self._end(time)

    def _is_over(self, episode: _Episode, time: FrameTime) -> bool:
        absent_s = time.media_s - episode.last_seen.media_s
        return absent_s >= (self._timing.clear_s if episode.is_open else _PENDING_GAP_S)

    def _is_interrupted(self, episode: _Episode, time: FrameTime) -> bool:
        """Whether the fault that shows now is a new one: it was gone, or nobody could look."""
        unseen_s = time.media_s - episode.last_seen.media_s
        if unseen_s > max(self._timing.clear_s, _MAX_UNSEEN_S):
            return True
        return episode.was_missed and self._is_over(episode, time)

    def _end(self, time: FrameTime) -> list[RuleEvent]:
        episode, self._episode = self._episode, None
        if episode is None or not episode.is_open:
            return []
        self._ended_s = episode.last_seen.media_s
        return [self._event(EventKind.CLOSED, episode, time)]

    def _event(self, kind: EventKind, episode: _Episode, time: FrameTime) -> RuleEvent:
        episode.told_s = time.media_s
        return RuleEvent(
            kind=kind,
            rule=self._fault.value,
            rule_id=self._fault.value,
            zone="",
            started=episode.started,
            at=time,
            last_seen=episode.last_seen,
            track_ids=(),
            class_names=(),
            box_norm_xyxy=_WHOLE,
            score=1.0,
            facts=dict(episode.facts),
        )

"""What the rules over one zone share: a subclass says only how its condition holds in a frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.events import RuleEvent
from pipeline.geometry import SiteConfig, Zone, ZoneConfig
from pipeline.rules.episodes import MAX_UNSEEN_S, Box, EpisodeMachine, Moment
from pipeline.rules.perimeter.presence import LEAVE_MARGIN, Presence
from pipeline.rules.rule_config import RuleConfigBase
from pipeline.rules.watcher import Watcher, best_of, box_of, ids_of, names_of

PERSON = "person"
"""The class of people in every model of ours."""


class ZoneRuleConfig(RuleConfigBase):
    """What all rules over one zone can be told.

    Attributes:
        zone: Where.
        leave_margin: Who stepped in has left once this far outside, fraction of the picture.
    """

    zone: ZoneConfig
    leave_margin: Annotated[float, Field(ge=0.0, le=0.2)] = LEAVE_MARGIN


ZoneConfigT = TypeVar("ZoneConfigT", bound=ZoneRuleConfig)


class OverZone(Watcher[ZoneConfigT]):
    """Base of rules that look at one zone, and at who is in it.

    Args:
        config: The rule's configuration.
        site: The school's calendar.
    """

    def __init__(self, config: ZoneConfigT, site: SiteConfig) -> None:
        super().__init__(config, site, config.zone.name)
        self._zone = Zone(config.zone)
        self._presence = Presence(self._zone, config.leave_margin)

    @property
    def shape_norm(self) -> tuple[tuple[float, float], ...]:
        """Corners of the zone as drawn."""
        return self._config.zone.polygon

    @property
    def shape_closed(self) -> bool:
        """A zone is closed."""
        return True


class ZoneWatcher(OverZone[ZoneConfigT], ABC):
    """Base of rules with one zone and one episode at a time.

    A subclass implements ``_look``. A number among a moment's facts is told as the most of the
    episode so far; its measures and words are told as they are.

    Args:
        config: The rule's configuration.
        site: The school's calendar.
        dwell_s: How long ``_look`` must find something (nearly) without a break.
    """

    def __init__(self, config: ZoneConfigT, site: SiteConfig, *, dwell_s: float = 0.0) -> None:
        super().__init__(config, site)
        self._machine = EpisodeMachine(self.identity, dwell_s=dwell_s, clear_s=config.clear_s)
        self._peaks: dict[str, float] = {}
        self._previous_s: float | None = None  # the frame before within the schedule

    def update(self, tracks: Tracks, time: FrameTime) -> list[RuleEvent]:
        """Look at one frame; see :class:`pipeline.rules.base.Rule`."""
        if not self.is_scheduled(time.utc_s):
            if self._previous_s is not None:
                self._rest()
            self._previous_s = None
            return self.finish(time)
        events: list[RuleEvent] = []
        if self._interval_s(time) > MAX_UNSEEN_S:
            events += self._machine.expire(time, holds=False)
            self._wake()
        moment = self._look(tracks, time)
        events += self._machine.expire(time, holds=moment is not None)
        if self._is_idle:
            self._peaks.clear()
            self._begin()
        if moment is not None:
            moment = replace(
                moment,
                facts=self._most_so_far(moment.facts),
                measures={**moment.measures, **self._tally()},
            )
        events += self._machine.step(time, moment)
        self._remember(tracks, np.arange(len(tracks)), time)
        self._presence.keep(set(self._seen_s))
        self._previous_s = time.media_s
        return events

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """End what is still open."""
        return self._machine.finish(time)

    @property
    def _is_idle(self) -> bool:
        return not self._machine.is_open and not self._machine.is_pending

    @abstractmethod
    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        """How the condition holds in this frame; None if it does not."""

    def _rest(self) -> None:
        """Forget everybody, because the schedule ended."""
        self._presence.clear()

    def _wake(self) -> None:
        """No frame for longer than ``MAX_UNSEEN_S``: what was not looked at counts for nothing."""

    def _begin(self) -> None:
        """No episode is open or pending: what is counted for an episode starts anew."""

    def _tally(self) -> Mapping[str, float]:
        """What was counted for the episode, this frame included."""
        return {}

    def _interval_s(self, time: FrameTime) -> float:
        """Seconds since the frame before; 0 for the first."""
        return 0.0 if self._previous_s is None else max(0.0, time.media_s - self._previous_s)

    def _most_so_far(self, facts: Mapping[str, float | str]) -> dict[str, float | str]:
        told: dict[str, float | str] = {}
        for name, value in facts.items():
            if isinstance(value, str):
                told[name] = value
            else:
                told[name] = self._peaks[name] = max(value, self._peaks.get(name, value))
        return told

    def _zone_box(self) -> Box:
        """The zone's extent, for rules about what is *not* there."""
        xs, ys = zip(*self._config.zone.polygon, strict=True)
        return float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys))


def people_in(tracks: Tracks) -> NDArray[np.int64]:
    """Indices of all people."""
    names = np.array([name == PERSON for name in tracks.class_names], np.bool_)
    if not len(tracks) or not names.any():
        return np.zeros(0, np.int64)
    return np.flatnonzero(names[tracks.class_id])


def moment_of(
    tracks: Tracks,
    index: NDArray[np.int64],
    since: FrameTime,
    *,
    facts: Mapping[str, float | str] | None = None,
    measures: Mapping[str, float | str] | None = None,
) -> Moment:
    """A moment shown by some tracks, its box that of the surest one."""
    best = best_of(tracks, index)
    return Moment(
        since=since,
        track_ids=ids_of(tracks, index),
        class_names=names_of(tracks, index),
        box_norm_xyxy=box_of(tracks, best),
        score=float(tracks.score[best]),
        facts=facts or {},
        measures=measures or {},
    )


def earliest(times: list[FrameTime]) -> FrameTime:
    """The first of some moments."""
    return min(times, key=lambda t: t.media_s)


def latest(times: list[FrameTime]) -> FrameTime:
    """The last of some moments."""
    return max(times, key=lambda t: t.media_s)

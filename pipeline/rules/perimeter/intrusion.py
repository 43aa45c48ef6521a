"""Somebody is where nobody should be: one episode a zone, however many people."""

from __future__ import annotations

from typing import Literal

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.events import RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.geometry.zones import width_norm
from pipeline.rules.episodes import EpisodeMachine, Moment
from pipeline.rules.rule_config import Seconds
from pipeline.rules.watcher import best_of, box_of, ids_of, names_of
from pipeline.rules.zone_watcher import OverZone, ZoneRuleConfig

_NARROW = 0.06
"""Width of a zone, fraction of the picture, that people walk through between two looks: 20 of 360
lines are passed unseen by 3 of 10 who move 30 lines a look."""


class PerimeterIntrusionConfig(ZoneRuleConfig):
    """A zone nobody may enter while the schedule is active.

    Attributes:
        dwell_s: Somebody must be inside (nearly) this long before it is an alert.
    """

    type: Literal["perimeter_intrusion"]
    dwell_s: Seconds = 1.0

    @property
    def advice(self) -> str | None:
        """A strip is walked through between two looks."""
        width = width_norm(self.zone)
        if width >= _NARROW:
            return None
        return (
            f"zone '{self.zone.name}' is only {width:.1%} of the picture wide: who walks through "
            "is inside for one look or none. Use a line (line_crossing), or draw it wider"
        )


class PerimeterIntrusion(OverZone[PerimeterIntrusionConfig]):
    """Raises while the foot of any track is inside the zone.

    Facts: ``people``, the most at one moment.
    """

    def __init__(self, config: PerimeterIntrusionConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._machine = EpisodeMachine(
            self.identity, dwell_s=config.dwell_s, clear_s=config.clear_s
        )
        self._most = 0

    def update(self, tracks: Tracks, time: FrameTime) -> list[RuleEvent]:
        """Look at one frame; see :class:`pipeline.rules.base.Rule`."""
        if not self.is_scheduled(time.utc_s):
            self._presence.clear()
            return self.finish(time)
        concerned = self._concerned(tracks)
        inside = self._presence.inside(tracks, concerned, time.media_s)
        events = self._machine.expire(time, holds=len(inside) > 0)
        if not self._machine.is_open and not self._machine.is_pending:
            self._most = 0
        moment = None
        if len(inside):
            self._most = max(self._most, len(inside))
            best = best_of(tracks, inside)
            starts = [self._first_sight(tracks, int(i), time) for i in inside]
            moment = Moment(
                since=min(starts, key=lambda start: start.media_s),
                track_ids=ids_of(tracks, inside),
                class_names=names_of(tracks, inside),
                box_norm_xyxy=box_of(tracks, best),
                score=float(tracks.score[best]),
                facts={"people": float(self._most)},
            )
        events += self._machine.step(time, moment)
        self._remember(tracks, concerned, time)
        self._presence.keep(set(self._seen_s))
        return events

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """End what is still open."""
        return self._machine.finish(time)

"""Too many people in one place for too long."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.rule_config import PositiveSeconds, Seconds
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher, moment_of


class CrowdingConfig(ZoneRuleConfig):
    """A zone where people may be, but not many at once.

    Attributes:
        people: From how many on it is a crowd; 8 is more than a group of friends.
        dwell_s: There must be as many for (nearly) this long; a class passes a door faster.
        clear_s: A crowd that thins out for no longer than this is the same one.
    """

    type: Literal["crowding"]
    people: Annotated[int, Field(ge=2, le=500)] = 8
    dwell_s: Seconds = 20.0
    clear_s: PositiveSeconds = 15.0


class Crowding(ZoneWatcher[CrowdingConfig]):
    """Raises while at least ``people`` feet are inside the zone. Facts: ``people``, the most.

    People who hide each other are not counted, so in a dense crowd the number is a lower bound.
    """

    def __init__(self, config: CrowdingConfig, site: SiteConfig) -> None:
        super().__init__(config, site, dwell_s=config.dwell_s)

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        inside = self._presence.inside(tracks, self._concerned(tracks))
        if len(inside) < self._config.people:
            return None
        # The crowd began when its last needed member came, not when its first did.
        return moment_of(tracks, inside, time, facts={"people": float(len(inside))})

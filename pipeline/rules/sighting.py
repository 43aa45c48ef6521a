"""Rules that need only to see a thing: a rat, flames, an open bin, two people fighting.

The model does the work; the rule adds where, when and for how long. A single box is a guess, so the
sight must last ``dwell_s``; a flickering flame or a rat behind a shelf may be missed in between for
up to half of that, at least 1 and at most 2 seconds (``episodes``).
"""

from __future__ import annotations

from typing import TypeVar

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.rule_config import Seconds
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher, earliest, moment_of


class SightingConfig(ZoneRuleConfig):
    """A zone and a class that should not be seen in it.

    Attributes:
        dwell_s: Seen (nearly) this long before it is an alert.
    """

    dwell_s: Seconds


SightingConfigT = TypeVar("SightingConfigT", bound=SightingConfig)


class Sighting(ZoneWatcher[SightingConfigT]):
    """Raises while something of its classes is inside the zone. Facts: ``objects``, the most."""

    by_centre = False
    """Whether the middle of the box decides where it is: smoke has no foot."""

    def __init__(self, config: SightingConfigT, site: SiteConfig) -> None:
        super().__init__(config, site, dwell_s=config.dwell_s)

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        index = self._concerned(tracks)
        if self.by_centre and len(index):
            box = tracks.box_norm_xyxy()[index]
            inside = index[self._zone.contains((box[:, :2] + box[:, 2:]) / 2.0)]
        else:
            inside = self._presence.inside(tracks, index, time.media_s)
        if not len(inside):
            return None
        starts = [self._first_sight(tracks, int(i), time) for i in inside]
        return moment_of(tracks, inside, earliest(starts), facts={"objects": float(len(inside))})

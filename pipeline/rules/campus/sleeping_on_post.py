"""A guard who is at the post but has not moved for minutes.

From boxes alone, sleep is stillness: no edge of the smoothed box has wandered by ``move`` of the
person's size. What that cannot do: tell a guard asleep from one who watches a monitor without
stirring, see a nodding head that the box does not follow, or tell a person from a coat on a chair
that the detector takes for one. Choose ``still_s`` in minutes, and judge each alert.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.rule_config import PositiveSeconds
from pipeline.rules.stillness import Stillness
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher, latest, moment_of


class SleepingOnPostConfig(ZoneRuleConfig):
    """A zone where somebody must be awake while the schedule is active.

    Attributes:
        still_s: How long without movement counts as sleep; awake people rarely sit 5 minutes
            without shifting.
        move: What counts as movement, share of the longer side of the person's box; trembling of
            a good detector's box stays below 0.05, reaching for something is above 0.1.
        hidden_s: Somebody unseen for no longer than this, and then at the same place, never moved:
            a head on the desk is missed now and then.
        clear_s: The episode ends after this long with movement or nobody.
    """

    type: Literal["sleeping_on_post"]
    still_s: PositiveSeconds = 300.0
    move: Annotated[float, Field(gt=0.0, le=1.0)] = 0.08
    hidden_s: PositiveSeconds = 20.0
    clear_s: PositiveSeconds = 20.0


class SleepingOnPost(ZoneWatcher[SleepingOnPostConfig]):
    """Raises while everybody in the zone has been still for ``still_s``; one awake is enough.

    The episode starts when the last of them stopped moving. Facts: ``people``; measure:
    ``still_s`` of the one who moved last.
    """

    def __init__(self, config: SleepingOnPostConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._stillness = Stillness(
            move=config.move, hidden_s=config.hidden_s, whole_box=True, shared=False
        )

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        inside = self._presence.inside(tracks, self._concerned(tracks), time.media_s)
        places = self._stillness.update(tracks, inside, time, self._first_sight)
        if not len(inside):
            return None
        # Somebody missed in this frame is still there, and perhaps awake.
        around = [p for p in self._stillness.places if p.last.media_s > time.media_s - 2.0]
        since = latest([place.since for place in around])
        still_s = time.media_s - since.media_s
        if still_s + 1e-6 < self._config.still_s:
            return None
        return moment_of(
            tracks,
            inside,
            since,
            facts={"people": float(len({place.key for place in places}))},
            measures={"still_s": round(still_s, 3)},
        )

    def _rest(self) -> None:
        super()._rest()
        self._stillness.clear()

    def _wake(self) -> None:
        self._stillness.clear()

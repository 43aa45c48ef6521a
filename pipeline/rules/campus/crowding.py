"""Too many people in one place for too long.

People hide each other, so a crowd is counted too low now and then, and chance counts a group too
high. Neither a look nor a pause between two looks decides, as either would mean more at ten looks a
second than at one, but the share of the looks over the dwell in which there were enough.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from math import sqrt
from typing import Annotated, Literal

from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.rule_config import PositiveSeconds, Seconds
from pipeline.rules.watcher import ids_of
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher, moment_of

_SHARE, _CHANCE = 0.4, 1.2
"""Share of the looks that must show a crowd: 0.4, and as much more as chance adds to n of them,
1.2 / √n, a bit over two standard deviations. Played with counts that reach the number at random in
5, 10, 20, 30 and 50 of 100 looks, for five minutes, at 1, 2, 5 and 10 looks a second: only the last
is raised, at every rate."""
_EPSILON_S = 1e-3


class CrowdingConfig(ZoneRuleConfig):
    """A zone where people may be, but not many at once.

    Attributes:
        people: From how many on it is a crowd; 8 is more than a group of friends.
        dwell_s: There must be as many for this long, in most looks; a class passes a door faster.
        clear_s: A crowd that thins out for no longer than this is the same one.
    """

    type: Literal["crowding"]
    people: Annotated[int, Field(ge=2, le=500)] = 8
    dwell_s: Seconds = 20.0
    clear_s: PositiveSeconds = 15.0


@dataclass(frozen=True, slots=True)
class _Look:
    time: FrameTime
    people: int
    track_ids: frozenset[int]


class Crowding(ZoneWatcher[CrowdingConfig]):
    """Raises while at least ``people`` feet are inside the zone. Facts: ``people``, the most.

    People who hide each other are not counted, so in a dense crowd the number is a lower bound.
    """

    def __init__(self, config: CrowdingConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._looks: deque[_Look] = deque()  # of the last dwell_s

    @property
    def is_engaged(self) -> bool:
        """There is a crowd, or was a moment ago."""
        return super().is_engaged or any(map(self._is_crowd, self._looks))

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        inside = self._presence.inside(tracks, self._concerned(tracks), time.media_s)
        look = _Look(time, len(inside), ids_of(tracks, inside))
        self._looks.append(look)
        since_s = time.media_s - self._config.dwell_s + _EPSILON_S
        while len(self._looks) > 1 and self._looks[1].time.media_s <= since_s:
            self._looks.popleft()
        if not self._is_crowd(look) or not (self._machine.is_open or self._has_lasted(since_s)):
            return None
        crowds = [look for look in self._looks if self._is_crowd(look)]
        moment = moment_of(
            tracks,
            inside,
            crowds[0].time,  # when its last needed member came, not its first
            facts={"people": float(max(look.people for look in crowds))},
        )
        return replace(moment, track_ids=frozenset().union(*(look.track_ids for look in crowds)))

    def _rest(self) -> None:
        super()._rest()
        self._looks.clear()

    def _wake(self) -> None:
        self._looks.clear()

    def _is_crowd(self, look: _Look) -> bool:
        return look.people >= self._config.people

    def _has_lasted(self, since_s: float) -> bool:
        """Whether there was a crowd at the beginning of the dwell and in enough looks since."""
        looks = self._looks
        if looks[0].time.media_s > since_s or not self._is_crowd(looks[0]):
            return False
        least = min(1.0, _SHARE + _CHANCE / sqrt(len(looks)))
        return sum(map(self._is_crowd, looks)) >= least * len(looks)

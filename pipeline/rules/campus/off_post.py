"""A guard post without a guard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.rule_config import PositiveSeconds
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher


class OffPostConfig(ZoneRuleConfig):
    """A zone that must not be empty while the schedule is active.

    Attributes:
        people: How many must be there.
        absent_s: How long the post may be empty; 180 s lets a guard open the gate for a car.
        clear_s: The episode ends once somebody has been back for this long, so that a passer-by
            does not end it.
    """

    type: Literal["off_post"]
    people: Annotated[int, Field(ge=1, le=20)] = 1
    absent_s: PositiveSeconds = 180.0
    clear_s: PositiveSeconds = 5.0


class OffPost(ZoneWatcher[OffPostConfig]):
    """Raises once fewer than ``people`` were in the zone for ``absent_s``.

    Before that, a single sight of somebody starts the count again: a detector that sees a sitting
    guard now and then sees a guard. The episode starts when the post became empty. Its box is the
    zone's extent, its tracks are none and its score is 0, because what it tells of is not in the
    picture. Measure: ``absent_s``.
    """

    def __init__(self, config: OffPostConfig, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._empty: FrameTime | None = None
        self._is_manned = False

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        inside = self._presence.inside(tracks, self._concerned(tracks), time.media_s)
        self._is_manned = len(inside) >= self._config.people
        if self._is_manned:
            return None
        if self._empty is None:
            self._empty = time
        absent_s = time.media_s - self._empty.media_s
        if not self._machine.is_open and absent_s + 1e-6 < self._config.absent_s:
            return None
        return Moment(
            since=self._empty,
            track_ids=frozenset(),
            class_names=frozenset(),
            box_norm_xyxy=self._zone_box(),
            score=0.0,
            measures={"absent_s": round(absent_s, 3)},
        )

    def _begin(self) -> None:
        if self._is_manned:
            self._empty = None

    def _rest(self) -> None:
        super()._rest()
        self._empty = None

    def _wake(self) -> None:
        self._empty = None

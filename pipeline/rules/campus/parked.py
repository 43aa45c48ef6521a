"""Vehicles that stand where they must not: illegal parking, and a blocked fire lane."""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import numpy as np
from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.geometry import SiteConfig
from pipeline.rules.episodes import Moment
from pipeline.rules.rule_config import PositiveSeconds
from pipeline.rules.stillness import Stillness
from pipeline.rules.zone_watcher import ZoneRuleConfig, ZoneWatcher, earliest, moment_of


class ParkedConfig(ZoneRuleConfig):
    """A zone things may pass but not stand in.

    Attributes:
        still_s: How long something may stand.
        move: What counts as moving on, share of the longer side of its box; a passer-by who hides
            part of a car shifts its box's centre by less than a quarter.
        hidden_s: Something unseen for no longer than this, and then at the same place, stood there.
        clear_s: The episode ends after this long without anything that stands.
    """

    still_s: PositiveSeconds
    move: Annotated[float, Field(gt=0.0, le=1.0)] = 0.25
    hidden_s: PositiveSeconds = 30.0
    clear_s: PositiveSeconds = 20.0


class IllegalParkingConfig(ParkedConfig):
    """No parking. 180 s allow a child to be set down."""

    type: Literal["illegal_parking"]
    classes: tuple[str, ...] = ("car", "bus", "truck", "motorcycle")
    still_s: PositiveSeconds = 180.0


class FireLaneBlockedConfig(ParkedConfig):
    """A lane for the fire brigade; 60 s, and bicycles count. Name more classes as models allow."""

    type: Literal["fire_lane_blocked"]
    classes: tuple[str, ...] = ("car", "bus", "truck", "motorcycle", "bicycle")
    still_s: PositiveSeconds = 60.0


ParkedConfigT = TypeVar("ParkedConfigT", bound=ParkedConfig)


class _Parked(ZoneWatcher[ParkedConfigT]):
    """Raises while anything has been standing in the zone for ``still_s``.

    The episode starts when the first of them stopped. Facts: ``objects``, the most at one moment;
    measure: ``still_s``, the longest stay.
    """

    def __init__(self, config: ParkedConfigT, site: SiteConfig) -> None:
        super().__init__(config, site)
        self._stillness = Stillness(move=config.move, hidden_s=config.hidden_s)

    def _look(self, tracks: Tracks, time: FrameTime) -> Moment | None:
        inside = self._presence.inside(tracks, self._concerned(tracks), time.media_s)
        places = self._stillness.update(tracks, inside, time, self._first_sight)
        long = [place.still_s(time) + 1e-6 >= self._config.still_s for place in places]
        standing = inside[np.array(long, np.bool_)] if len(inside) else inside
        if not len(standing):
            return None
        kept = {place.key: place for place, is_long in zip(places, long, strict=True) if is_long}
        since = earliest([place.since for place in kept.values()])
        return moment_of(
            tracks,
            standing,
            since,
            facts={"objects": float(len(kept))},
            measures={"still_s": round(time.media_s - since.media_s, 3)},
        )

    def _rest(self) -> None:
        super()._rest()
        self._stillness.clear()


class IllegalParking(_Parked[IllegalParkingConfig]):
    """A vehicle stands where parking is forbidden."""


class FireLaneBlocked(_Parked[FireLaneBlockedConfig]):
    """Something stands in the fire lane."""

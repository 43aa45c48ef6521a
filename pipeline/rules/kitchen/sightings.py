"""Kitchen rules that rest on a model's class alone: rodents, open bins, water on the floor."""

from __future__ import annotations

from typing import Literal

from pipeline.rules.rule_config import PositiveSeconds, Seconds
from pipeline.rules.sighting import Sighting, SightingConfig


class RodentConfig(SightingConfig):
    """A rat or mouse.

    Attributes:
        dwell_s: 0.5 s: they cross a picture in two; the tracker's own belief comes on top.
        clear_s: One that comes and goes behind a shelf is one episode.
    """

    type: Literal["rodent"]
    classes: tuple[str, ...] = ("rodent",)
    dwell_s: Seconds = 0.5
    clear_s: PositiveSeconds = 60.0


class BinUncoveredConfig(SightingConfig):
    """A bin that stays open; needs a model that knows an open bin from a covered one.

    Attributes:
        dwell_s: 60 s: who throws something in must open it.
        clear_s: Somebody in front of the bin does not end the episode.
    """

    type: Literal["bin_uncovered"]
    classes: tuple[str, ...] = ("open_bin",)
    dwell_s: Seconds = 60.0
    clear_s: PositiveSeconds = 20.0


class FloorWaterConfig(SightingConfig):
    """Water on the floor; needs a model that sees it.

    Attributes:
        dwell_s: 60 s: a spill that is wiped up at once is no finding.
        clear_s: Somebody in front of it does not end the episode.
    """

    type: Literal["floor_water"]
    classes: tuple[str, ...] = ("floor_water",)
    dwell_s: Seconds = 60.0
    clear_s: PositiveSeconds = 20.0


class Rodent(Sighting[RodentConfig]):
    """A rodent in the zone."""


class BinUncovered(Sighting[BinUncoveredConfig]):
    """An open bin in the zone."""


class FloorWater(Sighting[FloorWaterConfig]):
    """Water on the floor of the zone."""

    by_centre = True

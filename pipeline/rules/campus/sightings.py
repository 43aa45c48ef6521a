"""Campus rules that rest on a model's class alone: fire and smoke, fighting, climbing."""

from __future__ import annotations

from typing import Literal

from pipeline.rules.rule_config import PositiveSeconds, Seconds
from pipeline.rules.sighting import Sighting, SightingConfig


class FireSmokeConfig(SightingConfig):
    """Open fire or smoke.

    Attributes:
        dwell_s: 2 s: a lamp or a red coat fools a model for a frame or two, a fire goes on; and
            nobody may wait longer.
        clear_s: Flames vanish behind smoke for a while; it is the same fire.
    """

    type: Literal["fire_smoke"]
    classes: tuple[str, ...] = ("fire", "smoke")
    dwell_s: Seconds = 2.0
    clear_s: PositiveSeconds = 20.0


class FightingConfig(SightingConfig):
    """People who fight; needs a model that knows it when it sees it.

    Attributes:
        dwell_s: 1.5 s: a greeting or a shove is shorter.
        clear_s: A fight that pauses is the same one.
    """

    type: Literal["fighting"]
    classes: tuple[str, ...] = ("fighting",)
    dwell_s: Seconds = 1.5
    clear_s: PositiveSeconds = 10.0


class ClimbingConfig(SightingConfig):
    """Somebody on a wall or fence; needs a model of people who climb.

    Attributes:
        dwell_s: 0.5 s: over a fence takes a few seconds at most.
        clear_s: Several who climb one after another are one episode.
    """

    type: Literal["climbing"]
    classes: tuple[str, ...] = ("climbing",)
    dwell_s: Seconds = 0.5
    clear_s: PositiveSeconds = 10.0


class FireSmoke(Sighting[FireSmokeConfig]):
    """Fire or smoke in the zone."""

    by_centre = True


class Fighting(Sighting[FightingConfig]):
    """A fight in the zone."""


class Climbing(Sighting[ClimbingConfig]):
    """Somebody climbs; the middle of the body decides, for the feet are in the air."""

    by_centre = True

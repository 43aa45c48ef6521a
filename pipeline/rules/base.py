"""What every rule is: a configuration, and a pure function of tracks and time.

A rule has no clock and does no I/O: the same tracks at the same times give the same events, live or
from a recording at any speed. A new rule adds two lines here, its configuration to
``AnyRuleConfig`` and its class to ``RULES``; the class is imported when first used.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Annotated, Any, Protocol

from pydantic import Field

from api.contract import RiskLevel
from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.errors import ConfigError
from pipeline.core.events import RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.rules.campus.crowding import CrowdingConfig
from pipeline.rules.campus.fall import FallConfig
from pipeline.rules.campus.left_object import LeftObjectConfig
from pipeline.rules.campus.off_post import OffPostConfig
from pipeline.rules.campus.parked import FireLaneBlockedConfig, IllegalParkingConfig
from pipeline.rules.campus.sightings import ClimbingConfig, FightingConfig, FireSmokeConfig
from pipeline.rules.campus.sleeping_on_post import SleepingOnPostConfig
from pipeline.rules.kitchen.clothing import (
    BareTorsoConfig,
    NoChefHatConfig,
    NoGlovesConfig,
    NoMaskConfig,
    NoUniformConfig,
)
from pipeline.rules.kitchen.handheld import PhoneUseConfig, SmokingConfig
from pipeline.rules.kitchen.sightings import BinUncoveredConfig, FloorWaterConfig, RodentConfig
from pipeline.rules.kitchen.unattended_fire import UnattendedFireConfig
from pipeline.rules.kitchen.unauthorized_entry import UnauthorizedEntryConfig
from pipeline.rules.perimeter.intrusion import PerimeterIntrusionConfig
from pipeline.rules.perimeter.line_crossing import LineCrossingConfig
from pipeline.rules.perimeter.loitering import LoiteringConfig
from pipeline.rules.rule_config import RuleConfigBase

AnyRuleConfig = Annotated[
    BareTorsoConfig
    | BinUncoveredConfig
    | ClimbingConfig
    | CrowdingConfig
    | FallConfig
    | FightingConfig
    | FireLaneBlockedConfig
    | FireSmokeConfig
    | FloorWaterConfig
    | IllegalParkingConfig
    | LeftObjectConfig
    | LineCrossingConfig
    | LoiteringConfig
    | NoChefHatConfig
    | NoGlovesConfig
    | NoMaskConfig
    | NoUniformConfig
    | OffPostConfig
    | PerimeterIntrusionConfig
    | PhoneUseConfig
    | RodentConfig
    | SleepingOnPostConfig
    | SmokingConfig
    | UnattendedFireConfig
    | UnauthorizedEntryConfig,
    Field(discriminator="type"),
]
"""Every rule a configuration file may hold, told apart by ``type``."""


class Rule(Protocol):
    """One configured rule on one camera."""

    @property
    def config(self) -> RuleConfigBase:
        """What it was made from."""

    @property
    def type(self) -> str:
        """The rule's type, as ``perimeter_intrusion``."""

    @property
    def rule_id(self) -> str:
        """Its name on the camera."""

    @property
    def risk_level(self) -> RiskLevel:
        """Risk class of its alerts."""

    @property
    def required_classes(self) -> frozenset[str]:
        """Classes the model must have."""

    @property
    def required_attributes(self) -> frozenset[str]:
        """Attributes of people that a model must tell, as ``hat``."""

    @property
    def zone_name(self) -> str:
        """Name of its zone or line."""

    @property
    def shape_norm(self) -> tuple[tuple[float, float], ...]:
        """Zone corners or line points as drawn, fractions of the picture."""

    @property
    def shape_closed(self) -> bool:
        """Whether the last point joins the first."""

    @property
    def is_engaged(self) -> bool:
        """An episode is open, or what may become one has begun."""

    def is_scheduled(self, utc_s: float) -> bool:
        """Whether it watches at a moment, seconds since the epoch."""

    def update(self, tracks: Tracks, time: FrameTime) -> list[RuleEvent]:
        """Look at one frame.

        Args:
            tracks: What was seen in it, of all classes.
            time: When it was taken; not before the previous frame.

        Returns:
            What began, changed or ended, in that order of time.
        """

    def finish(self, time: FrameTime) -> list[RuleEvent]:
        """End what is still open, because no more frames will come."""


RULES: dict[str, str] = {
    "bare_torso": "pipeline.rules.kitchen.clothing:BareTorso",
    "bin_uncovered": "pipeline.rules.kitchen.sightings:BinUncovered",
    "climbing": "pipeline.rules.campus.sightings:Climbing",
    "crowding": "pipeline.rules.campus.crowding:Crowding",
    "fall": "pipeline.rules.campus.fall:Fall",
    "fighting": "pipeline.rules.campus.sightings:Fighting",
    "fire_lane_blocked": "pipeline.rules.campus.parked:FireLaneBlocked",
    "fire_smoke": "pipeline.rules.campus.sightings:FireSmoke",
    "floor_water": "pipeline.rules.kitchen.sightings:FloorWater",
    "illegal_parking": "pipeline.rules.campus.parked:IllegalParking",
    "left_object": "pipeline.rules.campus.left_object:LeftObject",
    "line_crossing": "pipeline.rules.perimeter.line_crossing:LineCrossing",
    "loitering": "pipeline.rules.perimeter.loitering:Loitering",
    "no_chef_hat": "pipeline.rules.kitchen.clothing:NoChefHat",
    "no_gloves": "pipeline.rules.kitchen.clothing:NoGloves",
    "no_mask": "pipeline.rules.kitchen.clothing:NoMask",
    "no_uniform": "pipeline.rules.kitchen.clothing:NoUniform",
    "off_post": "pipeline.rules.campus.off_post:OffPost",
    "perimeter_intrusion": "pipeline.rules.perimeter.intrusion:PerimeterIntrusion",
    "phone_use": "pipeline.rules.kitchen.handheld:PhoneUse",
    "rodent": "pipeline.rules.kitchen.sightings:Rodent",
    "sleeping_on_post": "pipeline.rules.campus.sleeping_on_post:SleepingOnPost",
    "smoking": "pipeline.rules.kitchen.handheld:Smoking",
    "unattended_fire": "pipeline.rules.kitchen.unattended_fire:UnattendedFire",
    "unauthorized_entry": "pipeline.rules.kitchen.unauthorized_entry:UnauthorizedEntry",
}
"""Rule type to ``module:Class``; the class is called with configuration and site."""


def build_rule(
    config: RuleConfigBase,
    site: SiteConfig,
    class_names: Sequence[str],
    attributes: Collection[str] = (),
) -> Rule:
    """Make a rule, or say why it cannot watch.

    Args:
        config: One of ``AnyRuleConfig``.
        site: The school's calendar.
        class_names: What the camera's models can see.
        attributes: What they tell of people, as ``hat``.

    Raises:
        ConfigError: No model of the camera has a class, or tells an attribute, that the rule needs
            (readiness ``needs_model``), or the type is not known.
    """
    missing = [name for name in config.model_classes if name not in class_names]
    if missing:
        raise ConfigError(
            "the model cannot see " + _quoted(missing) + " (needs_model)",
            where=f"rule {config.rule_id}: classes",
            remedy="Add the model that `mingan rules list` names, if one can, as `more_models`; "
            "this one sees: " + ", ".join(class_names),
        )
    untold = [name for name in config.required_attributes if name not in attributes]
    if untold:
        raise ConfigError(
            "no model tells the attribute " + _quoted(untold) + " of people (needs_model)",
            where=f"rule {config.rule_id}: type",
            remedy="Enable a model that does"
            + (", there is one for: " + ", ".join(sorted(attributes)) if attributes else "")
            + ", or remove the rule",
        )
    if config.type not in RULES:
        raise ConfigError(
            f"there is no rule '{config.type}'",
            where=f"rule {config.rule_id}: type",
            remedy="Choose from: " + ", ".join(sorted(RULES)),
        )
    module, name = RULES[config.type].split(":")
    make: Any = getattr(import_module(module), name)
    rule: Rule = make(config, site)
    return rule


def _quoted(names: list[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


__all__ = ["RULES", "AnyRuleConfig", "Rule", "RuleConfigBase", "build_rule"]

"""What every rule is: a configuration, and a pure function of tracks and time.

A rule has no clock and does no I/O: the same tracks at the same times give the same events, live or
from a recording at any speed. A new rule adds two lines here, its configuration to
``AnyRuleConfig`` and its class to ``RULES``; the class is imported when first used.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any, Protocol

from pydantic import Field

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.errors import ConfigError
from pipeline.core.events import RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.rules.perimeter.intrusion import PerimeterIntrusionConfig
from pipeline.rules.perimeter.line_crossing import LineCrossingConfig
from pipeline.rules.perimeter.loitering import LoiteringConfig
from pipeline.rules.rule_config import RuleConfigBase

AnyRuleConfig = Annotated[
    PerimeterIntrusionConfig | LineCrossingConfig | LoiteringConfig, Field(discriminator="type")
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
    def required_classes(self) -> frozenset[str]:
        """Classes the model must have."""

    @property
    def zone_name(self) -> str:
        """Name of its zone or line."""

    @property
    def shape_norm(self) -> tuple[tuple[float, float], ...]:
        """Zone corners or line points as drawn, fractions of the picture."""

    @property
    def shape_closed(self) -> bool:
        """Whether the last point joins the first."""

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
    "line_crossing": "pipeline.rules.perimeter.line_crossing:LineCrossing",
    "loitering": "pipeline.rules.perimeter.loitering:Loitering",
    "perimeter_intrusion": "pipeline.rules.perimeter.intrusion:PerimeterIntrusion",
}
"""Rule type to ``module:Class``; the class is called with configuration and site."""


def build_rule(config: RuleConfigBase, site: SiteConfig, class_names: Sequence[str]) -> Rule:
    """Make a rule, or say why it cannot watch.

    Args:
        config: One of ``AnyRuleConfig``.
        site: The school's calendar.
        class_names: What the camera's model can see.

    Raises:
        ConfigError: The model does not have a class the rule needs (readiness ``needs_model``),
            or the type is not known.
    """
    missing = [name for name in config.classes if name not in class_names]
    if missing:
        raise ConfigError(
            "the model cannot see " + ", ".join(f"'{name}'" for name in missing),
            where=f"rule {config.rule_id}: classes",
            remedy="Enable a model that can, or choose from: " + ", ".join(class_names),
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


__all__ = ["RULES", "AnyRuleConfig", "Rule", "RuleConfigBase", "build_rule"]

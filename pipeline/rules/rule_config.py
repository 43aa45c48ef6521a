"""What every rule can be told; the part of a rule that a person writes in a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from api.contract import RiskLevel
from api.contract.vocabulary import vocabulary
from pipeline.geometry import ScheduleConfig

Seconds = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_\-]{0,63}$")]


class RuleConfigBase(BaseModel):
    """What all rules can be told.

    Attributes:
        type: The rule's type; each rule narrows it to its own literal.
        id: Name of this rule on its camera, unique there; the type if not given.
        schedule: When it watches, in the school's time.
        classes: Classes of the model it looks at.
        min_score: A track counts from its first detection with at least this score; any if None.
        clear_s: An episode ends once nothing qualified for this long.
        risk: Risk class of its alerts; the vocabulary's if not given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: str
    id: RuleId | None = None
    schedule: ScheduleConfig = "always"
    classes: tuple[str, ...] = ("person",)
    min_score: Fraction | None = None
    clear_s: PositiveSeconds = 2.0
    risk: RiskLevel | None = None

    @field_validator("classes")
    @classmethod
    def _names_a_class(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if not names:
            raise ValueError("no class is named, so the rule sees nothing. Write [person]")
        if len(set(names)) < len(names):
            raise ValueError("a class is named twice. Remove one")
        return names

    @property
    def rule_id(self) -> str:
        """The rule's name on its camera."""
        return self.id or self.type

    @property
    def risk_level(self) -> RiskLevel:
        """The risk class its alerts carry."""
        return self.risk or vocabulary().rules[self.type].risk

    @property
    def model_classes(self) -> tuple[str, ...]:
        """Classes the camera's models must have; more than ``classes`` where people matter too."""
        return self.classes

    @property
    def required_attributes(self) -> tuple[str, ...]:
        """Attributes of people that a model must tell, as ``hat``."""
        return ()

    @property
    def advice(self) -> str | None:
        """What works but will disappoint, and what to write instead; None of most rules."""
        return None

"""What the console reads about rules."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from api.contract import RiskLevel, RuleState, RuleWant
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class RuleViewState(StrEnum):
    """A rule's state over all boxes; ``unknown`` while none of them told."""

    READY = "ready"
    OFF = "off"
    NEEDS_MODEL = "needs_model"
    UNKNOWN = "unknown"


class BoxRule(BaseModel):
    """One rule as one box can apply it."""

    school: SchoolName
    box_id: int
    worker_id: str
    lost: bool = Field(description="The box is silent: this is its last word.")
    state: RuleState
    wants: list[RuleWant] = Field(description="What it must know, with the model that tells it.")
    more_models: list[str] = Field(description="Models it takes beside the usual ones.")
    to_accept: list[str] = Field(description="Those whose terms are unknown.")


class RuleView(BaseModel):
    """One rule, with the word of each box that told."""

    rule: str = Field(examples=["smoking"])
    risk: RiskLevel | None = Field(description="Its usual class; null for a rule we do not know.")
    state: RuleViewState = Field(
        description="The least ready of the boxes that speak; of the silent ones if none does."
    )
    boxes: list[BoxRule]


class RuleList(BaseModel):
    """Every rule, in the vocabulary's order."""

    items: list[RuleView]
    as_of: Moment

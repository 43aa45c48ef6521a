"""What the console reads about how often alerts are true."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from api.alerts.schemas import AlertSummary, FalsePositiveReason
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName
from api.precision.threshold import ProposalOutcome


class Share(BaseModel):
    """A share and its 95 % interval (Wilson)."""

    value: float = Field(ge=0, le=1)
    low: float = Field(ge=0, le=1)
    high: float = Field(ge=0, le=1)


class Figures(BaseModel):
    """Alerts by the judgement in force; what nobody judged is neither true nor false."""

    confirmed: int
    false_positive: int
    pending_review: int
    reasons: dict[FalsePositiveReason, int] = Field(description="Of the false ones; those above 0.")
    precision: Share | None = Field(
        description="`confirmed` of all judged; null while none was judged."
    )
    is_small: bool = Field(description="So few were judged that the share says little.")


class Effect(BaseModel):
    """What a threshold would have changed."""

    threshold: float = Field(description="For `min_score` of the rule.", examples=[0.45])
    removed: int = Field(description="False alerts that would not have been.")
    lost: int = Field(description="True alerts that would not have been.")
    lost_share: Share
    pending_below: int = Field(description="Alerts below it that nobody judged.")
    precision_after: Share | None


class Proposal(BaseModel):
    """A threshold, or why there is none."""

    outcome: ProposalOutcome
    confirmed: int = Field(
        description="True alerts with a score, on which it rests; all where too few were judged."
    )
    false_positive: int = Field(description="False ones, likewise.")
    unscored: int = Field(description="Judged alerts without a model's score; they say nothing.")
    is_class_1: bool = Field(description="No true one may be lost.")
    effect: Effect | None = Field(description="Null unless one is proposed.")


class ModelName(BaseModel):
    """A model; other weights are another model."""

    model_config = ConfigDict(frozen=True)

    model_id: str = Field(examples=["campus_objects"])
    model_sha256: str


class CameraName(BaseModel):
    """A camera as rows name it."""

    camera_key: int = Field(description="The camera's number, its `id`.")
    camera_id: str
    camera_name: str
    camera_location: str
    school: SchoolName


class RuleFigures(Figures):
    """One rule, whatever model and camera."""

    rule: str


class ModelFigures(Figures):
    """One model, whatever rule and camera."""

    model: ModelName


class CameraFigures(Figures):
    """One camera, whatever rule and model."""

    camera: CameraName


class RuleModelFigures(Figures):
    """One rule with one model on all cameras, and the threshold proposed for it."""

    rule: str
    model: ModelName
    proposal: Proposal


class PrecisionRow(Figures):
    """One rule with one model on one camera, and the threshold proposed there."""

    rule: str
    rule_ids: list[str] = Field(description="As its configuration names the rule.")
    model: ModelName
    camera: CameraName
    proposal: Proposal


class PrecisionReport(BaseModel):
    """How often alerts were true; most false alarms first."""

    since: Moment
    as_of: Moment
    days: int = Field(description="Fewer than asked for where older records may be deleted.")
    few: int = Field(description="Fewer judged alerts than this are a small count.")
    few_confirmed: int = Field(description="Fewer true ones than this allow no threshold.")
    total: Figures
    by_rule: list[RuleFigures]
    by_model: list[ModelFigures]
    by_rule_and_model: list[RuleModelFigures]
    by_camera: list[CameraFigures] = Field(description="The first 100.")
    by_camera_count: int
    rows: list[PrecisionRow] = Field(description="By rule, model and camera; the first 100.")
    row_count: int


class AlertsBehind(BaseModel):
    """The alerts behind a number, newest first."""

    items: list[AlertSummary]
    next_cursor: str | None = Field(description="Null on the last page.")

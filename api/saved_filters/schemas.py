"""What a person keeps: a filter of the queue or of the board, under a name."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.alerts.filters import QueueOrder
from api.alerts.schemas import AlertStatus
from api.contract import RiskLevel
from api.contract.text import STORABLE, AnyIdentifier, StorableText
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.orders.subjects import Subject

FilterName = Annotated[
    str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True), STORABLE
]
_Schools = Annotated[list[AnyIdentifier], Field(max_length=256)]
_Risks = Annotated[list[RiskLevel], Field(max_length=len(RiskLevel))]


class _Filter(BaseModel):
    model_config = ConfigDict(extra="forbid")


class QueueFilter(_Filter):
    """As the queue of alerts is narrowed; times may go with the clock."""

    page: Literal["alerts"]
    status: AlertStatus | None = Field(description="Null: all of them.")
    rules: Annotated[list[AnyIdentifier], Field(max_length=64)]
    camera_keys: Annotated[list[RowNumber], Field(max_length=256)]
    school_ids: _Schools
    risks: _Risks
    range: Literal["1h", "today", "24h", "7d"] | None
    from_at: Moment | None
    before: Moment | None
    text: Annotated[StorableText, Field(max_length=100)]
    order: QueueOrder | None = Field(description="Null: as the status has it.")


class BoardFilter(_Filter):
    """As the board of work orders is narrowed."""

    page: Literal["orders"]
    column: Literal[
        "open",
        "assigned",
        "feedback_received",
        "rectifying",
        "pending_verification",
        "overdue",
        "closed",
    ]
    mine: bool
    school_ids: _Schools
    risks: _Risks
    subjects: Annotated[list[Subject], Field(max_length=len(Subject))]


AnyFilter = Annotated[QueueFilter | BoardFilter, Field(discriminator="page")]


class Gone(StrEnum):
    """Of what a filter names something that is no more, or not for its person to see."""

    SCHOOL = "school"
    CAMERA = "camera"
    RULE = "rule"
    WORDS = "words"
    """It is written in words that are not understood any more, and narrows to nothing."""


class SavedFilterCreate(BaseModel):
    """A filter and the name to keep it under."""

    model_config = ConfigDict(extra="forbid")

    name: FilterName
    filter: AnyFilter


class SavedFilterWrite(BaseModel):
    """Another name."""

    model_config = ConfigDict(extra="forbid")

    name: FilterName


class SavedFilterView(BaseModel):
    """A filter as its person keeps it."""

    id: int
    page: Literal["alerts", "orders"]
    name: str
    filter: AnyFilter | None = Field(description="Null of one that is not understood any more.")
    gone: list[Gone] = Field(
        description="Of what it names something that is not there, or not for its person to see."
    )


class SavedFilterList(BaseModel):
    """All that a person keeps, by name."""

    items: list[SavedFilterView]

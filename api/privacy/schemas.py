"""What is read and written of the two registers."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.alerts.schemas import Note
from api.contract.base import Identifier
from api.contract.text import STORABLE
from api.contract.vocabulary import Term
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.organisations.schemas import SchoolName

MAX_LINKS = 50
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=128, strip_whitespace=True), STORABLE
]
MaybeLine = Annotated[str, StringConstraints(max_length=128, strip_whitespace=True), STORABLE]
Text = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True), STORABLE
]


class RequestKind(StrEnum):
    """What somebody who was filmed asks for (个人信息保护法 §45–47)."""

    ACCESS = "access"
    COPY = "copy"
    CORRECTION = "correction"
    DELETION = "deletion"


class RequestState(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    ANSWERED = "answered"
    REFUSED = "refused"


class IdentityCheck(StrEnum):
    """How it was made sure that it is theirs to ask."""

    UNCHECKED = "unchecked"
    DOCUMENT = "document"
    SCHOOL_ROLL = "school_roll"
    GUARDIAN = "guardian"
    KNOWN = "known"


class RequestDeadlineView(BaseModel):
    """Where a deadline comes from."""

    due_d: int
    source: Term
    verified: bool = Field(description="Whether the text of the source was read.")


class AlertLink(BaseModel):
    """An alert the request concerns."""

    id: UUID
    is_held: bool = Field(description="Whether everything about it is kept until released.")
    has_evidence: bool = Field(description="False once its pictures were deleted.")


class CameraLink(BaseModel):
    """A camera whose footage the request concerns."""

    camera_key: int
    camera_id: str
    name: str


class RequestView(BaseModel):
    """One request."""

    id: int
    school: SchoolName
    kind: RequestKind
    applicant: str
    identity_check: IdentityCheck
    place: str
    from_at: Moment | None
    to_at: Moment | None
    note: str
    received_at: Moment
    due_at: Moment
    deadline: RequestDeadlineView | None = Field(description="Null of one that a person chose.")
    state: RequestState
    is_overdue: bool = Field(description="Past its deadline without a decision.")
    outcome: str = Field(description="What was done, or why it was refused.")
    decided_at: Moment | None
    decided_by: str | None
    registered_at: Moment
    registered_by: str
    alerts: list[AlertLink] = Field(description="Those of them that are still there.")
    cameras: list[CameraLink]


class RequestCounts(BaseModel):
    """Requests by state, with the same filters."""

    received: int
    answered: int
    refused: int
    overdue: int


class RequestPage(BaseModel):
    """A page of requests, received last first."""

    items: list[RequestView]
    next_cursor: str | None
    counts: RequestCounts
    as_of: Moment


class _Write(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RequestWrite(_Write):
    """What is written of a request."""

    kind: RequestKind
    applicant: Line = Field(description="As little as answering needs.")
    identity_check: IdentityCheck = IdentityCheck.UNCHECKED
    place: MaybeLine = ""
    from_at: Moment | None = None
    to_at: Moment | None = None
    note: Note = ""
    due_at: Moment | None = Field(default=None, description="Null: by the table of deadlines.")
    alert_ids: list[UUID] = Field(default=[], max_length=MAX_LINKS)
    camera_keys: list[RowNumber] = Field(default=[], max_length=MAX_LINKS)

    @model_validator(mode="after")
    def _window_is_one(self) -> Self:
        if (self.from_at is None) != (self.to_at is None):
            raise ValueError("from_at and to_at: give both, or neither")
        if self.from_at is not None and self.to_at is not None and self.to_at < self.from_at:
            raise ValueError("to_at: lies before from_at")
        return self


class RequestCreate(RequestWrite):
    """A request that came in."""

    school_id: Identifier
    received_at: Moment | None = Field(default=None, description="Default: now.")


class RequestDecision(_Write):
    """The end of a request."""

    outcome: Text = Field(description="What was done, or why it is refused.")


class AssessmentView(BaseModel):
    """An impact assessment, 个人信息保护影响评估; never changed, only replaced."""

    id: int
    school: SchoolName | None = Field(description="Null of the whole district.")
    subject: str
    purpose: str
    necessity: str
    risk: str
    measures: str
    author: str
    document: str
    assessed_on: dt.date
    review_on: dt.date
    is_review_due: bool = Field(description="In force, and its next review has come.")
    replaces: int | None
    ended_on: dt.date | None
    keep_until: dt.date | None = Field(description="First day it may be deleted; null in force.")
    recorded_at: Moment
    recorded_by: str


class AssessmentList(BaseModel):
    """Assessments: in force first, the next review first."""

    items: list[AssessmentView]


class AssessmentCreate(_Write):
    """A new assessment, or one that replaces another."""

    school_id: Identifier | None = Field(default=None, description="Null for the whole district.")
    subject: Line
    purpose: Text = Field(description="Whether purpose and means are lawful and necessary (§56).")
    necessity: Text
    risk: Text = Field(description="Effect on rights, and risks to security.")
    measures: Text = Field(description="Whether the safeguards fit the risk.")
    author: Line
    document: MaybeLine = Field(default="", description="Where the signed paper lies.")
    assessed_on: dt.date
    review_on: dt.date
    replaces: RowNumber | None = Field(
        default=None, description="An assessment that ends on `assessed_on`."
    )

    @model_validator(mode="after")
    def _is_reviewed_later(self) -> Self:
        if self.review_on <= self.assessed_on:
            raise ValueError("review_on: lies after assessed_on")
        return self


class AssessmentEnd(_Write):
    """What was assessed is done no more."""

    ended_on: dt.date

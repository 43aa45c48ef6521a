"""What the console reads and writes about work orders."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.alerts.schemas import AlertStatus, AlertSummary, Note, WrittenNote
from api.auth.schemas import Username
from api.contract import RiskLevel
from api.contract.base import Identifier
from api.contract.vocabulary import Term
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.orders.machine import OrderState, Step
from api.orders.subjects import Subject
from api.organisations.schemas import SchoolName

MAX_SOURCES = 50


class SourceKind(StrEnum):
    """What an order came from."""

    ALERT = "alert"
    FINDING = "finding"
    PHONE = "phone"
    INSPECTION = "inspection"
    """A hazard of a signed inspection; made by signing it."""


class OrderAction(StrEnum):
    """What happened to an order."""

    ASSIGNED = "assigned"
    REASSIGNED = "reassigned"
    FEEDBACK = "feedback"
    BEGIN = "begin"
    SUBMIT = "submit"
    RETURN = "return"
    CLOSE = "close"
    REOPEN = "reopen"
    COMMENTED = "commented"
    PHOTOGRAPHED = "photographed"
    MERGED = "merged"
    SPLIT = "split"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


class AlertBrief(BaseModel):
    """The alert an order is first of all about."""

    id: UUID
    status: AlertStatus = Field(description="Its judgement, which may have been revised since.")
    rule: str
    camera_name: str
    camera_location: str
    raised_at: Moment
    snapshot_url: str | None


class OrderSummary(BaseModel):
    """One order of the board."""

    id: int
    version: int = Field(description="Also the `ETag`; send it as `If-Match` with a decision.")
    state: OrderState
    risk: RiskLevel
    subject: Subject
    school: SchoolName
    assignee: str | None = Field(description="Null while it is given to the duty.")
    responsible: str | None = Field(description="The assignee, or who has the duty now.")
    created_at: Moment
    created_by: str
    due_at: Moment
    is_overdue: bool = Field(description="Past its deadline while it was the school's turn.")
    escalated_at: Moment | None
    rectified_by: str | None
    rectified_at: Moment | None
    closed_by: str | None
    closed_at: Moment | None
    merged_into: int | None
    alert: AlertBrief | None
    text: str = Field(description="What was found or said; empty for an alert.")
    source_count: int
    photograph_count: int


class SourceView(BaseModel):
    """One thing an order is about."""

    id: int
    kind: SourceKind
    alert: AlertSummary | None
    inspection_id: int | None = Field(description="The inspection that found it.")
    text: str


class PhotographView(BaseModel):
    """A photograph of the rectification."""

    id: int
    url: str
    round: int = Field(description="Counts returns and reopenings, from 0.")
    at: Moment
    by: str
    width: int
    height: int


class OrderHistoryEntry(BaseModel):
    """One step of an order."""

    at: Moment
    action: OrderAction
    by: str | None = Field(description="Null of what the command centre did by itself.")
    state: OrderState
    note: str


class DeadlineView(BaseModel):
    """Where a deadline comes from."""

    rule: Identifier
    due_h: float
    source: Term
    verified: bool = Field(description="Whether the text of the source was read.")


class OrderDetail(OrderSummary):
    """Everything about one order."""

    round: int
    deadline: DeadlineView | None = Field(description="Null of one that a person chose.")
    sources: list[SourceView]
    photographs: list[PhotographView]
    history: list[OrderHistoryEntry]
    steps: list[Step] = Field(description="What who asks may do next.")
    merged: list[int] = Field(description="Orders that this one took over.")


class OrderCounts(BaseModel):
    """Orders by column of the board, with the same filters."""

    assigned: int
    feedback_received: int
    rectifying: int
    pending_verification: int
    closed: int
    overdue: int


class OrderPage(BaseModel):
    """A page of orders: what is due first first; closed ones last closed first."""

    items: list[OrderSummary]
    next_cursor: str | None
    counts: OrderCounts
    as_of: Moment


class OrderProposal(BaseModel):
    """How an alert would be given away, if nobody chose otherwise."""

    school: SchoolName
    risk: RiskLevel
    subject: Subject
    assignee: str | None = Field(description="Who has the duty; null if nobody has.")
    candidates: list[str] = Field(description="People of the school who may put it right.")
    due_at: Moment
    deadline: DeadlineView
    order_id: int | None = Field(description="The order the alert is in already.")


class _Write(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OrderCreate(_Write):
    """A new order: about alerts, or about what was found or said at a school."""

    alert_ids: list[UUID] = Field(default=[], max_length=MAX_SOURCES)
    kind: SourceKind = SourceKind.ALERT
    text: Note = ""
    school_id: Identifier | None = Field(default=None, description="Without alerts: whose it is.")
    risk: RiskLevel | None = Field(default=None, description="Default: the highest of the alerts.")
    subject: Subject | None = Field(default=None, description="Default: that of the first rule.")
    assignee: Username | None = Field(default=None, description="Null gives it to the duty.")
    due_at: Moment | None = Field(default=None, description="Default: of the table of deadlines.")
    note: Note = ""

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if self.kind is SourceKind.INSPECTION:
            raise ValueError("kind: signing an inspection makes its orders")
        if self.kind is SourceKind.ALERT:
            if not self.alert_ids:
                raise ValueError("alert_ids: name at least one alert")
            if len(set(self.alert_ids)) < len(self.alert_ids):
                raise ValueError("alert_ids: an alert is named twice")
        elif self.alert_ids or not self.text or None in (self.school_id, self.risk, self.subject):
            raise ValueError(
                "a finding or a call needs text, school_id, risk and subject, and no alerts"
            )
        return self


class OrderAssign(_Write):
    """Give an order to somebody else, or until another moment."""

    subject: Subject
    assignee: Username | None = None
    due_at: Moment | None = Field(default=None, description="Null keeps the deadline.")
    note: Note = ""


class Explained(_Write):
    """A step that needs words."""

    note: WrittenNote


class Noted(_Write):
    """A step that may have words."""

    note: Note = ""


class Reopen(Explained):
    """A closed order has to be put right again."""

    due_at: Moment | None = None


class OrderVersion(_Write):
    """An order as somebody saw it."""

    order_id: RowNumber
    version: int


class Merge(_Write):
    """Other orders of the same school that this one takes over."""

    orders: Annotated[list[OrderVersion], Field(min_length=1, max_length=MAX_SOURCES)]
    note: Note = ""


class Split(_Write):
    """What is to be an order of its own."""

    source_ids: Annotated[list[RowNumber], Field(min_length=1, max_length=MAX_SOURCES)]
    note: Note = ""


class DutyView(BaseModel):
    """Who answers for a subject at a school."""

    school_id: str
    subject: Subject
    username: str


class DutyList(BaseModel):
    """All duties that somebody has."""

    items: list[DutyView]


class AssigneeList(BaseModel):
    """Who may be given orders of a school."""

    items: list[str] = Field(description="User names.")


class DutyWrite(_Write):
    """Who has it from now on; null for nobody."""

    username: Username | None

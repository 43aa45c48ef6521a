"""What the console reads and writes about inspections."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.alerts.schemas import Note
from api.auth.schemas import Username
from api.contract.profile import About, InspectionKind, Rank
from api.contract.text import STORABLE
from api.contract.vocabulary import Term
from api.coverage.schemas import RequirementSource
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.orders.machine import OrderState
from api.organisations.schemas import SchoolName

MAX_ITEMS = 200
_Name = Annotated[
    str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True), STORABLE
]


class InspectionSubject(StrEnum):
    """What a form is about; also the duty it belongs to."""

    SAFETY = "safety"
    CANTEEN = "canteen"


class InspectionState(StrEnum):
    """Where a form stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    SIGNED = "signed"
    SIGNED_LATE = "signed_late"


class Result(StrEnum):
    """The answer to an item."""

    MET = "met"
    MOSTLY_MET = "mostly_met"
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"


class HazardGrade(StrEnum):
    """How grave what was found is."""

    GENERAL = "general"
    MAJOR = "major"


class FactKind(StrEnum):
    """What the command centre knows by itself."""

    CAMERAS = "cameras"
    FOOTAGE = "footage"
    FORBIDDEN = "forbidden"
    ORDERS = "orders"


class Fact(BaseModel):
    """One thing the command centre knows.

    ``cameras``: of ``total`` there ``good`` were analysed in the window, and nobody reported on
    ``unknown``. ``footage``: of ``total`` cameras ``good`` keep what is asked for, as the centre
    judges; of ``unknown`` nobody can say: nothing was told, they are too young, or nobody read the
    text that asks for more. ``forbidden``: ``total`` cameras hang where none may. ``orders``: of
    ``total`` open ones ``good`` are in time.
    """

    kind: FactKind
    place: str = Field(description="Name of the place; empty for the whole school.")
    total: int
    good: int
    unknown: int


class HazardOrder(BaseModel):
    """The work order that a hazard became."""

    order_id: int
    state: OrderState
    is_overdue: bool
    due_at: Moment
    rectified_by: str | None
    rectified_at: Moment | None
    closed_by: str | None = Field(description="Who checked it again.")
    closed_at: Moment | None


class HazardView(BaseModel):
    """What was found, and until when it is to be put right."""

    grade: HazardGrade
    rectify_by: dt.date | None = Field(description="Null of what is put right at once.")
    order: HazardOrder | None = Field(description="Null until the form is signed.")


class InspectionPhotographView(BaseModel):
    """A photograph of what an item is about."""

    id: int
    url: str
    at: Moment
    by: str
    width: int
    height: int


class ItemView(BaseModel):
    """An item of a form."""

    id: int
    rank: Rank
    demand: Term
    about: About
    source: RequirementSource
    facts: list[Fact] = Field(description="As of the answer, or of now while there is none.")
    result: Result | None
    note: str
    hazard: HazardView | None
    answered_at: Moment | None
    answered_by: str | None
    photographs: list[InspectionPhotographView]


class InspectionSummary(BaseModel):
    """A form in one line."""

    id: int
    version: int = Field(description="Also the `ETag`; send it as `If-Match` with a decision.")
    school: SchoolName
    visitor: SchoolName | None = Field(description="The school that inspects this one.")
    kind: InspectionKind
    subject: InspectionSubject
    name: str = Field(description="Of a date that matters; empty of what recurs.")
    first_day: dt.date
    last_day: dt.date
    due_at: Moment
    state: InspectionState
    inspector: str | None
    item_count: int
    answered_count: int
    hazard_count: int
    signed_at: Moment | None
    signed_by: str | None
    signer: str


class InspectionDetail(InspectionSummary):
    """A form with its items."""

    profiles: list[str] = Field(examples=[["cn-school 2025-04-01"]])
    window_s: float = Field(description="A camera counts that was analysed in so many seconds.")
    items: list[ItemView]
    may_fill: bool = Field(description="Whether who asks may answer and sign it now.")
    may_give: bool = Field(description="Whether they may say who answers it.")
    as_of: Moment


class InspectionPage(BaseModel):
    """A page of forms: what is due first first."""

    items: list[InspectionSummary]
    next_cursor: str | None
    as_of: Moment


class Write(BaseModel):
    """What a person writes; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


class HazardWrite(Write):
    """What was found; without a day it is put right at once."""

    grade: HazardGrade
    rectify_by: dt.date | None = None


class Answer(Write):
    """The answer to one item."""

    item_id: RowNumber
    result: Result
    note: Note = ""
    hazard: HazardWrite | None = None

    @model_validator(mode="after")
    def _a_hazard_has_words(self) -> Self:
        if self.result is Result.NOT_MET and self.hazard is None:
            raise ValueError("hazard: what is not met is a hazard; give its grade")
        if self.hazard is not None:
            if self.result not in (Result.NOT_MET, Result.MOSTLY_MET):
                raise ValueError("hazard: what is met has none")
            if not self.note:
                raise ValueError("note: a hazard needs words")
        return self


class Answers(Write):
    """Answers to items of a form; those not named stay as they are."""

    answers: Annotated[list[Answer], Field(min_length=1, max_length=MAX_ITEMS)]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        ids = [each.item_id for each in self.answers]
        if len(set(ids)) < len(ids):
            raise ValueError("answers: an item is answered twice")
        return self


class Signature(Write):
    """The name under a form, as its writer writes it."""

    signer: _Name


class InspectorWrite(Write):
    """Who answers it from now on; null for whoever comes first."""

    username: Username | None

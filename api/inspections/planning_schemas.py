"""What the console reads and writes about plans, and the table of forms."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, Field, model_validator

from api.alerts.schemas import Note
from api.contract.base import Identifier
from api.contract.profile import InspectionKind
from api.inspections.schemas import InspectionSubject, Write
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName

_MOST_DAYS = 92
"""Of a date that matters."""


class CellState(StrEnum):
    """A school's form of a period."""

    OPEN = "open"
    OVERDUE = "overdue"
    SIGNED = "signed"
    SIGNED_LATE = "signed_late"
    NOT_APPLICABLE = "not_applicable"
    NONE = "none"


class WhyNot(StrEnum):
    """Why a school has no form of a period."""

    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    NO_TERM = "no_term"
    NO_CANTEEN = "no_canteen"
    NO_NEIGHBOUR = "no_neighbour"


class Cell(BaseModel):
    """A school's form of a period."""

    state: CellState
    why: WhyNot | None = Field(description="Of what does not apply.")
    inspection_id: int | None
    hazard_count: int


class Period(BaseModel):
    """A column of the table."""

    first_day: dt.date
    last_day: dt.date
    name: str


class TableRow(BaseModel):
    """A school, with a cell for each period."""

    school: SchoolName
    cells: list[Cell]


class InspectionTable(BaseModel):
    """Schools × periods, the newest period first."""

    periods: list[Period]
    rows: list[TableRow]
    as_of: Moment


class PlanCreate(Write):
    """Which schools are inspected how often, or before which date."""

    kind: InspectionKind
    subject: InspectionSubject
    name: Annotated[Note, Field(max_length=64)] = Field(
        default="", description="Of a date that matters, as 开学."
    )
    first_day: dt.date
    last_day: dt.date | None = None
    school_ids: Annotated[list[Identifier], Field(max_length=2000)] = Field(
        default=[], description="Empty for all schools in use."
    )

    @model_validator(mode="after")
    def _a_date_has_a_name(self) -> Self:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("last_day must not be before first_day")
        if self.kind is InspectionKind.KEY_MOMENT:
            if not self.name or self.last_day is None:
                raise ValueError("a date that matters has a name and a last_day")
            if (self.last_day - self.first_day).days > _MOST_DAYS:
                raise ValueError("last_day: at most three months after first_day")
        elif self.name:
            raise ValueError("name: only a date that matters has one")
        return self


class PlanView(BaseModel):
    """A plan."""

    id: int
    kind: InspectionKind
    subject: InspectionSubject
    name: str
    first_day: dt.date
    last_day: dt.date | None
    school_ids: list[str]
    created_at: Moment
    created_by: str


class PlanList(BaseModel):
    """Plans that were not ended, the newest first."""

    items: list[PlanView]

"""What the console reads of the ledger of hazards, 隐患台账."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, Field

from api.contract.profile import InspectionKind, Rank
from api.contract.vocabulary import Term
from api.inspections.schemas import HazardView, InspectionSubject
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class HazardRow(BaseModel):
    """A line of the ledger, 隐患台账."""

    item_id: int
    inspection_id: int
    school: SchoolName
    kind: InspectionKind
    subject: InspectionSubject
    name: str
    first_day: dt.date
    rank: Rank
    demand: Term
    note: str
    hazard: HazardView
    signer: str
    found_at: Moment = Field(description="When the form was signed.")
    visitor: SchoolName | None


class HazardCounts(BaseModel):
    """Hazards with the same filters."""

    open: int
    overdue: int
    to_check: int
    closed: int


class HazardPage(BaseModel):
    """A page of the ledger, found last first."""

    items: list[HazardRow]
    next_cursor: str | None
    counts: HazardCounts
    as_of: Moment


class HazardState(StrEnum):
    """Where a hazard stands."""

    OPEN = "open"
    OVERDUE = "overdue"
    TO_CHECK = "to_check"
    CLOSED = "closed"

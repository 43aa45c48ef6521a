"""What is asked of reports, and what the console reads about them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.contract.base import Identifier
from api.contract.vocabulary import Language
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName

Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$", examples=["2026-10"])]


class ReportKind(StrEnum):
    """What a report is about."""

    SCHOOL_AUDIT = "school_audit"
    DISTRICT_MONTH = "district_month"
    CANTEEN_MONTH = "canteen_month"
    HAZARD_LEDGER = "hazard_ledger"
    FILING_FORM = "filing_form"
    INSPECTION_FORM = "inspection_form"
    """Asked for where the form is, by whoever may see it."""

    @property
    def is_of_a_school(self) -> bool:
        """Whether it may be about one school."""
        return self not in (ReportKind.DISTRICT_MONTH, ReportKind.INSPECTION_FORM)

    @property
    def is_of_the_district(self) -> bool:
        """Whether it may be about the whole district."""
        return self in (ReportKind.DISTRICT_MONTH, ReportKind.CANTEEN_MONTH)

    @property
    def is_of_a_month(self) -> bool:
        """Whether it is about a month; else about the moment it is made."""
        return self in (ReportKind.DISTRICT_MONTH, ReportKind.CANTEEN_MONTH)

    @property
    def has_pictures(self) -> bool:
        """Whether pictures stand in one on a school, for whoever may see them."""
        return self in (ReportKind.SCHOOL_AUDIT, ReportKind.CANTEEN_MONTH)


class ReportFormat(StrEnum):
    """How it is laid out."""

    PDF = "pdf"
    XLSX = "xlsx"


class ReportState(StrEnum):
    """Where a report stands."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"
    REMOVED = "removed"


class WhichReport(BaseModel):
    """A report, of whom and how."""

    model_config = ConfigDict(extra="forbid")

    kind: ReportKind
    format: ReportFormat
    language: Language = "zh"
    school_id: Identifier | None = Field(default=None, description="Of a report on one school.")

    @model_validator(mode="after")
    def _is_of_whom_its_kind_may_be(self) -> Self:
        if self.kind is ReportKind.INSPECTION_FORM:
            raise ValueError("the paper of a form is asked for at /api/v1/inspections/{id}/papers")
        may_be = (
            self.kind.is_of_the_district if self.school_id is None else self.kind.is_of_a_school
        )
        if not may_be:
            raise ValueError("school_id is for reports on one school, and needed there")
        return self


class ReportRequest(WhichReport):
    """A report that is asked for."""

    month: Month | None = Field(default=None, description="Of a report on a month, its own.")

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Self:
        if self.kind.is_of_a_month != (self.month is not None):
            raise ValueError("month is for reports on a month, and needed there")
        return self


class PaperRequest(BaseModel):
    """The paper of an inspection's form that is asked for."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "zh"
    with_photographs: bool = Field(
        default=True,
        description="Nobody is blurred on them; only who may see pictures can have them.",
    )


class ReportView(BaseModel):
    """One report."""

    id: int
    kind: ReportKind
    school: SchoolName | None = Field(description="Null of one on the whole district.")
    inspection_id: int | None = Field(description="The form it is the paper of.")
    month: str | None
    format: ReportFormat
    language: Language
    code: str = Field(examples=["7K3M-Q2XA-9TZC"], description="Printed on it.")
    has_pictures: bool = Field(description="It is given to those alone who may see pictures.")
    asked_by: str
    asked_at: Moment
    state: ReportState
    progress: float = Field(ge=0, le=1)
    error: str = Field(description="A problem's code; empty unless it failed.")
    as_of: Moment | None = Field(description="The moment its data are of.")
    made_at: Moment | None
    sha256: str | None = Field(description="Of its file.")
    size_bytes: int | None
    removed_at: Moment | None = Field(description="When its file was deleted.")


class ReportPage(BaseModel):
    """A page of reports, asked for last first."""

    items: list[ReportView]
    next_cursor: str | None

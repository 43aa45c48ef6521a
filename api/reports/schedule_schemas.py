"""Reports that are made again and again, as a person writes and reads them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.contract.vocabulary import Language
from api.kit.moments import Moment
from api.notices.schemas import Outcome
from api.organisations.schemas import SchoolName
from api.reports.schemas import ReportFormat, ReportKind, ReportView, WhichReport
from api.reports.timing import Every

_Time = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
_DAYS_OF_WEEK = 7


class MailState(StrEnum):
    """What became of the mail about a report."""

    WAITING = "waiting"
    SENT = "sent"
    NO_CHANNEL = "no_channel"
    """No channel writes to people: who manages notices makes one."""
    NOT_SENT = "not_sent"
    """Given up, or there was nobody to send it to: ``outcome`` says why."""
    NO_REPORT = "no_report"
    """The report could not be made, so there was nothing to tell of."""


class ScheduleWrite(WhichReport):
    """A report that is to be made again and again; one on a month is on the month before."""

    every: Every
    day: Annotated[int, Field(ge=1, le=31)] = Field(
        default=1,
        description="Of the month, its last one where it has none of this number; of the week from "
        "1, a Monday.",
    )
    at: _Time = Field(default="06:00", description="By the clocks of the school or the district.")

    @model_validator(mode="after")
    def _day_is_one(self) -> Self:
        if self.every is Every.WEEK and self.day > _DAYS_OF_WEEK:
            raise ValueError("a week has days 1 to 7")
        return self


class SchedulePause(BaseModel):
    """Whether a schedule rests."""

    model_config = ConfigDict(extra="forbid")

    is_paused: bool


class ScheduleRun(BaseModel):
    """The last run of a schedule."""

    due_at: Moment = Field(description="For when it was due.")
    ran_at: Moment = Field(description="Later than that where the command centre did not run.")
    missed: int = Field(description="Times before that were missed too, and not made up for.")
    report: ReportView | None
    error: str = Field(description="A problem's code: why no report was asked for; else empty.")
    mail: MailState | None = Field(description="Null while the report is not made.")
    outcome: Outcome | None = Field(description="Of the last attempt to send the mail.")


class ScheduleView(BaseModel):
    """A schedule."""

    id: int
    kind: ReportKind
    school: SchoolName | None = Field(description="Null of one on the whole district.")
    format: ReportFormat
    language: Language
    every: Every
    day: int
    at: str
    time_zone: str
    is_paused: bool
    next_at: Moment | None = Field(description="Null while it is paused.")
    last: ScheduleRun | None = Field(description="Null before the first one.")


class ScheduleList(BaseModel):
    """All schedules of who asks, oldest first."""

    items: list[ScheduleView]
    mail: str | None = Field(description="Whereto reports are told of; null without an address.")
    has_channel: bool = Field(description="Whether any channel writes to people.")
    attaches: bool = Field(description="Whether PDFs are attached; else the mail has a link alone.")

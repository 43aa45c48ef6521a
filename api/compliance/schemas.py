"""What the console reads about retention."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from pydantic import BaseModel, Field

from api.contract import (
    BrokenPromise,
    DayCompleteness,
    FootageGap,
    FootageSpan,
    RecoveredSpan,
    RetentionForecast,
    RetentionState,
)
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class RetentionDoubt(StrEnum):
    """Why the worker's last word on a camera's footage is not taken for the present.

    ``never_reported``: there is none. ``worker_lost``: whoever could prove it is silent.
    ``stale``: the camera's worker lives, and has not reported on this footage for hours.
    ``not_judged``: what was told lately waits to be judged.
    """

    NEVER_REPORTED = "never_reported"
    WORKER_LOST = "worker_lost"
    STALE = "stale"
    NOT_JUDGED = "not_judged"


class RetentionFacts(BaseModel):
    """The numbers of the last report; they prove what was there at ``as_of`` and nothing later."""

    as_of: Moment
    state: RetentionState = Field(description="The worker's word at `as_of`.")
    required_days: int
    required_source: str = Field(examples=["国务院令799号 §17"])
    required_verified: bool = Field(
        description="The source's text was read, and it asks for that many days."
    )
    max_days: int | None = Field(description="Delete after so many days; null without a limit.")
    time_zone: str = Field(examples=["Asia/Shanghai"])
    proven_days: float = Field(description="Continuous days back from `as_of`.")
    completeness: float = Field(
        ge=0, le=1, description="Of the required days, or of the camera's life when shorter."
    )
    oldest_footage_at: Moment | None
    oldest_continuous_at: Moment | None
    bytes_held: int
    forecast: RetentionForecast | None
    broken_promises: list[BrokenPromise]
    alarms: list[str]
    clock_offset_s: float | None = Field(
        description="Clock of who wrote the footage minus UTC; null when it was not compared."
    )
    gap_count: int
    gap_s: float = Field(description="Seconds of all reported gaps together.")
    gaps: list[FootageGap] = Field(description="Newest first; in the table the newest 100.")
    is_truncated: bool = Field(description="Older gaps exist that are not in `gaps`.")
    recovered_s: float = Field(
        description="Seconds that were fetched from a recorder or a camera's card after an outage."
    )
    recovered: list[RecoveredSpan] = Field(
        description="Where, and from whom; newest first, in the table the newest 100."
    )


class RetentionRow(BaseModel):
    """One camera; it never vanishes, whether anything is known of its footage or not."""

    camera_key: int = Field(description="The camera's number, its `id`.")
    camera_id: str = Field(examples=["gate-north"])
    name: str = Field(examples=["北门"])
    location: str
    school: SchoolName
    worker_id: str | None
    state: RetentionState = Field(
        description="What holds now: the worker's word, or `unknown` while there is a `doubt`."
    )
    doubt: RetentionDoubt | None
    facts: RetentionFacts | None = Field(description="Null when it never reported.")


class RetentionTable(BaseModel):
    """All cameras in use, by school and id."""

    items: list[RetentionRow]
    as_of: Moment


class RetentionDay(BaseModel):
    """The last verdict of one calendar day in the school's time zone."""

    day: dt.date
    as_of: Moment
    state: RetentionState
    required_days: int
    proven_days: float
    completeness: float
    gap_count: int


class RetentionFootage(BaseModel):
    """Where there is footage, as the last report told."""

    spans: list[FootageSpan]
    days: list[DayCompleteness] = Field(description="Footage of each day, oldest first.")


class RetentionDetail(RetentionRow, RetentionFootage):
    """One camera with all that its last report holds, and its history."""

    history: list[RetentionDay] = Field(
        description="Verdicts, newest first; a day nobody reported on is missing."
    )

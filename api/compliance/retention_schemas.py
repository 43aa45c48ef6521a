"""What the console reads about each camera's retention: the command centre's verdict."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from api.compliance.district_schemas import SchoolCompliance
from api.compliance.requirements import RequirementRow
from api.compliance.schemas import BoxClaim, RetentionDoubt, RetentionFacts, RetentionFootage
from api.contract import FootageGap, RetentionState
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class RetentionRow(BaseModel):
    """One camera; it never vanishes, whether anything is known of its footage or not."""

    camera_key: int = Field(description="The camera's number, its `id`.")
    camera_id: str = Field(examples=["gate-north"])
    name: str = Field(examples=["北门"])
    location: str
    school: SchoolName
    worker_id: str | None
    state: RetentionState = Field(
        description="What holds now, by the command centre's verdict; `unknown` while there is a"
        " `doubt`."
    )
    doubt: RetentionDoubt | None
    is_unconfirmed: bool = Field(
        description="It fails nothing that was read; by a text that nobody has read it would."
    )
    required_days: int = Field(description="By what it was judged; 0 when nothing binds.")
    required_by: RequirementRow | None = Field(description="Who asks for them.")
    max_days: int | None = Field(description="Delete after so many days; null without a limit.")
    completeness: float = Field(
        ge=0, le=1, description="Of the days asked for, or of its life; 0 while nothing is known."
    )
    proven_days: float = Field(description="Continuous days back from `as_of`.")
    gap_count: int = Field(description="In the days asked for; 0 while the state is `unknown`.")
    gap_s: float = Field(description="Of these together, in seconds.")
    as_of: Moment | None = Field(description="Of the verdict; null when none holds.")
    facts: RetentionFacts | None = Field(description="Null when it never reported.")


class RetentionTable(BaseModel):
    """All cameras in use, by school and id, and each school in a sentence."""

    items: list[RetentionRow]
    schools: list[SchoolCompliance]
    as_of: Moment


class RetentionDay(BaseModel):
    """The command centre's verdict on one calendar day in the school's time zone."""

    day: dt.date
    as_of: Moment
    state: RetentionState
    is_unconfirmed: bool
    required_days: int
    proven_days: float
    completeness: float
    gap_count: int = Field(description="0 while the state is `unknown`.")
    gap_s: float
    claimed: RetentionState | None = Field(description="The box's own word on that day.")


class RetentionDetail(RetentionRow, RetentionFootage):
    """One camera with its gaps, what its box told last, and its history."""

    oldest_continuous_at: Moment | None = Field(
        description="Since when there is footage without a gap until it was last told of."
    )
    gaps: list[FootageGap] = Field(
        description="What is missing of the days asked for, newest first; nothing that merely is"
        " not verified."
    )
    is_truncated: bool = Field(description="Older gaps exist that are not in `gaps`.")
    claim: BoxClaim | None = Field(description="As the box says; null when it never reported.")
    history: list[RetentionDay] = Field(
        description="Verdicts, newest first; a day that was never judged is missing."
    )

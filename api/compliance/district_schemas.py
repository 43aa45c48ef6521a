"""What the console reads of the district: schools with two rings, and a school's cameras by day."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from api.compliance.requirements import Requirement
from api.compliance.schemas import RetentionDoubt
from api.contract import FootageGap, RetentionState
from api.contract.vocabulary import Term
from api.coverage.schemas import CoverageCounts, CoverageVerdict
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class RetentionCounts(BaseModel):
    """Cameras of a school by what their footage proved last; each counts once."""

    total: int
    kept: int = Field(description="What is asked for is there.")
    gap: int
    insufficient: int
    over_retained: int
    immature: int = Field(description="Younger than what is asked for; no failure.")
    unconfirmed: int = Field(
        description="Kept, but for a text that asks for more and that nobody has read."
    )
    unknown: int = Field(
        description="Nobody told anything, or not lately; also cameras without facts."
    )
    gap_s: float = Field(description="Of the cameras in `gap` together.")
    recovered: int = Field(
        default=0,
        description="Cameras with footage that was fetched from elsewhere after an outage; each is"
        " counted by its state, too.",
    )
    recovered_s: float = Field(default=0.0, description="Of the cameras in `recovered` together.")

    @property
    def failed(self) -> int:
        """Cameras that break a promise."""
        return self.gap + self.insufficient + self.over_retained


class WorstCamera(BaseModel):
    """The camera of a school that is furthest from what is asked for."""

    camera_key: int
    camera_id: str
    name: str
    state: RetentionState
    completeness: float
    gap_s: float


class SchoolCompliance(BaseModel):
    """A school in one line."""

    school: SchoolName
    verdict: CoverageVerdict = Field(description="The worse of the two rings.")
    sentence: Term = Field(examples=[{"zh": "不合格：1 台录像缺 3 小时", "en": "Fails"}])
    coverage: CoverageCounts
    coverage_verdict: CoverageVerdict
    forbidden_count: int
    retention: RetentionCounts
    retention_verdict: CoverageVerdict
    least_proven_days: float | None = Field(
        description="The fewest that a camera proves; those that are too young or unknown aside."
        " Null when there is no other."
    )
    worst: WorstCamera | None = Field(description="Null when no camera falls short.")


class DistrictCompliance(BaseModel):
    """Schools in use, by id."""

    items: list[SchoolCompliance]
    as_of: Moment


class DayCell(BaseModel):
    """One camera on one day."""

    day: dt.date
    state: RetentionState
    is_unconfirmed: bool
    share: float | None = Field(
        ge=0,
        le=1,
        description="Of the day itself, as far as it had passed; null when nothing was, and while"
        " the state is `unknown`.",
    )


class HeldDay(BaseModel):
    """One camera's footage of one day, as it was told last."""

    day: dt.date
    share: float = Field(
        ge=0, le=1, description="What is there, or may be, of the day as far as it is known."
    )
    has_unverified: bool = Field(description="Of a part nobody could tell whether it is there.")


class CameraDays(BaseModel):
    """A camera with its days; one nobody told anything of is there without any."""

    camera_key: int
    camera_id: str
    name: str
    state: RetentionState = Field(description="What holds now; `unknown` while there is a `doubt`.")
    doubt: RetentionDoubt | None
    is_unconfirmed: bool = Field(
        description="It fails nothing that was read; by a text that nobody has read it would."
    )
    comment: Term = Field(
        description="Why the state is what it is, and what its box told beside it, as reports"
        " write it; empty when there is nothing to say.",
        examples=[{"zh": "最长一段缺 58 秒", "en": "Longest gap 58 s"}],
    )
    required_days: int = Field(description="By what it was judged; 0 when nothing binds.")
    completeness: float = Field(description="Of the days asked for, or of its life.")
    proven_days: float
    gap_count: int = Field(description="In the days asked for; 0 while the state is `unknown`.")
    gap_s: float = Field(description="Of these together.")
    as_of: Moment | None = Field(description="Of the verdict; null when none holds.")
    told_at: Moment | None = Field(description="When anything was last told of it, however old.")
    days: list[DayCell] = Field(description="Oldest first; a day that is not there is unknown.")
    held: list[HeldDay] = Field(
        description="What is known now, oldest first: more than on the day itself when footage was"
        " fetched later, less when it was lost. Only days that begin after the footage does."
    )
    gaps: list[FootageGap] = Field(
        description="What is missing of these days as far as it is known, newest first, each with"
        " its cause; `not_verified` is not missing."
    )


class SchoolFootage(SchoolCompliance):
    """A school's cameras by day."""

    requirement: Requirement = Field(description="Of today.")
    from_day: dt.date
    until_day: dt.date = Field(description="Today, in the school's time zone.")
    time_zone: str = Field(examples=["Asia/Shanghai"])
    cameras: list[CameraDays]
    as_of: Moment

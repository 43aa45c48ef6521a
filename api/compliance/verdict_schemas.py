"""What the console reads about verdicts of the command centre, and what administrators write."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.compliance.requirements import Requirement
from api.contract import RetentionState
from api.contract.text import STORABLE
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName

_Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=512), STORABLE
]
_Days = Annotated[int, Field(ge=1, le=3660)]


class DayVerdict(BaseModel):
    """What one camera's footage proved on one day, and what it was judged by."""

    state: RetentionState = Field(
        description="`unknown` on a day nobody told anything of, with a completeness of 0."
    )
    is_unconfirmed: bool = Field(
        description="It fails nothing that was read; by a text that nobody has read it would."
    )
    completeness: float = Field(ge=0, le=1, description="Of the days asked for, or of its life.")
    proven_days: float = Field(description="Continuous days back from `as_of`.")
    gap_count: int = Field(description="In the days asked for; 0 while the state is `unknown`.")
    gap_s: float = Field(description="Of these together, in seconds.")
    day_missing_s: float | None = Field(
        description="Seconds missing of the day itself, until `as_of`; null when nothing was told,"
        " and while the state is `unknown`."
    )
    as_of: Moment | None = Field(description="When it was told; null when nothing was.")
    judged_at: Moment | None
    requirement: Requirement = Field(
        description="What was asked for then; of a day that was never judged, what is asked for it"
        " by the rules as they stand now."
    )


class FormerVerdict(DayVerdict):
    """A verdict that another one took the place of."""

    replaced_at: Moment
    replaced_by: str = Field(description="Who had it judged again.")
    reason: str


class CameraDay(DayVerdict):
    """One camera on one day."""

    camera_key: int
    camera_id: str
    name: str
    school: SchoolName
    day: dt.date
    former: list[FormerVerdict] = Field(description="Newest first.")


class SchoolDayRow(DayVerdict):
    """One camera of a school on a day."""

    camera_key: int
    camera_id: str
    name: str


class SchoolDay(BaseModel):
    """All cameras in use of a school on one day; one without facts is among them."""

    school: SchoolName
    day: dt.date
    cameras: list[SchoolDayRow]


class JudgedProfileView(BaseModel):
    """A profile as it was when somebody was judged by it."""

    sha256: str
    first_used_at: Moment
    content: str = Field(description="The profile as JSON; what `sha256` is of.")


class OverrideCreate(BaseModel):
    """What the bureau asks one school for beyond the profiles, and why."""

    model_config = ConfigDict(extra="forbid")

    min_days: _Days | None = None
    max_days: _Days | None = None
    from_day: dt.date
    until_day: dt.date | None = Field(
        default=None, description="The first day on which it holds no more."
    )
    reason: _Reason

    @model_validator(mode="after")
    def _is_something(self) -> OverrideCreate:
        if self.min_days is None and self.max_days is None:
            raise ValueError("names min_days, max_days or both")
        if self.until_day is not None and self.until_day <= self.from_day:
            raise ValueError("until_day must be later than from_day")
        return self


class OverrideView(BaseModel):
    """An override, with its author."""

    id: int
    min_days: int | None
    max_days: int | None
    from_day: dt.date
    until_day: dt.date | None
    reason: str
    created_by: str
    created_at: Moment
    withdrawn_by: str | None
    withdrawn_at: Moment | None = Field(
        description="Since when nothing is judged by it; what was judged before stays."
    )


class OverrideList(BaseModel):
    """Overrides of a school, newest first, and what is asked of it today."""

    items: list[OverrideView]
    requirement: Requirement


class JudgementCreate(BaseModel):
    """Which days to judge again by the rules as they stand now, and why."""

    model_config = ConfigDict(extra="forbid")

    from_day: dt.date
    until_day: dt.date = Field(description="The last of them.")
    reason: _Reason

    @model_validator(mode="after")
    def _goes_forward(self) -> JudgementCreate:
        if self.until_day < self.from_day:
            raise ValueError("until_day must not be before from_day")
        return self


class JudgementView(BaseModel):
    """How far it is."""

    id: int
    from_day: dt.date
    until_day: dt.date
    reason: str
    asked_by: str
    asked_at: Moment
    cameras_total: int
    cameras_done: int
    days_judged: int
    days_changed: int = Field(description="Verdicts that became other ones; the old ones are kept.")
    ended_at: Moment | None


class JudgementList(BaseModel):
    """The latest ones first."""

    items: list[JudgementView]

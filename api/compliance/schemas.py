"""What the console reads about retention."""

from __future__ import annotations

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
    """What the box last told beside its footage; it holds for `as_of` and nothing later."""

    as_of: Moment
    time_zone: str = Field(examples=["Asia/Shanghai"])
    oldest_footage_at: Moment | None
    bytes_held: int
    forecast: RetentionForecast | None = Field(
        description="`breaks_on` is told only where the box goes by as many days as the centre."
    )
    broken_promises: list[BrokenPromise] = Field(description="Newest first.")
    alarms: list[str]
    clock_offset_s: float | None = Field(
        description="Clock of who wrote the footage minus UTC; null when it was not compared."
    )
    recovered_s: float = Field(
        description="Seconds that were fetched from a recorder or a camera's card after an outage."
    )
    recovered: list[RecoveredSpan] = Field(
        description="Where, and from whom; newest first, in the table the newest 100."
    )


class ToldFacts(RetentionFacts):
    """The same with the box's own list of gaps, for what it wrote of each."""

    gaps: list[FootageGap]


class BoxClaim(BaseModel):
    """What the box makes of its footage by the days in its own file; it decides nothing."""

    as_of: Moment
    state: RetentionState
    required_days: int
    required_source: str = Field(examples=["国务院令799号 §17"])
    required_verified: bool = Field(
        description="The source's text was read, and it asks for that many days."
    )
    proven_days: float = Field(description="Continuous days back from `as_of`.")
    completeness: float = Field(
        ge=0, le=1, description="Of the required days, or of the camera's life when shorter."
    )
    gap_count: int
    gap_s: float = Field(description="Seconds of all reported gaps together.")
    gaps: list[FootageGap] = Field(description="As the box lists them, newest first.")


class RetentionFootage(BaseModel):
    """Where there is footage, as the last report told."""

    spans: list[FootageSpan]
    days: list[DayCompleteness] = Field(description="Footage of each day, oldest first.")

"""What the console reads about recordings, and how it asks to look at them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.alerts.schemas import AlertStatus
from api.cameras.schemas import CameraViewState, MissingSeconds
from api.contract import (
    DayCompleteness,
    FootageGap,
    FootageSpan,
    HeldSpan,
    MissingReason,
    RecoveredSpan,
    RiskLevel,
    VideoCodec,
    ViewTrouble,
)
from api.contract.viewing import ViewingReason
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class FootageSource(StrEnum):
    """Who says where there is footage.

    ``box``: the box, asked just now. ``report``: its last report, for it does not answer now.
    ``nobody``: there is no report either.
    """

    BOX = "box"
    REPORT = "report"
    NOBODY = "nobody"


class DayAlert(BaseModel):
    """An alert of that day, as a mark on the timeline."""

    id: UUID
    rule: str
    zone: str
    risk: RiskLevel
    status: AlertStatus
    started_at: Moment
    raised_at: Moment
    ended_at: Moment


class AnalysedStretch(BaseModel):
    """Minutes in a row that were looked at, or missed for one reason."""

    from_at: Moment
    to_at: Moment
    missed_for: MissingReason | None = Field(
        description="What most of each minute was missed for; null while it was looked at."
    )
    analysed_s: float


class RuleDay(BaseModel):
    """What one rule looked at that day; minutes that nobody reported on are in no stretch."""

    rule: str
    rule_id: str
    analysed_s: float
    missing: list[MissingSeconds] = Field(description="Largest first.")
    stretches: list[AnalysedStretch]


class RecordingDay(BaseModel):
    """One camera's day: footage, gaps, alerts, analysed time."""

    camera_key: int = Field(description="The camera's number, its `id`.")
    school: SchoolName
    camera_id: str
    name: str
    location: str
    state: CameraViewState
    day: dt.date
    time_zone: str = Field(description="The school's; the day begins and ends at its midnights.")
    from_at: Moment
    to_at: Moment = Field(description="23 or 25 hours later when clocks change.")
    as_of: Moment
    is_box_there: bool = Field(description="Whether a box can send this camera's footage now.")
    source: FootageSource
    footage_as_of: Moment | None = Field(
        description="Until when `spans` and `gaps` were looked for; null when nobody told."
    )
    spans: list[FootageSpan]
    gaps: list[FootageGap] = Field(
        description="What is in neither list was not told: it may or may not be there."
    )
    recovered: list[RecoveredSpan] = Field(
        description="What of the day the box did not record itself, as its last report told."
    )
    held: list[HeldSpan] = Field(
        description="What lies in a recorder of another maker, and is fetched from there when it "
        "is played: of `spans` where it keeps the camera's footage, of `gaps` where the box does. "
        "Empty while the box does not answer."
    )
    is_recorder_asked: bool = Field(
        description="That recorder has not answered yet: ask again in a moment."
    )
    recorder_trouble: ViewTrouble | None = Field(
        description="Why that recorder did not say what it has."
    )
    alerts: list[DayAlert] = Field(description="By time.")
    has_more_alerts: bool
    analysed: list[RuleDay]
    days: list[DayCompleteness] = Field(
        description="Of each day of the last report, oldest first, to choose a day from."
    )


class PlayRequest(BaseModel):
    """From when on, and why."""

    model_config = ConfigDict(extra="forbid")

    from_at: Moment
    reason: ViewingReason = Field(description="Stands in the access log with the name.")
    keyframes_only: bool = Field(
        default=False, description="Enough for watching many times faster than it happened."
    )
    codecs: Annotated[list[VideoCodec], Field(max_length=4)] = Field(
        default=[VideoCodec.H264],
        description="What `MediaSource.isTypeSupported` says; H.264 is taken for granted.",
    )

"""What the console reads and writes about alerts."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.contract import AlertEpisode, EpisodeState, EvidenceKind, RiskLevel
from api.contract.text import STORABLE
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName

Note = Annotated[str, StringConstraints(max_length=1000, strip_whitespace=True), STORABLE]

WrittenNote = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True), STORABLE
]


class AlertStatus(StrEnum):
    """Where an alert stands in human review.

    ``seen``: a digest that a person opened. It is no judgement: a digest is neither true nor false.
    """

    PENDING_REVIEW = "pending_review"
    CONFIRMED = "confirmed"
    FALSE_POSITIVE = "false_positive"
    SEEN = "seen"


class EvidenceStanding(StrEnum):
    """How a piece of evidence stands to what people see and judge.

    ``current``: named by the newest revision, or by the one that was judged. ``later``: named only
    after the judgement; it stands beside what was judged and never in its place. ``dropped``: named
    once and no more.
    """

    CURRENT = "current"
    LATER = "later"
    DROPPED = "dropped"


class FalsePositiveReason(StrEnum):
    """Why a person judged an alert to be false."""

    NOT_A_PERSON = "not_a_person"
    ANIMAL = "animal"
    WEATHER_LIGHT = "weather_light"
    AUTHORISED_PERSON = "authorised_person"
    WRONG_ZONE = "wrong_zone"
    OTHER = "other"


class OriginalReason(StrEnum):
    """Why a person opens an unblurred snapshot."""

    ADJUDICATION = "adjudication"
    POLICE_REQUEST = "police_request"
    SCHOOL_REQUEST = "school_request"
    OTHER = "other"


class HistoryAction(StrEnum):
    """What happened to an alert."""

    RECEIVED = "received"
    CONFIRMED = "confirmed"
    FALSE_POSITIVE = "false_positive"
    SEEN = "seen"
    RETURNED = "returned"
    UNDONE = "undone"
    REVISED_TO_CONFIRMED = "revised_to_confirmed"
    REVISED_TO_FALSE_POSITIVE = "revised_to_false_positive"
    ORIGINAL_OPENED = "original_opened"
    HELD = "held"
    RELEASED = "released"
    EVIDENCE_DELETED = "evidence_deleted"
    REPORTED_LATER = "reported_later"
    NOTED = "noted"


DECISIONS = frozenset(
    {
        HistoryAction.CONFIRMED,
        HistoryAction.FALSE_POSITIVE,
        HistoryAction.SEEN,
        HistoryAction.RETURNED,
        HistoryAction.UNDONE,
        HistoryAction.REVISED_TO_CONFIRMED,
        HistoryAction.REVISED_TO_FALSE_POSITIVE,
    }
)
"""Those that make another version of the alert."""


class PictureSize(BaseModel):
    """Width and height in pixels."""

    width: int
    height: int


class AlertSummary(BaseModel):
    """One row of the queue: what, where, when, with its picture."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "6f1c8a52-5a0c-5f0e-9d9b-0c8c6a4d2b11",
                    "version": 0,
                    "status": "pending_review",
                    "rule": "perimeter_intrusion",
                    "rule_id": "north-wall",
                    "zone": "north_wall",
                    "risk": "class_2",
                    "state": "closed",
                    "camera_key": 7,
                    "camera_id": "gate-north",
                    "camera_name": "北门",
                    "camera_location": "北围墙",
                    "school": {
                        "school_id": "no-1-primary",
                        "name": "第一小学",
                        "name_en": "No. 1 Primary School",
                    },
                    "started_at": "2026-11-24T02:00:00Z",
                    "raised_at": "2026-11-24T02:00:02Z",
                    "queued_at": "2026-11-24T02:00:02Z",
                    "is_dated_ahead": False,
                    "ended_at": "2026-11-24T02:00:34Z",
                    "duration_s": 34.0,
                    "score": 0.87,
                    "classes": ["person"],
                    "snapshot_url": "/api/v1/evidence/" + "ab" * 32,
                    "snapshot_size": {"width": 1920, "height": 1080},
                    "clip_url": "/api/v1/evidence/" + "cd" * 32,
                    "clip_starts_at": "2026-11-24T01:59:57Z",
                    "clip_duration_s": 15.0,
                    "has_original": True,
                    "box_norm_xyxy": [0.4, 0.3, 0.5, 0.8],
                    "zone_norm": [[0.1, 0.2], [0.9, 0.2], [0.9, 0.9]],
                    "reviewed_by": None,
                    "reviewed_at": None,
                    "undo_until": None,
                    "reason": None,
                    "note": "",
                }
            ]
        }
    )

    id: UUID
    version: int = Field(description="Counts decisions; the `ETag`.")
    status: AlertStatus
    rule: str
    rule_id: str
    zone: str
    risk: RiskLevel
    state: EpisodeState
    camera_key: int = Field(description="The camera's number, its `id`.")
    camera_id: str
    camera_name: str = Field(description="The id while the camera is not registered yet.")
    camera_location: str
    school: SchoolName
    started_at: Moment
    raised_at: Moment
    queued_at: Moment = Field(
        description="By which it is sorted: `raised_at`; its arrival, if dated far ahead of that."
    )
    is_dated_ahead: bool = Field(
        description="Whether it says that it was raised more than a minute after it arrived."
    )
    ended_at: Moment
    duration_s: float = Field(description="`ended_at` - `started_at`.")
    score: float
    classes: list[str]
    snapshot_url: str | None = Field(description="Blurred; null until its bytes arrive.")
    snapshot_size: PictureSize | None
    clip_url: str | None = Field(description="Null until its bytes arrive.")
    clip_starts_at: Moment | None
    clip_duration_s: float | None
    has_original: bool = Field(description="Whether an unblurred snapshot can be opened.")
    box_norm_xyxy: tuple[float, float, float, float]
    zone_norm: list[tuple[float, float]]
    reviewed_by: str | None
    reviewed_at: Moment | None
    undo_until: Moment | None = Field(
        description="Until when `reviewed_by` may undo; null once that has passed."
    )
    reason: FalsePositiveReason | None
    note: str


class AlertCounts(BaseModel):
    """Alerts by status under the same filters, the status filter aside."""

    pending_review: int
    confirmed: int
    false_positive: int
    seen: int


class AlertPage(BaseModel):
    """A page of alerts, newest first."""

    items: list[AlertSummary]
    next_cursor: str | None = Field(description="Null on the last page.")
    counts: AlertCounts
    as_of: Moment


class EpisodeFacts(BaseModel):
    """What the worker said beyond the summary."""

    revision: int
    track_count: int
    facts: dict[str, float | str]
    model_id: str
    model_sha256: str
    config_sha256: str
    received_at: Moment
    updated_at: Moment


class EvidenceView(BaseModel):
    """One piece of evidence."""

    kind: EvidenceKind
    sha256: str
    media_type: str
    size_bytes: int
    width: int
    height: int
    starts_at: Moment
    duration_s: float
    is_later: bool = Field(description="Whether it was named only after the judgement.")
    available: bool = Field(description="Whether its bytes are there.")
    deleted_at: Moment | None = Field(
        description="When its bytes were deleted because their time had come."
    )
    url: str | None = Field(description="Null for originals and while the bytes are not there.")


class HistoryEntry(BaseModel):
    """One thing that happened to the alert."""

    at: Moment
    action: HistoryAction
    by: str | None = Field(description="Null for the system.")
    reason: str | None
    note: str


class AlertDetail(AlertSummary):
    """Everything about one alert."""

    episode: EpisodeFacts
    held_at: Moment | None = Field(
        description="Since when nothing about it is deleted, because a person wants so."
    )
    held_by: str | None
    later: AlertEpisode | None = Field(
        description="What its box says since the judgement, where it differs from what was judged."
    )
    evidence: list[EvidenceView]
    history: list[HistoryEntry]

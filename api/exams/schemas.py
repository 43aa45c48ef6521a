"""What the console reads and writes of exams; numbers of people, never names of those examined."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.auth.schemas import Username
from api.contract.base import Identifier
from api.contract.exam_profile import ExamAsked
from api.contract.profile import Reading
from api.contract.retention import GapCause
from api.contract.text import STORABLE
from api.contract.vocabulary import Term
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName

MOST_SESSIONS = 200
"""Of one exam."""
MOST_SEATS = 2000
MOST_ROWS = 200
"""That are asked for by their numbers; of more the whole table is read."""
ExamName = Annotated[
    str, StringConstraints(min_length=1, max_length=128, strip_whitespace=True), STORABLE
]
SessionName = Annotated[
    str, StringConstraints(min_length=1, max_length=64, strip_whitespace=True), STORABLE
]
_Zone = Annotated[str, StringConstraints(min_length=1, max_length=64), STORABLE]
_Source = Annotated[str, StringConstraints(max_length=256, strip_whitespace=True), STORABLE]
_Base64 = Annotated[str, StringConstraints(max_length=3_500_000, pattern=r"^[A-Za-z0-9+/=\s]*$")]


class ExamCheck(StrEnum):
    """What is checked of a room before its session."""

    ONLINE = "online"
    PICTURE = "picture"
    CLOCK = "clock"
    RECORDING = "recording"
    SPACE = "space"


class ExamCheckState(StrEnum):
    """``unknown``: nobody can say; never the same as ``good``."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "unknown"


class ExamWhy(StrEnum):
    """ExamWhy a check is not good."""

    NO_CAMERA = "no_camera"
    NOT_ONLINE = "not_online"
    SILENT = "silent"
    PICTURE_FAULT = "picture_fault"
    NOT_EXAMINED = "not_examined"
    CLOCK_WRONG = "clock_wrong"
    CLOCK_UNKNOWN = "clock_unknown"
    NO_TOLERANCE = "no_tolerance"
    NOT_RECORDING = "not_recording"
    DISK_ALARM = "disk_alarm"
    NEVER_REPORTED = "never_reported"
    STALE = "stale"
    NO_SPACE = "no_space"
    SPACE_UNKNOWN = "space_unknown"


class _Write(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ExamCreate(_Write):
    """A new exam; its sessions and rooms come with its workbook."""

    name: ExamName
    time_zone: _Zone = Field(default="Asia/Shanghai", examples=["Asia/Shanghai"])
    clock_tolerance_s: Annotated[float, Field(gt=0, le=3600)] | None = Field(
        default=None, description="How wrong a clock may be; null while nobody has said."
    )
    tolerance_source: _Source = Field(default="", description="Who said so.")

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if self.clock_tolerance_s is not None and not self.tolerance_source:
            raise ValueError("tolerance_source: a tolerance names who set it")
        return self


class ExamDemandView(BaseModel):
    """What a text asks for, and whether it was read."""

    id: Identifier
    asks: ExamAsked
    value: float | None = Field(description="Null of a slot that nobody has filled.")
    source: Term
    clause: str
    reading: Reading


class ExamProfileView(BaseModel):
    """The profile in force on the exam's first day."""

    profile: Identifier
    name: Term
    from_day: str
    rows: list[ExamDemandView]


class ExamSessionView(BaseModel):
    """One paper."""

    id: int
    name: str
    starts_at: Moment
    ends_at: Moment
    roster: list[str] = Field(description="User names of those in the control room.")
    sittings: int = Field(description="Rooms in scope in which it is sat.")


class ExamSummary(BaseModel):
    """An exam in one line."""

    id: int
    name: str
    time_zone: str
    clock_tolerance_s: float | None
    tolerance_source: str
    created_at: Moment
    created_by: str


class ExamList(BaseModel):
    """Exams, the newest first."""

    items: list[ExamSummary]


class ExamDetail(ExamSummary):
    """An exam with its sessions in order."""

    sessions: list[ExamSessionView]
    profile: ExamProfileView | None


class ExamImportReport(BaseModel):
    """What a workbook changed."""

    created: int
    changed: int
    unchanged: int


class RosterWrite(_Write):
    """Who is in the control room; in place of who was."""

    usernames: Annotated[list[Username], Field(max_length=100)]


class PresentWrite(_Write):
    """How many came; null takes back what was told."""

    present: Annotated[int, Field(ge=0, le=MOST_SEATS)] | None


class SittingOrderWrite(_Write):
    """What is red becomes a work order, to be put right before the session."""

    due_at: Moment


class SealWrite(_Write):
    """A signed manifest: the package itself stays where it is."""

    manifest: _Base64 = Field(description="`manifest.json` in Base64.")
    signature: _Base64 = Field(description="`manifest.sig` in Base64.")
    fingerprint: Annotated[str, StringConstraints(max_length=64)] = Field(
        description="Of the bureau's key, as `mingan exam key` tells it."
    )


class ShownView(BaseModel):
    """How a room was seen on screens, whoever watched: overlapping times count once."""

    times: int
    seconds: float
    last_at: Moment | None
    longest_unseen_s: float | None = Field(
        description="Of the session so far; null before it begins."
    )


class PackageState(StrEnum):
    """How far a package is.

    ``ordered``: the box has not taken the order yet. ``making``: it copies segments.
    ``collected``: its manifest is here, and waits for the bureau's signature. ``sealed``: it is
    signed. ``failed``: the box could not make it, and says why; it can be ordered again.
    """

    ORDERED = "ordered"
    MAKING = "making"
    COLLECTED = "collected"
    SEALED = "sealed"
    FAILED = "failed"


class ExamCheckView(BaseModel):
    """One check of a room."""

    check: ExamCheck
    state: ExamCheckState
    why: ExamWhy | None
    camera_id: str | None = Field(description="The camera it is about, if one is.")
    faults: list[str] = Field(description="What is wrong with its picture.")
    since: Moment | None = Field(description="Since when it is not good, where its box told.")


class SittingGap(BaseModel):
    """An interval of the session without footage of one camera."""

    camera_id: str
    from_at: Moment
    to_at: Moment
    cause: GapCause


class SealView(BaseModel):
    """What was sealed."""

    at: Moment
    by: str
    manifest_sha256: str
    chain_head: str
    segment_count: int
    key_fingerprint: str


class SittingView(BaseModel):
    """A row of the day's table: one room in one session."""

    id: int
    school: SchoolName
    room_id: int
    room: str
    room_name: str
    seats: int
    expected: int
    present: int | None
    cameras: list[int] = Field(description="Numbers of the room's cameras.")
    checks: list[ExamCheckView] = Field(description="As of now.")
    clock_offset_s: float | None = Field(description="Of the camera whose clock is wrong most.")
    completeness: float | None = Field(
        ge=0,
        le=1,
        description="Of the session so far as it is told, of the room's worst camera, never "
        "rounded up; null while nothing is known.",
    )
    told_until: Moment | None = Field(description="Nothing later is known of its footage.")
    missing_s: float | None
    gaps: list[SittingGap]
    shown: ShownView
    order_id: int | None
    package: PackageState | None = Field(description="How far its package is; null: not ordered.")
    is_held: bool = Field(description="Whether somebody holds its footage.")
    seal: SealView | None


class ExamTable(BaseModel):
    """All rooms of a session in scope."""

    exam: ExamSummary
    session: ExamSessionView
    items: list[SittingView]
    as_of: Moment


class SittingEvent(BaseModel):
    """A row changed: read it again."""

    sitting_id: int
    session_id: int
    exam_id: int

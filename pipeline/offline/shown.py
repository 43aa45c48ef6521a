"""What a box shows of itself, in the shapes that the console's pages read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from api.contract import EpisodeState, FootageGap, FootageSpan, HeldSpan, RiskLevel, VideoCodec
from api.contract.offline import OfflineRight
from api.contract.viewing import ViewingReason
from pipeline.recorders.shelf import Shelf


@dataclass(frozen=True, slots=True)
class BoxCamera:
    """A camera of the box.

    Attributes:
        id: As the configuration calls it.
        name: As people do.
        location: Where it hangs.
        shelf: Its footage; None where this box writes none.
    """

    id: str
    name: str
    location: str
    shelf: Shelf | None

    @property
    def key(self) -> int:
        """A number by which the console's pages name it; as a browser can hold it."""
        return int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:6], "big")


@dataclass(frozen=True, slots=True)
class Box:
    """What the configuration says of what can be looked at.

    Attributes:
        school_id: The school.
        school_name: What the box calls it.
        zone: Its time zone.
        plays: Whether recorded pictures may be shown at all.
        cameras: In the configuration's order.
    """

    school_id: str
    school_name: str
    zone: ZoneInfo
    plays: bool
    cameras: tuple[BoxCamera, ...]

    def camera(self, key: int) -> BoxCamera | None:
        """The camera of a number."""
        return next((each for each in self.cameras if each.key == key), None)

    def named(self, camera_id: str) -> BoxCamera | None:
        """The camera of an id."""
        return next((each for each in self.cameras if each.id == camera_id), None)


class SchoolView(BaseModel):
    """The school, as rows name it."""

    school_id: str
    name: str
    name_en: str = ""


class GuestView(BaseModel):
    """Who is signed in; the command centre's ``Me``."""

    username: str
    role: str
    school: SchoolView
    permissions: list[OfflineRight]
    csrf_token: str
    session_expires_at: datetime
    password_must_change: bool = False
    has_password: bool = True


class AlertView(BaseModel):
    """An alert, to be judged at the command centre."""

    id: UUID
    rule: str
    zone: str
    risk: RiskLevel
    state: EpisodeState
    camera_key: int
    camera_name: str
    location: str
    started_at: datetime
    raised_at: datetime
    ended_at: datetime
    is_sent: bool
    """Whether the command centre has it; its pictures are there then."""
    snapshot_url: str | None
    """The picture with people blurred; null without one, or for who may see none."""


class CameraView(BaseModel):
    """A camera and whether it is watched."""

    camera_key: int
    camera_id: str
    name: str
    location: str
    state: str
    """``CameraViewState``: ``unknown`` before the worker spoke of it."""
    reason: str
    since: datetime | None
    has_footage: bool


class OfflineView(BaseModel):
    """All that is seen at once."""

    as_of: datetime
    school: SchoolView
    time_zone: str
    is_cut: bool
    heard_at: datetime | None
    """When the command centre answered last."""
    ends_at: datetime | None
    """From then on nobody can sign in here, unless it is heard before."""
    waiting: int
    """Messages that wait for the line."""
    alerts: list[AlertView]
    """The newest first."""
    cameras: list[CameraView]


class DayAlertView(BaseModel):
    """An alert on a day's timeline."""

    id: UUID
    rule: str
    zone: str
    risk: RiskLevel
    status: str = "pending_review"
    started_at: datetime
    raised_at: datetime
    ended_at: datetime


class DayView(BaseModel):
    """A camera's day; the command centre's ``RecordingDay``, of what a box knows of it."""

    camera_key: int
    school: SchoolView
    camera_id: str
    name: str
    location: str
    state: str
    day: date
    time_zone: str
    from_at: datetime
    to_at: datetime
    as_of: datetime
    is_box_there: bool = True
    source: str = "box"
    footage_as_of: datetime | None
    spans: list[FootageSpan]
    gaps: list[FootageGap]
    recovered: list[HeldSpan] = []
    held: list[HeldSpan] = []
    is_recorder_asked: bool = False
    recorder_trouble: str | None = None
    alerts: list[DayAlertView]
    has_more_alerts: bool = False
    analysed: list[str] = []
    days: list[str] = []


class SignIn(BaseModel):
    """A user name and password, of the command centre."""

    model_config = ConfigDict(extra="forbid")

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=256)


class PlayWish(BaseModel):
    """From when on, and why."""

    model_config = ConfigDict(extra="forbid")

    from_at: datetime
    reason: ViewingReason
    keyframes_only: bool = False
    codecs: list[VideoCodec] = Field(default=[VideoCodec.H264], max_length=4)

"""What the console reads and writes of footage that is held, sealed and handed out."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.contract.exam_orders import PackageTrouble
from api.contract.text import STORABLE
from api.exams.schemas import PackageState
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName

_Why = Annotated[
    str, StringConstraints(min_length=2, max_length=512, strip_whitespace=True), STORABLE
]
_Recipient = Annotated[
    str, StringConstraints(min_length=2, max_length=128, strip_whitespace=True), STORABLE
]


class ReleaseState(StrEnum):
    """``expired``: nobody agreed in time, or the time to fetch it is over."""

    ASKED = "asked"
    AGREED = "agreed"
    REFUSED = "refused"
    EXPIRED = "expired"


class NotOrdered(StrEnum):
    """Why no package was ordered of a room.

    ``several_boxes``: its cameras are recorded by more than one box.
    """

    SEALED = "sealed"
    ON_ITS_WAY = "on_its_way"
    NO_CAMERA = "no_camera"
    NO_BOX = "no_box"
    SEVERAL_BOXES = "several_boxes"


class _Write(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HoldWrite(_Write):
    """Keep footage until a day, whatever the rules of deletion say."""

    reason: _Why
    until: Moment


class HoldLift(_Write):
    """Let it go again."""

    reason: _Why


class ReleaseAsk(_Write):
    """Ask that a package is handed out."""

    recipient: _Recipient = Field(description="Which authority it goes to.")
    reason: _Why


class ReleaseDecision(_Write):
    """Agree or refuse; somebody else than who asked."""

    agrees: bool
    reason: _Why


class PackageView(BaseModel):
    """The package of a room and session."""

    id: int
    package_id: UUID
    state: PackageState
    trouble: PackageTrouble | None
    detail: str
    ordered_at: Moment
    ordered_by: str
    changed_at: Moment
    chain_head: str | None
    segment_count: int | None
    size_bytes: int | None
    key_fingerprint: str | None = Field(description="Of the bureau's key; null until sealed.")


class RoomOfSession(BaseModel):
    """What something is about."""

    sitting_id: int
    exam: str
    session: str
    room: str
    room_name: str
    school: SchoolName
    starts_at: Moment
    ends_at: Moment


class HoldView(BaseModel):
    """Footage that is kept."""

    id: int
    of: RoomOfSession
    reason: str
    until: Moment
    made_at: Moment
    made_by: str
    lifted_at: Moment | None
    lifted_by: str | None
    lift_reason: str | None
    is_active: bool


class HoldList(BaseModel):
    """Holds, those that end first at the top; those that were lifted or are over after them."""

    items: list[HoldView]


class ReleaseView(BaseModel):
    """A request to hand a package out, and what became of it."""

    id: int
    of: RoomOfSession
    recipient: str
    reason: str
    state: ReleaseState
    asked_at: Moment
    asked_by: str
    expires_at: Moment
    decided_at: Moment | None
    decided_by: str | None
    decision_reason: str | None
    segments_here: int = Field(description="Segments that the box has sent so far.")
    segment_count: int
    is_ready: bool = Field(description="All of it is here and may be fetched.")


class ReleaseList(BaseModel):
    """Requests, the newest first."""

    items: list[ReleaseView]


class SittingKept(BaseModel):
    """What becomes of the footage of a room's session."""

    package: PackageView | None
    holds: list[HoldView]
    releases: list[ReleaseView]


class RoomNotOrdered(BaseModel):
    """A room of which no package was ordered."""

    sitting_id: int
    room: str
    why: NotOrdered


class PackagesOrdered(BaseModel):
    """What became of an order for a whole session."""

    ordered: int
    not_ordered: list[RoomNotOrdered]


class HoldsMade(BaseModel):
    """How many rooms of a session are held from now on."""

    made: int

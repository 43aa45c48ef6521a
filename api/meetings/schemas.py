"""Meetings as people call, find and enter them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StringConstraints, model_validator

from api.access.roles import Role
from api.contract.text import STORABLE, AnyIdentifier
from api.kit.moments import Moment
from api.kit.row_number import RowNumber
from api.meetings.engine_messages import EngineState, EventKind
from api.organisations.schemas import Input, SchoolName

MOST_PEOPLE = 30
"""Of a meeting; so many send at once."""
Title = Annotated[
    str, StringConstraints(max_length=64, strip_whitespace=True, min_length=1), STORABLE
]
Usernames = Annotated[list[AnyIdentifier], Field(max_length=MOST_PEOPLE)]
_Sdp = Annotated[str, StringConstraints(min_length=1, max_length=64 * 1024), STORABLE]


class MeetingReason(StrEnum):
    """Why a meeting is called."""

    EMERGENCY = "emergency"
    ADJUDICATION = "adjudication"
    RECTIFICATION = "rectification"
    INSPECTION = "inspection"
    EXAM_DUTY = "exam_duty"
    ROUTINE = "routine"


class MeetingState(StrEnum):
    """Where a meeting stands."""

    SCHEDULED = "scheduled"
    """It has not begun."""
    OPEN = "open"
    ENDED = "ended"


class PersonState(StrEnum):
    """Where somebody who is invited stands."""

    INVITED = "invited"
    """The host lets them in once they are there."""
    WAITING = "waiting"
    """They are there."""
    ADMITTED = "admitted"
    REMOVED = "removed"


class MeetingEngineView(BaseModel):
    """Whether meetings can be held now."""

    state: EngineState
    version: str = Field(description="What it says it is; empty if it said nothing.")


class MeetingCreate(Input):
    """A meeting to be opened, from an alert, from a work order, or by itself."""

    reason: MeetingReason
    title: Title | None = Field(None, description="Needed by one that is opened by itself.")
    alert_id: UUID | None = None
    order_id: RowNumber | None = None
    school_id: AnyIdentifier | None = Field(
        None, description="Which school it is about; of an alert or an order it is known."
    )
    starts_at: Moment | None = Field(None, description="Null: now.")
    has_lobby: bool = Field(False, description="Whether the host lets people in one by one.")
    usernames: Usernames = Field([], description="Whom to invite.")
    roles: Annotated[list[Role], Field(max_length=len(Role))] = Field(
        [], description="Invite also whoever has one of these at the school it is about."
    )

    @model_validator(mode="after")
    def _from_one_thing(self) -> Self:
        named = [self.alert_id, self.order_id, self.school_id]
        if sum(each is not None for each in named) > 1:
            raise ValueError("it is opened from one thing")
        if self.title is None and self.alert_id is None and self.order_id is None:
            raise ValueError("a meeting that is opened by itself has a title")
        if self.roles and not any(each is not None for each in named):
            raise ValueError("roles are those of a school: name it")
        return self


class MeetingInvitation(Input):
    """More people."""

    usernames: Annotated[Usernames, Field(min_length=1)]


class MeetingPersonView(BaseModel):
    """Somebody who is invited."""

    username: str
    role: Role | None = Field(description="Null of somebody of a school one knows nothing of.")
    school: SchoolName | None
    state: PersonState
    is_host: bool
    is_there: bool = Field(description="Whether they are in the room now.")


class MeetingEntryView(BaseModel):
    """Somebody who was there, once."""

    username: str
    came_at: Moment
    left_at: Moment | None = Field(description="Null while they are there.")


class MeetingSummary(BaseModel):
    """A meeting one is invited to."""

    id: int
    title: str = Field(description="Empty of one from an alert or an order without a title.")
    reason: MeetingReason
    state: MeetingState
    host: str
    school: SchoolName | None = Field(description="Which one it is about.")
    alert_id: UUID | None = Field(description="What it was opened from.")
    order_id: int | None
    starts_at: Moment
    ended_at: Moment | None
    people_count: int
    there_count: int
    is_called: bool = Field(description="It is open, and who asks is not in it.")


class MeetingList(BaseModel):
    """Meetings of who asks: those to come and open ones, then those that ended, newest first."""

    items: list[MeetingSummary]


class MeetingView(MeetingSummary):
    """A meeting with its people."""

    has_lobby: bool
    me: PersonState
    is_host: bool
    people: list[MeetingPersonView]
    entries: list[MeetingEntryView] = Field(description="Who was there, in the order they came.")


class MeetingCandidateList(BaseModel):
    """Who may be invited."""

    items: list[MeetingCandidate]


class MeetingCandidate(BaseModel):
    """Somebody who may be invited."""

    username: str
    role: Role
    school: SchoolName | None


class MeetingTicket(BaseModel):
    """Whether one may come in, and by what."""

    state: PersonState
    ticket: str | None = Field(
        description="Good once, for a minute, for this person and meeting; null unless admitted."
    )


class MeetingEnter(Input):
    """By which ticket."""

    ticket: Annotated[SecretStr, Field(min_length=1, max_length=128)]


class MeetingFeed(BaseModel):
    """Somebody who sends."""

    feed: int
    username: str


class MeetingEntered(BaseModel):
    """One's place in a meeting."""

    entry_id: int = Field(description="Also the number of what one sends.")
    feeds: list[MeetingFeed] = Field(description="Who sends already.")


class MeetingOffer(Input):
    """What one wants to send."""

    kind: Literal["publish"]
    sdp: _Sdp


class MeetingWatch(Input):
    """Whom one wants to receive besides, and whom no more."""

    kind: Literal["watch"]
    added: list[RowNumber] = Field(max_length=MOST_PEOPLE)
    dropped: list[RowNumber] = Field([], max_length=MOST_PEOPLE)

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.added and not self.dropped:
            raise ValueError("name somebody")
        return self


class MeetingAnswer(Input):
    """To what one is offered."""

    kind: Literal["answer"]
    sdp: _Sdp


Signal = Annotated[MeetingOffer | MeetingWatch | MeetingAnswer, Field(discriminator="kind")]


class MeetingTrack(BaseModel):
    """One picture or sound of an offer, and whose it is."""

    mid: str
    feed: int
    kind: Literal["audio", "video"]


class MeetingEventView(BaseModel):
    """What happened to one in a meeting."""

    kind: EventKind
    is_sender: bool = Field(description="Whether it is about what one sends oneself.")
    sdp: str | None
    feeds: list[MeetingFeed]
    tracks: list[MeetingTrack]


class MeetingEventList(BaseModel):
    """What happened since one asked last; empty after half a minute without anything."""

    items: list[MeetingEventView]


MeetingCandidateList.model_rebuild()

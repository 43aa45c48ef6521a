"""Coming into a meeting, and what a browser says there."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Depends

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Writer
from api.kit.errors import (
    BadCsrfError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.meetings import presence, service
from api.meetings.errors import (
    BadTicketError,
    EngineAwayError,
    EntryGoneError,
    MeetingEndedError,
    MeetingsOffError,
)
from api.meetings.schemas import (
    MeetingEnter,
    MeetingEntered,
    MeetingEventList,
    MeetingTicket,
    Signal,
)
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/meetings", tags=["meetings"])
_ASKED = (NotSignedInError, ForbiddenError, InvalidError, NotFoundError)
_TOLD = (*_ASKED, BadCsrfError)
_ENGINE = (MeetingsOffError, EngineAwayError)
_Attending = Annotated[SignedIn, Depends(allowed(Permission.ATTEND_MEETINGS))]


@router.post(
    "/{meeting_id}/tickets",
    operation_id="meetings_ticket",
    summary="Ask to come in",
    responses=problems(*_TOLD, MeetingEndedError, ConflictError),
)
async def ask_ticket(meeting_id: RowNumber, _: _Attending, by: By, work: Writer) -> MeetingTicket:
    """A ticket for whoever is let in; anybody else waits from now on, and asks again."""
    return await service.issue_ticket(work, meeting_id, by)


@router.post(
    "/{meeting_id}/entries",
    operation_id="meetings_enter",
    summary="Come in",
    status_code=201,
    responses=problems(*_TOLD, BadTicketError, MeetingEndedError, *_ENGINE),
)
async def enter(
    meeting_id: RowNumber, body: MeetingEnter, person: _Attending, by: By, runtime: RuntimeDep
) -> MeetingEntered:
    """By a ticket, which is used by that; where one was in this meeting before, one leaves."""
    return await presence.enter(runtime, person, meeting_id, body.ticket.get_secret_value(), by)


@router.delete(
    "/{meeting_id}/entries/{entry_number}",
    operation_id="meetings_leave",
    summary="Leave",
    status_code=204,
    responses=problems(*_TOLD),
)
async def leave(
    meeting_id: RowNumber, entry_number: RowNumber, person: _Attending, by: By, runtime: RuntimeDep
) -> None:
    """One's own place; whoever left already is fine."""
    await presence.leave(runtime, person, meeting_id, entry_number, by)


@router.post(
    "/{meeting_id}/entries/{entry_number}/signals",
    operation_id="meetings_signal",
    summary="Say what one sends, or wants to receive",
    status_code=204,
    responses=problems(*_TOLD, EntryGoneError, *_ENGINE),
)
async def signal(
    meeting_id: RowNumber,
    entry_number: RowNumber,
    body: Annotated[Signal, Body()],
    person: _Attending,
    runtime: RuntimeDep,
) -> None:
    """What follows is told by `meetings_events`."""
    await presence.signal(runtime, person, meeting_id, entry_number, body)


@router.post(
    "/{meeting_id}/entries/{entry_number}/events",
    operation_id="meetings_events",
    summary="What happened since one asked last",
    responses=problems(*_TOLD, EntryGoneError, *_ENGINE),
)
async def events(
    meeting_id: RowNumber, entry_number: RowNumber, person: _Attending, by: By, runtime: RuntimeDep
) -> MeetingEventList:
    """Waits for half a minute; each is told once. Whoever does not ask for a minute has left."""
    return await presence.events(runtime, person, meeting_id, entry_number, by)

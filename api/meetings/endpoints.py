"""Video meetings over HTTP: who is called, and who comes in.

Nobody speaks with the engine but the command centre: it hands on what a browser says of one place
in one meeting, after it asked whose that is.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.contract.text import AnyIdentifier
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
from api.meetings import calling, ending, presence, service
from api.meetings.errors import MeetingEndedError, MeetingFullError
from api.meetings.schemas import (
    MeetingCandidateList,
    MeetingCreate,
    MeetingEngineView,
    MeetingInvitation,
    MeetingList,
    MeetingView,
)
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/meetings", tags=["meetings"])
_READ = (NotSignedInError, ForbiddenError, InvalidError)
_HOST = (*_READ, BadCsrfError, NotFoundError, MeetingEndedError)
_Attending = Annotated[SignedIn, Depends(allowed(Permission.ATTEND_MEETINGS))]
_Calling = Annotated[SignedIn, Depends(allowed(Permission.CALL_MEETINGS))]


@router.get(
    "",
    operation_id="meetings_list",
    summary="Meetings of who asks",
    responses=problems(*_READ),
)
async def list_meetings(session: Reader, person: _Attending, runtime: RuntimeDep) -> MeetingList:
    """What one is invited to, of whichever school it is about."""
    return await service.list_meetings(session, person.username, runtime.clock())


@router.post(
    "",
    operation_id="meetings_create",
    summary="Call a meeting",
    status_code=201,
    responses=problems(*_READ, BadCsrfError, MeetingFullError),
)
async def create_meeting(
    body: MeetingCreate, person: _Calling, by: By, work: Writer, runtime: RuntimeDep
) -> MeetingView:
    """From an alert, from a work order, or by itself; now, or at a time."""
    return await calling.create(work, body, by, person.permissions, runtime.deadlines)


@router.get(
    "/engine",
    operation_id="meetings_engine",
    summary="Whether meetings can be held now",
    responses=problems(*_READ),
)
async def get_engine(_: _Attending, runtime: RuntimeDep) -> MeetingEngineView:
    """The state of the engine; `off` where there is none by the settings."""
    return await presence.look(runtime)


@router.get(
    "/candidates",
    operation_id="meetings_candidates",
    summary="Who may be invited",
    responses=problems(*_READ),
)
async def list_candidates(
    session: Reader,
    _: _Calling,
    runtime: RuntimeDep,
    school_id: Annotated[AnyIdentifier | None, Query()] = None,
) -> MeetingCandidateList:
    """Of a school and of the district, or everybody whom one may know of."""
    return await calling.candidates(session, school_id, runtime.clock())


@router.get(
    "/{meeting_id}",
    operation_id="meetings_get",
    summary="A meeting",
    responses=problems(*_READ, NotFoundError),
)
async def get_meeting(
    meeting_id: RowNumber, session: Reader, person: _Attending, runtime: RuntimeDep
) -> MeetingView:
    """One to which one is invited, with its people and who was there."""
    return await service.get(session, meeting_id, person.username, runtime.clock())


@router.post(
    "/{meeting_id}/people",
    operation_id="meetings_invite",
    summary="Invite more people",
    responses=problems(*_HOST, MeetingFullError),
)
async def invite(
    meeting_id: RowNumber, body: MeetingInvitation, _: _Attending, by: By, work: Writer
) -> MeetingView:
    """As its host; whoever was removed may come again."""
    return await calling.invite(work, meeting_id, body.usernames, by)


@router.post(
    "/{meeting_id}/people/{guest}/admission",
    operation_id="meetings_admit",
    summary="Let somebody in",
    responses=problems(*_HOST, ConflictError),
)
async def admit(
    meeting_id: RowNumber, guest: AnyIdentifier, _: _Attending, by: By, work: Writer
) -> MeetingView:
    """As its host."""
    return await service.admit(work, meeting_id, guest, by)


@router.delete(
    "/{meeting_id}/people/{guest}",
    operation_id="meetings_remove",
    summary="Put somebody out",
    status_code=204,
    responses=problems(*_HOST, ConflictError),
)
async def remove(
    meeting_id: RowNumber,
    guest: AnyIdentifier,
    person: _Attending,
    by: By,
    runtime: RuntimeDep,
) -> None:
    """As its host; they come in no more until they are invited again."""
    await ending.remove(runtime, person, meeting_id, guest, by)


@router.post(
    "/{meeting_id}/end",
    operation_id="meetings_end",
    summary="End a meeting",
    status_code=204,
    responses=problems(*_HOST),
)
async def end_meeting(
    meeting_id: RowNumber, person: _Attending, by: By, runtime: RuntimeDep
) -> None:
    """As its host, for everybody; whatever tickets there are open nothing any more."""
    await ending.end(runtime, person, meeting_id, by)

"""How meetings end: by their host, person by person, or by themselves when nobody is there."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from api.access.scope import EVERYTHING, NOTHING
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.meeting import Meeting
from api.jobs.kinds import ClaimedJob, JobKind
from api.meetings import service
from api.meetings.engine_messages import EngineState
from api.meetings.errors import EngineAwayError
from api.meetings.presence import note_left
from api.meetings.repository import MeetingRepository

if TYPE_CHECKING:
    from api.auth.guards import SignedIn
    from api.runtime import Runtime

JOB = "meetings"
_EVERY_S = 15.0
_ENTERING = timedelta(seconds=30)
"""So long somebody may be on the way in without being in the room."""
_EMPTY = timedelta(hours=2)
"""A meeting in which nobody was for so long has ended."""
_ENDED_OF_LATE = timedelta(minutes=5)
_DELETED_AT_ONCE = 100
_ITSELF = Actor("", "")
"""The command centre, in the access log."""
_log = structlog.get_logger(__name__)


async def remove(
    runtime: Runtime, person: SignedIn, meeting_id: int, username: str, by: Actor
) -> None:
    """Put somebody out, who comes in no more until they are invited again.

    Raises:
        NotFoundError: If there is no such meeting, or they are not invited.
        ForbiddenError: If somebody else hosts it.
        ConflictError: If it is the host.
        MeetingEndedError: If it is over.
    """
    async with runtime.work(person.scope) as work:
        meeting = await service.remove(work, meeting_id, username, by)
        gone = await MeetingRepository(work.session).open_entries(meeting_id, username)
        for each in gone:
            note_left(work, meeting, each, by)
        feeds = [each.id for each in gone]
    if runtime.meetings is not None:
        for feed in feeds:
            # One that does not serve has put everybody out.
            with contextlib.suppress(EngineAwayError):
                await runtime.meetings.put_out(meeting_id, feed)


async def end(runtime: Runtime, person: SignedIn, meeting_id: int, by: Actor) -> None:
    """End a meeting for everybody.

    Raises:
        NotFoundError: If there is none to which who asks is invited.
        ForbiddenError: If somebody else hosts it.
        MeetingEndedError: If it is over.
    """
    async with runtime.work(person.scope) as work:
        meeting = await service.hosted(work, meeting_id, by)
        await _end(work, meeting, by)
    await _end_room(runtime, meeting_id)


async def _end(work: UnitOfWork, meeting: Meeting, by: Actor) -> None:
    meeting.ended_at, meeting.ended_by = work.now, by.username
    for each in await MeetingRepository(work.session).open_entries(meeting.id):
        note_left(work, meeting, each, by)
    service.log(work, AccessAction.MEETING_ENDED, meeting, by)


async def look_after(runtime: Runtime, _: ClaimedJob) -> None:
    """Note who went away without a word, and end what nobody is in any more.

    Whether somebody is in a room the engine says; one that does not answer says nothing, and
    nobody is noted as gone. One that is not there, or was begun anew, has nobody in it.
    """
    async with runtime.database.read(NOTHING) as session:
        meetings = MeetingRepository(session)
        running = await meetings.running()
        begun = {each.meeting_id for each in await meetings.open_entries()}
        ended = await meetings.ended_since(runtime.clock() - _ENDED_OF_LATE)
    for meeting in running:
        there = await _there(runtime, meeting.id) if meeting.id in begun else frozenset()
        if there is not None:
            async with runtime.work(EVERYTHING) as work:
                await _settle(work, meeting.id, there)
    for meeting_id in ended:
        await _end_room(runtime, meeting_id)


async def _there(runtime: Runtime, meeting_id: int) -> frozenset[int] | None:
    """Who is in a room; None if nobody can say."""
    if runtime.meetings is None:
        return frozenset()
    try:
        return await runtime.meetings.feeds_in(meeting_id)
    except EngineAwayError as error:
        return frozenset() if error.params["state"] == EngineState.ABSENT else None


async def _settle(work: UnitOfWork, meeting_id: int, there: frozenset[int]) -> None:
    meetings = MeetingRepository(work.session)
    meeting = await meetings.lock(meeting_id)
    if meeting is None or meeting.ended_at is not None:
        return
    is_empty = True
    for each in await meetings.open_entries(meeting_id):
        if each.id in there or each.came_at + _ENTERING > work.now:
            is_empty = False
        else:
            note_left(work, meeting, each, _ITSELF)
    last = await meetings.last_left(meeting_id) or meeting.starts_at
    if is_empty and max(last, meeting.starts_at) + _EMPTY <= work.now:
        await _end(work, meeting, _ITSELF)


async def _end_room(runtime: Runtime, meeting_id: int) -> None:
    if runtime.meetings is None:
        return
    try:
        await runtime.meetings.end_room(meeting_id)
    except EngineAwayError as error:
        _log.warning("meeting_room_left_behind", meeting_id=meeting_id, trouble=error.detail)


async def delete_ended_before(work: UnitOfWork, moment: datetime) -> int | None:
    """Delete some meetings that ended before then; answers how many, None when nothing is left."""
    deleted = await MeetingRepository(work.session).delete_ended_before(moment, _DELETED_AT_ONCE)
    return deleted or None


def kinds() -> list[JobKind]:
    """What recurs."""
    return [JobKind(JOB, run=look_after, every_s=_EVERY_S)]

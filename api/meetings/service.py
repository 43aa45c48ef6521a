"""Calls meetings, says who may come, ends them; the engine is asked elsewhere."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.meeting import Meeting
from api.db.narrowing import covers
from api.kit.errors import ConflictError, ForbiddenError, NotFoundError
from api.kit.tokens import new_token, token_sha256
from api.meetings import admission, views
from api.meetings.errors import MeetingEndedError
from api.meetings.repository import MeetingRepository, MeetingRow
from api.meetings.schemas import (
    MeetingList,
    MeetingState,
    MeetingTicket,
    MeetingView,
    PersonState,
)

TICKET_S = 60.0
EARLY = timedelta(minutes=15)
"""So long before its time people may come into a meeting that was scheduled."""
_SHOWN = timedelta(days=92)
_MOST_LISTED = 200
_NO_MEETING = "no such meeting"


async def list_meetings(session: AsyncSession, username: str, now: datetime) -> MeetingList:
    """What somebody is invited to: what goes on or is to come, and what ended of late."""
    meetings = MeetingRepository(session)
    rows = await meetings.of(username, now - _SHOWN, _MOST_LISTED)
    counts = await meetings.counts([row.meeting.id for row in rows])
    inside = {each.meeting_id for each in await meetings.open_entries(username=username)}
    return MeetingList(
        items=[
            views.summary(row, counts[row.meeting.id], now, is_there=row.meeting.id in inside)
            for row in rows
        ]
    )


async def get(session: AsyncSession, meeting_id: int, username: str, now: datetime) -> MeetingView:
    """A meeting with its people.

    Raises:
        NotFoundError: If there is none to which they are invited.
    """
    meetings = MeetingRepository(session)
    row = await _mine(meetings, meeting_id, username)
    entries = await meetings.entries(meeting_id)
    counts = (await meetings.counts([meeting_id]))[meeting_id]
    is_there = any(each.username == username and each.left_at is None for each in entries)
    of = views.summary(row, counts, now, is_there=is_there)
    return views.view(of, row, await meetings.people(meeting_id), entries)


async def _mine(meetings: MeetingRepository, meeting_id: int, username: str) -> MeetingRow:
    row = await meetings.get(meeting_id, username)
    if row is None:
        raise NotFoundError(_NO_MEETING)
    return row


async def hosted(work: UnitOfWork, meeting_id: int, by: Actor) -> Meeting:
    """A meeting that goes on, of whoever hosts it, kept from others."""
    meetings = MeetingRepository(work.session)
    await _mine(meetings, meeting_id, by.username)
    meeting = await meetings.lock(meeting_id)
    if meeting is None:
        raise NotFoundError(_NO_MEETING)
    if meeting.host != by.username:
        raise ForbiddenError("its host alone may do this")
    if meeting.ended_at is not None:
        raise MeetingEndedError
    return meeting


async def admit(work: UnitOfWork, meeting_id: int, username: str, by: Actor) -> MeetingView:
    """Let somebody in who waits, or will come.

    Raises:
        NotFoundError: If there is no such meeting, or they are not invited.
        ForbiddenError: If somebody else hosts it.
        ConflictError: If they were removed.
        MeetingEndedError: If it is over.
    """
    meeting = await hosted(work, meeting_id, by)
    person = await MeetingRepository(work.session).person(meeting_id, username)
    if person is None:
        raise NotFoundError("they are not invited")
    if person.state == PersonState.REMOVED:
        raise ConflictError("they were removed: invite them again")
    if person.state != PersonState.ADMITTED:
        person.state = PersonState.ADMITTED
        log(work, AccessAction.MEETING_ADMITTED, meeting, by, username)
        await work.session.flush()
    return await get(work.session, meeting_id, by.username, work.now)


async def remove(work: UnitOfWork, meeting_id: int, username: str, by: Actor) -> Meeting:
    """Let somebody in no more; who is in the room is put out of it elsewhere.

    Raises:
        NotFoundError: If there is no such meeting, or they are not invited.
        ForbiddenError: If somebody else hosts it.
        ConflictError: If it is the host.
        MeetingEndedError: If it is over.
    """
    meeting = await hosted(work, meeting_id, by)
    person = await MeetingRepository(work.session).person(meeting_id, username)
    if person is None:
        raise NotFoundError("they are not invited")
    if username == meeting.host:
        raise ConflictError("the host ends the meeting instead")
    if person.state != PersonState.REMOVED:
        person.state = PersonState.REMOVED
        person.ticket_sha256 = person.ticket_until = None
        log(work, AccessAction.MEETING_REMOVED, meeting, by, username)
    return meeting


async def issue_ticket(work: UnitOfWork, meeting_id: int, by: Actor) -> MeetingTicket:
    """Give somebody who is let in the one thing that opens the room to them, or have them wait.

    Raises:
        NotFoundError: If there is no meeting to which they are invited.
        MeetingEndedError: If it is over.
        ConflictError: If it has not begun.
        ForbiddenError: If the roster of an exam leaves them out.
    """
    meetings = MeetingRepository(work.session)
    row = await _mine(meetings, meeting_id, by.username)
    state = views.state_of(row.meeting, work.now)
    if state is MeetingState.ENDED:
        raise MeetingEndedError
    if row.meeting.starts_at - EARLY > work.now:
        at = row.meeting.starts_at.isoformat()
        raise ConflictError("it has not begun", params={"at": at})
    if await admission.is_kept_out(work.session, row.meeting, by.username):
        raise ForbiddenError("an exam goes on, and they are not on its roster")
    person = await meetings.person(meeting_id, by.username)
    assert person is not None
    if person.state == PersonState.INVITED:
        person.state = PersonState.WAITING
    if person.state != PersonState.ADMITTED:
        return MeetingTicket(state=PersonState(person.state), ticket=None)
    ticket = new_token()
    # The one before opens nothing any more: there is one at a time.
    person.ticket_sha256 = token_sha256(ticket)
    person.ticket_until = work.now + timedelta(seconds=TICKET_S)
    return MeetingTicket(state=PersonState.ADMITTED, ticket=ticket)


def log(
    work: UnitOfWork,
    action: AccessAction,
    meeting: Meeting,
    by: Actor,
    whom: str | None = None,
) -> None:
    """What somebody did in a meeting, to whom.

    Whoever is invited from another school writes nothing into the log of the one it is about.
    """
    is_theirs = covers(work.session, meeting.about_school_id)
    audit.log(
        work,
        action,
        by.username,
        by.client,
        alert_id=meeting.alert_id if is_theirs else None,
        reason=meeting.reason,
        subject=f"meeting {meeting.id}" if whom is None else f"meeting {meeting.id} {whom}"[:64],
        school_id=meeting.about_school_id if is_theirs else None,
    )

"""Who comes into a room, what passes between them and the engine, and who leaves.

No transaction is open while the engine is asked: it answers when it likes, and on SQLite everybody
would wait for it.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from typing import TYPE_CHECKING

import structlog

from api.access.scope import Scope
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.meeting import Meeting, MeetingEntry
from api.kit.errors import NotFoundError
from api.kit.tokens import token_sha256
from api.meetings import admission, service, views
from api.meetings.engine import Engine
from api.meetings.engine_messages import EngineState, EventKind, Watching
from api.meetings.errors import (
    BadTicketError,
    EngineAwayError,
    EntryGoneError,
    MeetingEndedError,
    MeetingsOffError,
)
from api.meetings.repository import MeetingRepository
from api.meetings.schemas import (
    MOST_PEOPLE,
    MeetingAnswer,
    MeetingEngineView,
    MeetingEntered,
    MeetingEventList,
    MeetingOffer,
    MeetingWatch,
    PersonState,
)

if TYPE_CHECKING:
    from api.auth.guards import SignedIn
    from api.runtime import Runtime

_log = structlog.get_logger(__name__)


def engine_of(runtime: Runtime) -> Engine:
    """The engine.

    Raises:
        MeetingsOffError: If there is none by the settings.
    """
    if runtime.meetings is None:
        raise MeetingsOffError("set `meetings` to switch them on")
    return runtime.meetings


async def look(runtime: Runtime) -> MeetingEngineView:
    """Whether meetings can be held now."""
    if runtime.meetings is None:
        return MeetingEngineView(state=EngineState.OFF, version="")
    state, version = await runtime.meetings.look()
    return MeetingEngineView(state=state, version=version)


async def enter(
    runtime: Runtime, person: SignedIn, meeting_id: int, ticket: str, by: Actor
) -> MeetingEntered:
    """Let somebody in by a ticket, which is good for this alone; where they were before they leave.

    Raises:
        NotFoundError: If there is no meeting to which they are invited.
        BadTicketError: If the ticket is used, too old, of somebody else or of another meeting.
        MeetingEndedError: If it is over.
        MeetingsOffError: If there is no engine by the settings.
        EngineAwayError: If it does not serve; the ticket is used all the same.
    """
    engine = engine_of(runtime)
    try:
        async with runtime.work(person.scope) as work:
            entry_id, before = await _take(work, meeting_id, ticket, by)
    except BadTicketError:
        async with runtime.work(person.scope) as work:
            row = await MeetingRepository(work.session).get(meeting_id, by.username)
            if row is not None:
                service.log(work, AccessAction.MEETING_REFUSED, row.meeting, by)
        raise
    try:
        for session in before:
            await engine.leave(session)
        await engine.require_ready()
        # Made anew if the engine died meanwhile: whoever comes first opens the room again.
        await engine.make_room(meeting_id, MOST_PEOPLE)
        entered = await engine.enter(meeting_id, entry_id, by.username)
    except EngineAwayError:
        await _close(runtime, person.scope, meeting_id, [entry_id], by)
        raise
    async with runtime.work(person.scope) as work:
        meetings = MeetingRepository(work.session)
        entry = await meetings.entry(meeting_id, entry_id, by.username)
        meeting = await meetings.lock(meeting_id)
        if entry is not None and entry.left_at is None and meeting and meeting.ended_at is None:
            entry.engine_session, entry.engine_sender = entered.session, entered.sender
            entry.engine_private_id = entered.private_id
            service.log(work, AccessAction.MEETING_ENTERED, meeting, by)
            return MeetingEntered(entry_id=entry_id, feeds=[views.feed(f) for f in entered.feeds])
    # Removed, or the meeting ended, while the engine was letting them in.
    await _let_go(engine, [entered.session])
    raise EntryGoneError("it ended meanwhile")


async def _take(work: UnitOfWork, meeting_id: int, ticket: str, by: Actor) -> tuple[int, list[int]]:
    """Use a ticket; answers the new entry, and sessions that the person had before."""
    meetings = MeetingRepository(work.session)
    if await meetings.get(meeting_id, by.username) is None:
        raise NotFoundError("no such meeting")
    meeting, person = (
        await meetings.lock(meeting_id),
        await meetings.person(meeting_id, by.username),
    )
    assert meeting is not None
    assert person is not None
    if meeting.ended_at is not None:
        raise MeetingEndedError
    is_good = (
        person.state == PersonState.ADMITTED
        and person.ticket_sha256 is not None
        and person.ticket_until is not None
        and work.now < person.ticket_until
        and hmac.compare_digest(person.ticket_sha256, token_sha256(ticket))
    )
    if not is_good or await admission.is_kept_out(work.session, meeting, by.username):
        raise BadTicketError
    person.ticket_sha256 = person.ticket_until = None
    before = await meetings.open_entries(meeting_id, by.username)
    for each in before:
        note_left(work, meeting, each, by)
    entry = MeetingEntry(meeting_id=meeting_id, username=by.username, came_at=work.now)
    await meetings.add_entry(entry)
    return entry.id, _sessions(before)


def _sessions(entries: Iterable[MeetingEntry]) -> list[int]:
    return [each.engine_session for each in entries if each.engine_session is not None]


def note_left(work: UnitOfWork, meeting: Meeting, entry: MeetingEntry, by: Actor) -> None:
    """Write down that somebody is in a meeting no more, by whose doing."""
    entry.left_at = work.now
    if entry.engine_session is not None:
        whom = None if entry.username == by.username else entry.username
        service.log(work, AccessAction.MEETING_LEFT, meeting, by, whom)


async def _close(
    runtime: Runtime, scope: Scope, meeting_id: int, entry_ids: list[int], by: Actor
) -> None:
    async with runtime.work(scope) as work:
        meetings = MeetingRepository(work.session)
        meeting = await meetings.lock(meeting_id)
        for each in await meetings.open_entries(meeting_id):
            if each.id in entry_ids and meeting is not None:
                note_left(work, meeting, each, by)


async def _let_go(engine: Engine, sessions: Iterable[int]) -> None:
    """Forget sessions at the engine; one that does not serve has forgotten them, or soon will."""
    for session in sessions:
        try:
            await engine.leave(session)
        except EngineAwayError as error:
            _log.warning("meeting_session_left_behind", trouble=error.detail)


async def _entry(
    runtime: Runtime, person: SignedIn, meeting_id: int, entry_id: int
) -> MeetingEntry:
    async with runtime.database.read(person.scope) as session:
        meetings = MeetingRepository(session)
        entry = await meetings.entry(meeting_id, entry_id, person.username)
    if entry is None or entry.left_at is not None or entry.engine_session is None:
        raise EntryGoneError("they left, were removed, or came in again from somewhere else")
    return entry


async def signal(
    runtime: Runtime,
    person: SignedIn,
    meeting_id: int,
    entry_id: int,
    said: MeetingOffer | MeetingWatch | MeetingAnswer,
) -> None:
    """Hand on to the engine what a browser says; what follows is an event.

    Raises:
        EntryGoneError: If they are in the meeting no more.
        EngineAwayError: If the engine does not serve.
    """
    engine = engine_of(runtime)
    entry = await _entry(runtime, person, meeting_id, entry_id)
    assert entry.engine_session is not None
    assert entry.engine_sender is not None
    assert entry.engine_private_id is not None
    match said:
        case MeetingOffer():
            await engine.publish(entry.engine_session, entry.engine_sender, said.sdp)
        case MeetingAnswer():
            if entry.engine_receiver is None:
                raise EntryGoneError("nothing was offered")
            await engine.answer(entry.engine_session, entry.engine_receiver, said.sdp)
        case MeetingWatch():
            of = Watching(
                meeting_id,
                entry.engine_private_id,
                frozenset(said.added),
                frozenset(said.dropped),
            )
            receiver = await engine.watch(entry.engine_session, entry.engine_receiver, of)
            if entry.engine_receiver is None:
                async with runtime.work(person.scope) as work:
                    await MeetingRepository(work.session).set_receiver(entry.id, receiver)


async def events(
    runtime: Runtime, person: SignedIn, meeting_id: int, entry_id: int, by: Actor
) -> MeetingEventList:
    """What happened to somebody since they asked last; waits for half a minute.

    Raises:
        EntryGoneError: If they are in the meeting no more.
        EngineAwayError: If the engine does not serve.
    """
    engine = engine_of(runtime)
    entry = await _entry(runtime, person, meeting_id, entry_id)
    assert entry.engine_session is not None
    assert entry.engine_sender is not None
    try:
        found = await engine.events(entry.engine_session, entry.engine_sender)
    except EntryGoneError:
        await _close(runtime, person.scope, meeting_id, [entry_id], by)
        raise
    if any(each.kind is EventKind.REFUSED for each in found):
        # Whoever asks again is given another handle; this one is of no use any more.
        async with runtime.work(person.scope) as work:
            await MeetingRepository(work.session).set_receiver(entry.id, None)
    return MeetingEventList(items=[views.event(each) for each in found])


async def leave(
    runtime: Runtime, person: SignedIn, meeting_id: int, entry_id: int, by: Actor
) -> None:
    """Leave; whoever left already is fine.

    Raises:
        NotFoundError: If it is nobody's, or somebody else's.
    """
    async with runtime.database.read(person.scope) as session:
        entry = await MeetingRepository(session).entry(meeting_id, entry_id, by.username)
    if entry is None:
        raise NotFoundError("no such entry")
    await _close(runtime, person.scope, meeting_id, [entry_id], by)
    if runtime.meetings is not None:
        await _let_go(runtime.meetings, _sessions([entry]))

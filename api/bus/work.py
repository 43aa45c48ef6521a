"""The unit of work: one transaction, and the live events that become true with it.

Events are stored in the same transaction as the change they tell of and fanned out only after
it is committed, so a console never hears of something that did not happen, and never misses
something that did.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import Scope
from api.bus.base import CommittedEvents, EventKind, NewEvent
from api.bus.fanout import Bus
from api.bus.repository import EventRepository
from api.db.engine import Database
from api.db.models import AccessLogEntry
from api.db.turn import take_connection, take_turn
from api.kit.moments import Clock


class UnitOfWork:
    """A session to write with; services add to it and never commit."""

    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self.session = session
        self.now = clock()
        self.access_log: list[AccessLogEntry] = []
        """New entries of the access log; :func:`api.audit.service.log` adds to it."""
        self._events: dict[tuple[EventKind, str], NewEvent] = {}

    def emit(self, kind: EventKind, key: str, school_id: str, data: str) -> None:
        """Tell consoles after the commit; a later event of the same key replaces an earlier."""
        self._events.pop((kind, key), None)
        self._events[kind, key] = NewEvent(school_id, kind, data)

    def pending_events(self) -> list[NewEvent]:
        """What was emitted, in order."""
        return list(self._events.values())


@dataclass(frozen=True, slots=True)
class AtCommit:
    """What happens around each commit.

    Attributes:
        bus: The consoles of this process.
        relay: Tells the other processes; never waits.
        seal: Chains and stores new entries of the access log.
    """

    bus: Bus
    relay: Callable[[CommittedEvents], None]
    seal: Callable[[AsyncSession, Sequence[AccessLogEntry]], Awaitable[None]]


@asynccontextmanager
async def unit_of_work(
    database: Database, scope: Scope, at_commit: AtCommit, clock: Clock
) -> AsyncIterator[UnitOfWork]:
    """Commit at the end, or roll back if the body raised; then publish.

    Args:
        database: Where it is committed.
        scope: Of whose rows it may know.
        at_commit: Who is told, and what is added last.
        clock: What ``now`` is.
    """
    async with database.write(scope) as session:
        work = UnitOfWork(session, clock)
        yield work
        pending = work.pending_events()
        if not pending and not work.access_log:
            await session.commit()
            return
        await take_connection(session)
        async with at_commit.bus.order:
            await take_turn(session)
            if work.access_log:
                await at_commit.seal(session, work.access_log)
            committed = None
            if pending:
                committed = await EventRepository(session).append(work.now, pending)
            await session.commit()
            if committed is not None:
                at_commit.bus.take(committed)
                at_commit.relay(committed)

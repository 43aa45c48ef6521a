"""The stored tail of live events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.base import CommittedEvents, EventKind, LiveEvent, NewEvent
from api.db.models import StoredEvent
from api.db.turn import take_turn


def _live(row: StoredEvent) -> LiveEvent:
    return LiveEvent(row.id, row.school_id, cast("EventKind", row.kind), row.data)


class EventRepository:
    """Reads and writes the ``events`` table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append(self, at: datetime, events: Sequence[NewEvent]) -> CommittedEvents:
        """Store events in order, as the last thing before the commit; answers them with their ids.

        Whoever read up to an event must never find a lower number later: a console would resume
        behind it.
        """
        await take_turn(self._session)
        _, previous_id = await self.bounds()
        rows = [
            StoredEvent(at=at, school_id=event.school_id, kind=event.kind, data=event.data)
            for event in events
        ]
        self._session.add_all(rows)
        await self._session.flush()
        stored = [_live(row) for row in rows]
        return CommittedEvents(previous_id, stored)

    async def bounds(self) -> tuple[int, int]:
        """Oldest and newest id kept; (0, 0) when there never was one."""
        row = (
            await self._session.execute(select(func.min(StoredEvent.id), func.max(StoredEvent.id)))
        ).one()
        return (row[0] or 0, row[1] or 0)

    async def after(self, event_id: int, limit: int) -> list[LiveEvent]:
        """The first events with a higher id."""
        rows = await self._session.scalars(
            select(StoredEvent)
            .where(StoredEvent.id > event_id)
            .order_by(StoredEvent.id)
            .limit(limit)
        )
        return [_live(row) for row in rows]

    async def prune(self, *, keep: int, older_than: datetime) -> None:
        """Forget all but the newest ``keep``, and what is too old; the newest always stays.

        The newest stays because its id tells a returning console whether it missed anything.
        """
        _, newest = await self.bounds()
        await self._session.execute(
            delete(StoredEvent).where(
                StoredEvent.id != newest,
                (StoredEvent.id <= newest - keep) | (StoredEvent.at < older_than),
            )
        )

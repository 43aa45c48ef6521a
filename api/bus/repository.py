"""The stored tail of live events."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.base import EventKind, LiveEvent
from api.db.models import StoredEvent


def _live(row: StoredEvent) -> LiveEvent:
    return LiveEvent(row.id, cast("EventKind", row.kind), row.data)


class EventRepository:
    """Reads and writes the ``events`` table."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def append(
        self, at: datetime, events: Sequence[tuple[EventKind, str]]
    ) -> list[LiveEvent]:
        """Store events in order; answers them with their ids."""
        stored = []
        for kind, data in events:
            row = StoredEvent(at=at, kind=kind, data=data)
            self._session.add(row)
            await self._session.flush()
            stored.append(_live(row))
        return stored

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

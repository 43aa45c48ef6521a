"""What other rooms may ask of the stored events."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.base import LiveEvent
from api.bus.repository import EventRepository
from api.bus.work import UnitOfWork


async def bounds(session: AsyncSession) -> tuple[int, int]:
    """Oldest and newest id kept; (0, 0) when there never was an event."""
    return await EventRepository(session).bounds()


async def after(session: AsyncSession, event_id: int, limit: int) -> list[LiveEvent]:
    """The first events with a higher id."""
    return await EventRepository(session).after(event_id, limit)


async def prune(work: UnitOfWork, *, keep: int, older_than: datetime) -> None:
    """Forget old events; the newest always stays."""
    await EventRepository(work.session).prune(keep=keep, older_than=older_than)

"""How many work orders were put right in time, by school."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.orders.figures_repository import OrderFiguresRepository


@dataclass(frozen=True, slots=True)
class DueCount:
    """Orders whose deadline fell into a time, and those submitted for the check by then.

    What was sent back counts by its last submission.
    """

    due: int
    on_time: int


async def due_in(session: AsyncSession, begin: datetime, end: datetime) -> dict[str, DueCount]:
    """By school."""
    rows = await OrderFiguresRepository(session).due(begin, end)
    return {school_id: DueCount(due, on_time) for school_id, due, on_time in rows}

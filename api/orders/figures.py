"""What other rooms read of work orders: how many were put right in time, and all of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.orders import service
from api.orders.figures_repository import OrderFiguresRepository
from api.orders.repository import OrderFilters
from api.orders.schemas import OrderSummary

_PAGE = 200


@dataclass(frozen=True, slots=True)
class DueCount:
    """Orders whose deadline fell into a time, and those submitted for the check by then.

    What was sent back counts by its last submission.
    """

    due: int
    on_time: int


async def due_in(
    session: AsyncSession,
    begin: datetime,
    end: datetime,
    keys: Collection[int] | None = None,
    rules: Collection[str] = (),
) -> dict[str, DueCount]:
    """By school; of all orders, or of those about alerts of some cameras and rules."""
    rows = await OrderFiguresRepository(session).due(begin, end, keys, rules)
    return {school_id: DueCount(due, on_time) for school_id, due, on_time in rows}


async def list_all(session: AsyncSession, now: datetime, most: int) -> list[OrderSummary]:
    """So many orders at most, the first due first; merged ones are in those they went into."""
    found: list[OrderSummary] = []
    cursor: str | None = None
    while len(found) < most:
        page = await service.list_orders(
            session, OrderFilters(), limit=_PAGE, cursor=cursor, now=now
        )
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    return found[:most]

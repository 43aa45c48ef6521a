"""Work orders in the database, counted; read only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.order import WorkOrder


class OrderFiguresRepository:
    """Counts ``work_orders``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due(self, begin: datetime, end: datetime) -> list[tuple[str, int, int]]:
        """School, orders due in a time, and those of them that were submitted by then."""
        is_on_time = and_(
            WorkOrder.rectified_at.is_not(None), WorkOrder.rectified_at <= WorkOrder.due_at
        )
        query = (
            select(WorkOrder.school_id, func.count(), func.sum(case((is_on_time, 1), else_=0)))
            .where(
                WorkOrder.due_at >= begin,
                WorkOrder.due_at < end,
                WorkOrder.merged_into.is_(None),
            )
            .group_by(WorkOrder.school_id)
        )
        return [(row[0], row[1], int(row[2] or 0)) for row in await self._session.execute(query)]

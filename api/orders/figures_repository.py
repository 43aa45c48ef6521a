"""Work orders in the database, counted; read only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.models import Alert
from api.db.order import OrderSource, WorkOrder


class OrderFiguresRepository:
    """Counts ``work_orders``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due(
        self,
        begin: datetime,
        end: datetime,
        keys: Collection[int] | None = None,
        rules: Collection[str] = (),
    ) -> list[tuple[str, int, int]]:
        """School, orders due in a time, and those of them that were submitted by then; of all, or
        of those about alerts of some cameras and rules.
        """
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
        if keys is not None:
            about = (
                select(OrderSource.order_id)
                .join(Alert, Alert.id == OrderSource.alert_id)
                .where(Alert.camera_key.in_(keys), Alert.rule.in_(rules))
            )
            query = query.where(WorkOrder.id.in_(about))
        return [(row[0], row[1], int(row[2] or 0)) for row in await self._session.execute(query)]

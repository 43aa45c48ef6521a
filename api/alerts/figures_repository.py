"""Alerts in the database, counted; read only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import ALERT_DIGEST
from api.db.models import Alert


class AlertFiguresRepository:
    """Counts ``alerts``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self, begin: datetime, end: datetime) -> list[tuple[str, str, str, int]]:
        """School, rule, status and how many."""
        key = (Alert.school_id, Alert.rule, Alert.status)
        query = (
            select(*key, func.count())
            .where(Alert.queued_at >= begin, Alert.queued_at < end, Alert.rule != ALERT_DIGEST)
            .group_by(*key)
        )
        return [(*row,) for row in await self._session.execute(query)]

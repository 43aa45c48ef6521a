"""Alerts in the database, counted; read only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import ALERT_DIGEST
from api.db.models import Alert


class AlertFiguresRepository:
    """Counts ``alerts``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(
        self,
        begin: datetime,
        end: datetime,
        keys: Collection[int] | None = None,
        rules: Collection[str] | None = None,
    ) -> list[tuple[str, str, str, int]]:
        """School, rule, status and how many; of some cameras and rules, or of all."""
        key = (Alert.school_id, Alert.rule, Alert.status)
        query = (
            select(*key, func.count())
            .where(Alert.queued_at >= begin, Alert.queued_at < end, Alert.rule != ALERT_DIGEST)
            .group_by(*key)
        )
        if keys is not None:
            query = query.where(Alert.camera_key.in_(keys))
        if rules is not None:
            query = query.where(Alert.rule.in_(rules))
        return [(*row,) for row in await self._session.execute(query)]

    async def of_cameras(
        self,
        keys: Collection[int],
        rules: Collection[str],
        status: str,
        begin: datetime,
        end: datetime,
        limit: int,
    ) -> list[tuple[UUID, int, str, str, datetime, datetime, datetime]]:
        """So many alerts by time: number, camera, rule, risk, when it was raised, began, ended."""
        query = (
            select(
                Alert.id,
                Alert.camera_key,
                Alert.rule,
                Alert.risk,
                Alert.queued_at,
                Alert.started_at,
                Alert.ended_at,
            )
            .where(
                Alert.camera_key.in_(keys),
                Alert.rule.in_(rules),
                Alert.status == status,
                Alert.queued_at >= begin,
                Alert.queued_at < end,
            )
            .order_by(Alert.queued_at, Alert.id)
            .limit(limit)
        )
        return [(*row,) for row in await self._session.execute(query)]

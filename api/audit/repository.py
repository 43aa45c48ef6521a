"""The access log in the database."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.audit.schemas import AccessAction
from api.db.models import AccessLogEntry
from api.kit.errors import BadCursorError
from api.kit.pagination import Cursor


class AccessLogRepository:
    """Appends to and reads ``access_log``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add(self, entry: AccessLogEntry) -> None:
        """Append an entry."""
        self._session.add(entry)

    async def has_since(
        self, action: AccessAction, username: str, alert_id: UUID, since: datetime
    ) -> bool:
        """Whether this person did this with this alert from then on."""
        query = select(AccessLogEntry.id).where(
            AccessLogEntry.action == action,
            AccessLogEntry.username == username,
            AccessLogEntry.alert_id == alert_id,
            AccessLogEntry.at >= since,
        )
        return await self._session.scalar(query.limit(1)) is not None

    async def delete_before(self, moment: datetime, limit: int) -> int:
        """Delete old entries; answers how many."""
        query = select(AccessLogEntry.id).where(AccessLogEntry.at < moment).limit(limit)
        found = list(await self._session.scalars(query))
        await self._session.execute(delete(AccessLogEntry).where(AccessLogEntry.id.in_(found)))
        return len(found)

    async def page(
        self, actions: tuple[AccessAction, ...], after: Cursor | None, limit: int
    ) -> list[AccessLogEntry]:
        """Entries, newest first."""
        query = select(AccessLogEntry).order_by(AccessLogEntry.id.desc()).limit(limit)
        if actions:
            query = query.where(AccessLogEntry.action.in_(actions))
        if after is not None:
            if not after.identity.isdecimal() or len(after.identity) > 18:
                raise BadCursorError
            query = query.where(AccessLogEntry.id < int(after.identity))
        return list(await self._session.scalars(query))

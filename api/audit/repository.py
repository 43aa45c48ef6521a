"""The access log in the database."""

from __future__ import annotations

from sqlalchemy import select
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

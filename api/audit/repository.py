"""The access log in the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.audit.filters import AccessFilters
from api.audit.schemas import AccessAction
from api.db.models import AccessLogCheck, AccessLogEntry, AccessLogHead
from api.kit.pagination import Cursor

_AT_ONCE = 1000


class LoggedEntry(NamedTuple):
    """An entry as it is read: a thousand of them cost far less than a thousand ``AccessLogEntry``,
    which watch what becomes of them.
    """

    id: int
    at: datetime
    action: str
    username: str
    client: str
    alert_id: UUID | None
    reason: str | None
    subject: str | None
    school_id: str | None
    camera_id: str | None
    from_at: datetime | None
    to_at: datetime | None
    changes: list[dict[str, str | None]] | None
    hash: str


_READ = tuple(getattr(AccessLogEntry, name) for name in LoggedEntry._fields)


class AccessLogRepository:
    """Appends to and reads ``access_log``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def add_all(self, entries: Sequence[AccessLogEntry]) -> None:
        """Append entries that were numbered and chained."""
        self._session.add_all(entries)

    async def head(self, *, for_update: bool = False) -> AccessLogHead:
        """The chain's head; the migration made it."""
        query = select(AccessLogHead)
        if for_update:
            query = query.with_for_update()
        return (await self._session.scalars(query)).one()

    async def check(self) -> AccessLogCheck | None:
        """What was found when the chain was followed last."""
        return await self._session.scalar(select(AccessLogCheck))

    async def keep_check(self, row: AccessLogCheck) -> None:
        """Keep that instead of what was found before."""
        await self._session.merge(row)

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

    async def oldest_before(self, moment: datetime, limit: int) -> list[AccessLogEntry]:
        """The oldest entries, up to the first that is not of before then.

        From the chain's beginning without a hole: an entry that a wrong clock dated early stays
        until those before it go.
        """
        query = select(AccessLogEntry).order_by(AccessLogEntry.id).limit(limit)
        found: list[AccessLogEntry] = []
        for entry in await self._session.scalars(query):
            if entry.at >= moment:
                break
            found.append(entry)
        return found

    async def delete_through(self, number: int) -> None:
        """Delete all entries up to this one."""
        await self._session.execute(delete(AccessLogEntry).where(AccessLogEntry.id <= number))

    async def chain(self) -> AsyncIterator[AccessLogEntry]:
        """All entries by number, a few at a time."""
        last = -(2**62)
        while True:
            query = select(AccessLogEntry).where(AccessLogEntry.id > last)
            rows = list(
                await self._session.scalars(query.order_by(AccessLogEntry.id).limit(_AT_ONCE))
            )
            for row in rows:
                yield row
            if not rows:
                return
            last = rows[-1].id
            self._session.expunge_all()

    async def last_live(
        self, username: str, school_id: str, camera_id: str, until: datetime
    ) -> LoggedEntry | None:
        """When somebody last began or stopped to watch a camera live, until a moment."""
        entry = AccessLogEntry
        query = select(*_READ).where(
            entry.school_id == school_id,
            entry.camera_id == camera_id,
            entry.username == username,
            entry.action.in_((AccessAction.LIVE_STARTED, AccessAction.LIVE_ENDED)),
            entry.at <= until,
        )
        row = (await self._session.execute(query.order_by(entry.id.desc()).limit(1))).first()
        return None if row is None else LoggedEntry._make(row)

    async def viewings(
        self,
        school_id: str,
        camera_ids: Collection[str],
        actions: Collection[AccessAction],
        begin: datetime,
        end: datetime,
    ) -> list[LoggedEntry]:
        """Entries about these cameras between two moments, or about footage of then, oldest first.

        Footage is watched later than it was recorded, so there is no end to when.
        """
        entry = AccessLogEntry
        query = select(*_READ).where(
            entry.school_id == school_id,
            entry.camera_id.in_(camera_ids),
            entry.action.in_(actions),
            entry.at >= begin,
            or_(
                and_(entry.from_at.is_(None), entry.at < end),
                and_(entry.from_at < end, or_(entry.to_at.is_(None), entry.to_at > begin)),
            ),
        )
        rows = await self._session.execute(query.order_by(entry.id))
        return [LoggedEntry._make(row) for row in rows]

    async def page(
        self, filters: AccessFilters, after: Cursor | None, limit: int
    ) -> list[LoggedEntry]:
        """Entries, newest first."""
        query = select(*_READ).order_by(AccessLogEntry.id.desc()).limit(limit)
        if filters.actions:
            query = query.where(AccessLogEntry.action.in_(filters.actions))
        if filters.username:
            query = query.where(AccessLogEntry.username == filters.username)
        if filters.school_id:
            query = query.where(AccessLogEntry.school_id == filters.school_id)
        if filters.from_at is not None:
            query = query.where(AccessLogEntry.at >= filters.from_at)
        if filters.before is not None:
            query = query.where(AccessLogEntry.at < filters.before)
        if after is not None:
            query = query.where(AccessLogEntry.id < after.number)
        return [LoggedEntry._make(row) for row in await self._session.execute(query)]

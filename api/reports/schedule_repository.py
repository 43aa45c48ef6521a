"""Schedules of reports in the database."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.organisation import School
from api.db.report import ReportSchedule


class ScheduleRow(NamedTuple):
    """A schedule and its school; none of the district's, or where that is out of scope by now."""

    schedule: ReportSchedule
    school: School | None


class ScheduleRepository:
    """Reads and writes ``report_schedules``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, schedule: ReportSchedule) -> None:
        """Keep one, and give it its number."""
        self._session.add(schedule)
        await self._session.flush()

    async def of(self, username: str, schedule_id: int | None = None) -> list[ScheduleRow]:
        """A person's schedules, or one of them, oldest first."""
        query = (
            select(ReportSchedule, School)
            .outerjoin(School, School.school_id == ReportSchedule.school_id)
            .where(ReportSchedule.username == username)
            .order_by(ReportSchedule.id)
        )
        if schedule_id is not None:
            query = query.where(ReportSchedule.id == schedule_id)
        return [ScheduleRow(*row) for row in await self._session.execute(query)]

    async def lock(self, username: str, schedule_id: int) -> ReportSchedule | None:
        """One of a person's schedules, kept from others."""
        query = select(ReportSchedule).where(
            ReportSchedule.id == schedule_id, ReportSchedule.username == username
        )
        return await self._session.scalar(query.with_for_update())

    async def count(self, username: str) -> int:
        """How many a person has."""
        query = select(func.count()).where(ReportSchedule.username == username)
        return await self._session.scalar(query) or 0

    async def delete(self, schedule: ReportSchedule) -> None:
        """Forget one."""
        await self._session.delete(schedule)

    async def lock_due(self, now: datetime, limit: int) -> list[ReportSchedule]:
        """Some that are due, kept from others, the longest waiting first."""
        query = (
            select(ReportSchedule)
            .where(ReportSchedule.next_at <= now, ReportSchedule.paused_at.is_(None))
            .order_by(ReportSchedule.next_at, ReportSchedule.id)
            .limit(limit)
        )
        return list(await self._session.scalars(query.with_for_update(skip_locked=True)))

    async def lock_untold(self) -> list[ReportSchedule]:
        """Those whose last report nobody was told of so far, kept from others."""
        query = (
            select(ReportSchedule)
            .where(ReportSchedule.mail.is_(None), ReportSchedule.report_id.is_not(None))
            .order_by(ReportSchedule.id)
        )
        return list(await self._session.scalars(query.with_for_update(skip_locked=True)))

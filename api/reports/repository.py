"""Reports in the database."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.locking import FROM_WRITERS
from api.db.organisation import School
from api.db.report import Report
from api.kit.pagination import Cursor


class ReportRow(NamedTuple):
    """A report and the school it is about."""

    report: Report
    school: School | None


def _rows() -> Select[Report, School]:
    return select(Report, School).outerjoin(School, School.school_id == Report.school_id)


class ReportRepository:
    """Reads and writes ``reports``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, report: Report) -> None:
        """Keep one, and give it its number."""
        self._session.add(report)
        await self._session.flush()

    async def get(self, report_id: int) -> ReportRow | None:
        """One report."""
        found = (await self._session.execute(_rows().where(Report.id == report_id))).first()
        return None if found is None else ReportRow(*found)

    async def lock(self, report_id: int) -> Report | None:
        """One report, kept from others until the unit of work ends."""
        return await self._session.get(Report, report_id, with_for_update=FROM_WRITERS)

    async def find(self, code: str | None, sha256: str | None) -> ReportRow | None:
        """The report of a code or, first made of them, of a file."""
        query = _rows().order_by(Report.id).limit(1)
        if code is not None:
            query = query.where(Report.code == code)
        if sha256 is not None:
            query = query.where(Report.sha256 == sha256)
        found = (await self._session.execute(query)).first()
        return None if found is None else ReportRow(*found)

    async def page(self, after: Cursor | None, limit: int) -> list[ReportRow]:
        """Reports, asked for last first."""
        query = _rows().order_by(Report.asked_at.desc(), Report.id.desc()).limit(limit)
        if after is not None:
            query = query.where(
                or_(
                    Report.asked_at < after.at,
                    and_(Report.asked_at == after.at, Report.id < after.number),
                )
            )
        return [ReportRow(*row) for row in await self._session.execute(query)]

    async def count_open(self) -> int:
        """How many are neither made nor given up."""
        query = select(func.count()).where(Report.sha256.is_(None), Report.error.is_(None))
        return await self._session.scalar(query) or 0

    async def with_files_before(self, moment: datetime, limit: int) -> list[Report]:
        """Some whose file was made before then and is still there."""
        query = (
            select(Report)
            .where(Report.made_at < moment, Report.removed_at.is_(None))
            .order_by(Report.made_at)
            .limit(limit)
        )
        return list(await self._session.scalars(query))

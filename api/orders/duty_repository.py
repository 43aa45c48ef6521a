"""Who answers for what at which school, in the database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.order import (
    Duty,
)
from api.db.upsert import insert_if_absent
from api.orders.subjects import Subject


class DutyRepository:
    """Reads and writes ``duties``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def duty(self, school_id: str, subject: Subject) -> Duty | None:
        """Who answers for a subject at a school."""
        return await self._session.get(Duty, (school_id, subject))

    async def duties(self) -> Sequence[Duty]:
        """All duties, by school and subject."""
        query = select(Duty).order_by(Duty.school_id, Duty.subject)
        return list(await self._session.scalars(query))

    async def set_duty(self, school_id: str, subject: Subject, username: str | None) -> None:
        """Give a duty to somebody, or to nobody."""
        row = await self._session.get(Duty, (school_id, subject), with_for_update=True)
        if username is None:
            if row is not None:
                await self._session.delete(row)
        elif row is None:
            values = {"school_id": school_id, "subject": subject, "username": username}
            if not await insert_if_absent(self._session, Duty, values):
                await self.set_duty(school_id, subject, username)
        else:
            row.username = username

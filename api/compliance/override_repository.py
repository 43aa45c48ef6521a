"""What single schools are asked for beyond the profiles, in the database."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.compliance.requirements import Override
from api.db.compliance import RetentionOverride


def override_of(row: RetentionOverride) -> Override:
    """A row as what is judged by."""
    return Override(
        id=row.id,
        min_days=row.min_days,
        max_days=row.max_days,
        from_day=row.from_day,
        until_day=row.until_day,
        reason=row.reason,
        by=row.created_by,
    )


class OverrideRepository:
    """Reads and writes ``retention_overrides``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def in_use(self) -> list[tuple[str, Override]]:
        """All that were not withdrawn, with their school."""
        query = select(RetentionOverride).where(RetentionOverride.withdrawn_at.is_(None))
        rows = await self._session.scalars(query.order_by(RetentionOverride.id))
        return [(row.school_id, override_of(row)) for row in rows]

    async def of_school(self, school_id: str) -> list[RetentionOverride]:
        """All of a school, also withdrawn ones, newest first."""
        query = select(RetentionOverride).where(RetentionOverride.school_id == school_id)
        return list(await self._session.scalars(query.order_by(RetentionOverride.id.desc())))

    async def add(self, row: RetentionOverride) -> None:
        """Keep one."""
        self._session.add(row)
        await self._session.flush()

    async def lock(self, school_id: str, override_id: int) -> RetentionOverride | None:
        """One of a school, kept from others."""
        return await self._session.scalar(
            select(RetentionOverride)
            .where(RetentionOverride.id == override_id, RetentionOverride.school_id == school_id)
            .with_for_update()
        )

"""Footage day by day in the database, and which days wait to be judged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.compliance.history import DayFacts, cause, day_before, pack, row_of, told_on, unpack
from api.contract.footage.held import HeldFootage
from api.db.compliance import FootageDay, JudgingDue
from api.db.upsert import insert_or_replace

_COLUMNS = (
    FootageDay.camera_key,
    FootageDay.day,
    FootageDay.as_of_ms,
    FootageDay.from_ms,
    FootageDay.front_ms,
    FootageDay.before_cause,
    FootageDay.oldest_ms,
    FootageDay.life_ms,
    FootageDay.is_offline,
    FootageDay.is_incomplete,
    FootageDay.changed_ms,
    FootageDay.holes,
    FootageDay.causes,
)


class FootageRepository:
    """Reads and writes ``footage_days`` and ``judging_due``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def rows(
        self, camera_keys: Collection[int], first: date, last: date
    ) -> dict[int, list[DayFacts]]:
        """Days of these cameras in order."""
        found: dict[int, list[DayFacts]] = {}
        query = (
            select(*_COLUMNS)
            .where(FootageDay.camera_key.in_(camera_keys), FootageDay.day.between(first, last))
            .order_by(FootageDay.camera_key, FootageDay.day)
        )
        for key, day, as_of, since, front, before, oldest, *rest in await self._session.execute(
            query
        ):
            life, is_offline, is_incomplete, changed, moments, causes = rest
            facts = DayFacts(
                day,
                as_of,
                since,
                front,
                cause(before) if before else None,
                oldest,
                life,
                is_offline,
                is_incomplete,
                changed,
                unpack(moments, causes),
            )
            found.setdefault(key, []).append(facts)
        return found

    async def oldest_told_ms(
        self, camera_keys: Collection[int], first: date, last: date
    ) -> int | None:
        """Since when what was told on these days reaches back."""
        query = select(func.min(FootageDay.from_ms)).where(
            FootageDay.camera_key.in_(camera_keys), FootageDay.day.between(first, last)
        )
        return await self._session.scalar(query)

    async def told_last(
        self, camera_keys: Collection[int], first: date, last: date
    ) -> dict[int, HeldFootage]:
        """What was told last of each camera on these days."""
        oldest_ms = await self.oldest_told_ms(camera_keys, first, last)
        if oldest_ms is None:
            return {}
        rows = await self.rows(camera_keys, min(first, day_before(oldest_ms)), last)
        return {key: list(told_on(own))[-1] for key, own in rows.items()}

    async def neighbours(self, camera_key: int, day: date) -> list[date]:
        """The day itself, the one before and the one after, as far as something was told then."""
        of_camera = FootageDay.camera_key == camera_key
        days = [
            await self._session.scalar(
                select(func.max(FootageDay.day)).where(of_camera, FootageDay.day <= day)
            ),
            await self._session.scalar(
                select(func.max(FootageDay.day)).where(of_camera, FootageDay.day < day)
            ),
            await self._session.scalar(
                select(func.min(FootageDay.day)).where(of_camera, FootageDay.day > day)
            ),
        ]
        return sorted({each for each in days if each is not None})

    async def put(
        self, camera_key: int, facts: DayFacts, more: Mapping[str, int | float | None]
    ) -> None:
        """Keep a day.

        Args:
            camera_key: Whose.
            facts: The day.
            more: ``broken_count`` and ``clock_offset_s``.
        """
        values = {**row_of(camera_key, facts), **more}
        await insert_or_replace(self._session, FootageDay, [values])

    async def change(self, camera_key: int, facts: DayFacts) -> None:
        """Keep the holes of a day anew; what else was told on it stays."""
        row = await self._session.get(FootageDay, (camera_key, facts.day), populate_existing=True)
        assert row is not None
        packed = pack(facts.holes)
        row.changed_ms, row.holes, row.causes = facts.changed_ms, packed.moments, packed.causes

    async def mark_due(self, camera_key: int, day: date, as_of_ms: int) -> None:
        """Have a day judged.

        The row is written anew also if it is there: whoever takes it waits for what is told now.
        """
        values = {"camera_key": camera_key, "day": day, "as_of_ms": as_of_ms}
        await insert_or_replace(self._session, JudgingDue, [values])

    async def take_due(self, cameras: int) -> list[tuple[int, date]]:
        """Days that wait, of so many cameras; what is told of them from now on is due again."""
        keys = select(JudgingDue.camera_key).distinct().order_by(JudgingDue.camera_key)
        some = list(await self._session.scalars(keys.limit(cameras)))
        if not some:
            return []
        taken = await self._session.execute(
            delete(JudgingDue)
            .where(JudgingDue.camera_key.in_(some))
            .returning(JudgingDue.camera_key, JudgingDue.day)
        )
        return [(key, day) for key, day in taken]

    async def delete_before(self, day: date) -> None:
        """Forget days before this."""
        await self._session.execute(delete(FootageDay).where(FootageDay.day < day))

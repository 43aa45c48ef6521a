"""What boxes told of retention in the database: the latest, and their own word on each day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import undefer

from api.contract import RetentionState, RetentionStatus
from api.db.camera import RetentionReport, RetentionVerdict
from api.db.locking import FROM_WRITERS
from api.db.upsert import insert_if_absent

_FOOTAGE = {"spans", "days"}
_IDENTITY = {"school_id", "camera_id"}


class RetentionRepository:
    """Reads and writes ``retention_reports`` and ``retention_verdicts``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put_latest(self, camera_key: int, told: RetentionStatus, at: datetime) -> bool:
        """Keep a report unless one as late is known; answers whether it was kept."""
        values = {
            "camera_key": camera_key,
            "as_of": told.as_of,
            "received_at": at,
            "verdict": told.model_dump_json(exclude=_FOOTAGE | _IDENTITY),
            "footage": told.model_dump_json(include=_FOOTAGE),
            "alarms": list(told.alarms),
            "recovered_s": told.recovered_s,
        }
        if await insert_if_absent(self._session, RetentionReport, values):
            return True
        known = await self._session.get(RetentionReport, camera_key, with_for_update=FROM_WRITERS)
        assert known is not None, "a report is replaced, never deleted"
        return self._replace(known, values, told.as_of)

    async def put_day(self, camera_key: int, told: RetentionStatus, day: date) -> bool:
        """Keep a day's verdict unless one as late is known; answers whether it was kept."""
        values = {
            "camera_key": camera_key,
            "day": day,
            "as_of": told.as_of,
            "state": told.state.value,
            "required_days": told.required_days,
            "proven_days": told.proven_days,
            "completeness": told.completeness,
            "gap_count": len(told.gaps),
        }
        if await insert_if_absent(self._session, RetentionVerdict, values):
            return True
        key = (camera_key, day)
        known = await self._session.get(RetentionVerdict, key, with_for_update=FROM_WRITERS)
        assert known is not None, "a verdict is replaced, never deleted"
        return self._replace(known, values, told.as_of)

    @staticmethod
    def _replace(
        known: RetentionReport | RetentionVerdict, values: dict[str, object], as_of: datetime
    ) -> bool:
        if known.as_of >= as_of:
            return False
        for name, value in values.items():
            setattr(known, name, value)
        return True

    async def latest(self) -> dict[int, RetentionReport]:
        """The latest report of each camera, without its footage."""
        return {row.camera_key: row for row in await self._session.scalars(select(RetentionReport))}

    async def of_cameras(self, keys: Collection[int]) -> dict[int, RetentionReport]:
        """The latest report of each of these cameras, without its footage."""
        query = select(RetentionReport).where(RetentionReport.camera_key.in_(keys))
        return {row.camera_key: row for row in await self._session.scalars(query)}

    async def recovered_s(self) -> dict[int, float]:
        """Seconds that were fetched from elsewhere, of each camera that has any."""
        query = select(RetentionReport.camera_key, RetentionReport.recovered_s).where(
            RetentionReport.recovered_s > 0
        )
        return {row.camera_key: row.recovered_s for row in await self._session.execute(query)}

    async def get(self, camera_key: int) -> RetentionReport | None:
        """The latest report of one camera, with its footage."""
        return await self._session.get(
            RetentionReport, camera_key, options=[undefer(RetentionReport.footage)]
        )

    async def told_at(self, camera_keys: Collection[int]) -> dict[int, datetime]:
        """When anything was last told of each of these cameras."""
        query = select(RetentionReport.camera_key, RetentionReport.as_of).where(
            RetentionReport.camera_key.in_(camera_keys)
        )
        return {row.camera_key: row.as_of for row in await self._session.execute(query)}

    async def delete_before(self, day: date) -> int:
        """Delete verdicts of days before this; answers how many."""
        is_old = RetentionVerdict.day < day
        count = await self._session.scalar(
            select(func.count()).select_from(RetentionVerdict).where(is_old)
        )
        await self._session.execute(delete(RetentionVerdict).where(is_old))
        return count or 0

    async def claimed(self, camera_key: int, days: Collection[date]) -> dict[date, RetentionState]:
        """What the box itself made of a camera's footage, on those of these days it told of."""
        query = select(RetentionVerdict.day, RetentionVerdict.state).where(
            RetentionVerdict.camera_key == camera_key, RetentionVerdict.day.in_(days)
        )
        return {day: RetentionState(state) for day, state in await self._session.execute(query)}

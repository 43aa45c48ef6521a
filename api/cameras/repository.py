"""Cameras and their analysed time in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import delete, func, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.hours import ANALYSED, HourSums, TotalSeconds, by_reason, hour_of
from api.cameras.schemas import AnalysedMinute
from api.contract import AnalysedTime, MissingReason
from api.db.models import (
    AnalysedHour,
    AnalysedInterval,
    Camera,
    MissingInterval,
    RetentionReport,
    Worker,
)
from api.db.upsert import insert_if_absent, insert_or_add
from api.kit.errors import UnavailableError

_ROWS_AT_ONCE = 500
_NOTHING_S = 1e-6
"""What is left of a sum from which all was taken again."""


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera, when its worker was last seen, and what is wrong with its recording."""

    camera: Camera
    worker_seen_at: datetime | None
    footage_alarms: Sequence[str] = ()


class CameraRepository:
    """Reads and writes ``cameras`` and their analysed time, by interval and by hour."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def known(self, camera_ids: Collection[str]) -> Collection[str]:
        """Those of these cameras that there are, if only as placeholders."""
        query = select(Camera.camera_id).where(Camera.camera_id.in_(camera_ids))
        return set(await self._session.scalars(query))

    async def ensure(self, camera_id: str, at: datetime) -> bool:
        """Make a placeholder unless the camera is known; answers whether it was made."""
        values = {
            "camera_id": camera_id,
            "name": camera_id,
            "location": "",
            "source": "",
            "rules": [],
            "created_at": at,
            "reason": "",
            "detail": "",
            "frames_analysed": 0,
            "frames_dropped": 0,
            "reconnects": 0,
        }
        return await insert_if_absent(self._session, Camera, values)

    async def lock(self, camera_ids: Sequence[str]) -> list[Camera]:
        """Cameras, kept from others until the unit of work ends."""
        return list(
            await self._session.scalars(
                select(Camera)
                .where(Camera.camera_id.in_(camera_ids))
                .order_by(Camera.camera_id)
                .with_for_update()
            )
        )

    async def list(self, camera_ids: Sequence[str] | None = None) -> list[CameraRow]:
        """All cameras, or some, by id."""
        await self._session.flush()
        query = (
            select(Camera, Worker.last_seen_at, RetentionReport.alarms)
            .outerjoin(Worker, Worker.worker_id == Camera.worker_id)
            .outerjoin(RetentionReport, RetentionReport.camera_id == Camera.camera_id)
            .order_by(Camera.camera_id)
        )
        if camera_ids is not None:
            query = query.where(Camera.camera_id.in_(camera_ids))
        rows = await self._session.execute(query)
        return [CameraRow(camera, seen_at, alarms or ()) for camera, seen_at, alarms in rows]

    async def of_worker(self, worker_id: str) -> Sequence[str]:
        """Ids of the cameras a worker reported."""
        return list(
            await self._session.scalars(
                select(Camera.camera_id)
                .where(Camera.worker_id == worker_id)
                .order_by(Camera.camera_id)
            )
        )

    async def put_intervals(self, told: Iterable[AnalysedTime]) -> bool:
        """Keep those intervals that are not known as well or better; answers whether any was kept.

        Of two reports on one interval the one that reaches further wins, then the one that
        analysed more, so that the order in which they arrive does not matter.
        """
        sums = HourSums()
        kept = [await self._put_interval(interval, sums) for interval in told]
        await self._session.flush()
        await HourRepository(self._session).write(sums)
        return any(kept)

    async def _put_interval(self, told: AnalysedTime, sums: HourSums) -> bool:
        key = (told.camera_id, told.rule_id, told.from_at)
        values = {
            "camera_id": told.camera_id,
            "rule_id": told.rule_id,
            "from_at": told.from_at,
            "to_at": told.to_at,
            "rule": told.rule,
            "analysed_s": told.analysed_s,
        }
        if not await insert_if_absent(self._session, AnalysedInterval, values):
            known = await self._session.get(AnalysedInterval, key, with_for_update=True)
            if known is None:
                raise UnavailableError("the interval was deleted meanwhile")
            if (known.to_at, known.analysed_s) >= (told.to_at, told.analysed_s):
                return False
            sums.add(told, ANALYSED, -known.analysed_s)
            known.to_at, known.rule, known.analysed_s = told.to_at, told.rule, told.analysed_s
            await self._session.flush()
            forgotten = await self._session.execute(
                delete(MissingInterval)
                .where(
                    MissingInterval.camera_id == told.camera_id,
                    MissingInterval.rule_id == told.rule_id,
                    MissingInterval.from_at == told.from_at,
                )
                .returning(MissingInterval.reason, MissingInterval.seconds)
            )
            for reason, seconds in forgotten.all():
                sums.add(told, reason, -seconds)
        sums.add(told, ANALYSED, told.analysed_s)
        for reason, seconds in by_reason(told).items():
            sums.add(told, reason, seconds)
            self._session.add(
                MissingInterval(
                    camera_id=told.camera_id,
                    rule_id=told.rule_id,
                    from_at=told.from_at,
                    reason=reason,
                    seconds=seconds,
                )
            )
        return True

    async def totals(
        self, camera_ids: Sequence[str] | None, since: datetime
    ) -> Sequence[TotalSeconds]:
        """Seconds by camera, rule and reason, of intervals that began since then."""
        return await HourRepository(self._session).totals(camera_ids, since)

    async def intervals(
        self, camera_id: str, begin: datetime, end: datetime
    ) -> Sequence[AnalysedMinute]:
        """One camera's intervals that began in ``[begin, end)``, by rule and time."""
        when = (AnalysedInterval.from_at >= begin, AnalysedInterval.from_at < end)
        found = {
            (row.rule_id, row.from_at): AnalysedMinute(
                rule=row.rule,
                rule_id=row.rule_id,
                from_at=row.from_at,
                to_at=row.to_at,
                analysed_s=row.analysed_s,
                missing={},
            )
            for row in await self._session.scalars(
                select(AnalysedInterval)
                .where(AnalysedInterval.camera_id == camera_id, *when)
                .order_by(AnalysedInterval.rule_id, AnalysedInterval.from_at)
            )
        }
        for missed in await self._session.scalars(
            select(MissingInterval).where(
                MissingInterval.camera_id == camera_id,
                MissingInterval.from_at >= begin,
                MissingInterval.from_at < end,
            )
        ):
            minute = found.get((missed.rule_id, missed.from_at))
            if minute is not None:
                minute.missing[MissingReason(missed.reason)] = missed.seconds
        return tuple(found.values())

    async def delete_analysed_before(self, moment: datetime, at_once: timedelta) -> int:
        """Delete the oldest intervals, all that began within so long; answers how many."""
        oldest = await self._session.scalar(select(func.min(AnalysedInterval.from_at)))
        if oldest is None or oldest >= moment:
            return 0
        end = min(moment, oldest + at_once)
        deleted = await self._session.scalar(
            select(func.count()).select_from(AnalysedInterval).where(AnalysedInterval.from_at < end)
        )
        # Spelt out although the database would cascade: row by row that takes many times as long.
        await self._session.execute(delete(MissingInterval).where(MissingInterval.from_at < end))
        await self._session.execute(delete(AnalysedInterval).where(AnalysedInterval.from_at < end))
        await HourRepository(self._session).delete_before(end)
        return deleted or 0


class HourRepository:
    """Reads and writes ``analysed_hours``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def write(self, sums: HourSums) -> None:
        """Add to the hours what changed."""
        rows = sums.rows()
        while some := list(islice(rows, _ROWS_AT_ONCE)):
            await insert_or_add(self._session, AnalysedHour, some, added="seconds")

    async def totals(
        self, camera_ids: Sequence[str] | None, since: datetime
    ) -> Sequence[TotalSeconds]:
        """Seconds by camera, rule and reason, of intervals that began since then."""
        first = hour_of(since)
        if first < since:
            first += timedelta(hours=1)
        hours = select(
            AnalysedHour.camera_id,
            AnalysedHour.rule_id,
            AnalysedHour.reason,
            AnalysedHour.rule,
            AnalysedHour.seconds,
        ).where(AnalysedHour.hour_at >= first)
        analysed = select(
            AnalysedInterval.camera_id,
            AnalysedInterval.rule_id,
            literal(ANALYSED).label("reason"),
            AnalysedInterval.rule,
            AnalysedInterval.analysed_s.label("seconds"),
        ).where(AnalysedInterval.from_at >= since, AnalysedInterval.from_at < first)
        missed = select(
            MissingInterval.camera_id,
            MissingInterval.rule_id,
            MissingInterval.reason,
            literal("").label("rule"),
            MissingInterval.seconds,
        ).where(MissingInterval.from_at >= since, MissingInterval.from_at < first)
        if camera_ids is not None:
            hours = hours.where(AnalysedHour.camera_id.in_(camera_ids))
            analysed = analysed.where(AnalysedInterval.camera_id.in_(camera_ids))
            missed = missed.where(MissingInterval.camera_id.in_(camera_ids))
        each = union_all(hours, analysed, missed).subquery()
        key = (each.c.camera_id, each.c.rule_id, each.c.reason)
        query = (
            select(*key, func.max(each.c.rule), func.sum(each.c.seconds))
            .group_by(*key)
            .order_by(*key)
        )
        found = (TotalSeconds(*row) for row in await self._session.execute(query))
        return [total for total in found if total.reason == ANALYSED or total.seconds > _NOTHING_S]

    async def delete_before(self, moment: datetime) -> None:
        """Delete the hours before the one of this moment."""
        await self._session.execute(
            delete(AnalysedHour).where(AnalysedHour.hour_at < hour_of(moment))
        )

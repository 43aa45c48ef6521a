"""Cameras and their analysed time in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    and_,
    delete,
    func,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.hours import ANALYSED, HourSums, TotalSeconds, by_reason
from api.cameras.hours_repository import HourRepository
from api.cameras.schemas import AnalysedMinute
from api.contract import AnalysedTime, MissingReason
from api.db.camera import (
    AnalysedInterval,
    Camera,
    CameraHold,
    MissingInterval,
    RetentionReport,
    Worker,
)
from api.db.locking import FROM_WRITERS
from api.db.organisation import Box, School
from api.db.upsert import insert_if_absent
from api.kit.errors import UnavailableError
from api.organisations.schemas import SchoolName
from api.organisations.school_names import SCHOOL_NAME

_OF_CAMERA = and_(Worker.box_id == Camera.box_id, Worker.worker_id == Camera.worker_id)
_IN_USE = (Camera.retired_at.is_(None), School.closed_at.is_(None))
_ROWS_AT_ONCE = 500
_NOTHING_S = 1e-6
"""What is left of a sum from which all was taken again."""


@dataclass(frozen=True, slots=True)
class CameraRow:
    """A camera, its school, when its worker was last seen, and what is wrong with its recording."""

    camera: Camera
    school: SchoolName
    worker_seen_at: datetime | None
    footage_alarms: Sequence[str] = ()


class BriefCamera(NamedTuple):
    """Of a camera what tells how it is, with its school's names and when its worker was seen."""

    id: int
    school_id: str
    name_zh: str
    name_en: str
    camera_id: str
    name: str
    location: str
    worker_id: str | None
    reported_at: datetime | None
    state: str | None
    last_analysed_at: datetime | None
    worker_seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeldCamera:
    """A camera of a school and who reports it; ``box_id`` is None while nobody may."""

    key: int
    camera_id: str
    box_id: int | None


class CameraRepository:
    """Reads and writes ``cameras`` and their analysed time, by interval and by hour."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def held(self, school_id: str, camera_ids: Collection[str]) -> dict[str, HeldCamera]:
        """Those of these cameras of a school that there are, if only as placeholders."""
        query = (
            select(Camera.id, Camera.camera_id, Camera.box_id, Box.revoked_at)
            .outerjoin(Box, Box.id == Camera.box_id)
            .where(Camera.school_id == school_id, Camera.camera_id.in_(camera_ids))
        )
        return {
            camera_id: HeldCamera(key, camera_id, None if revoked_at is not None else box_id)
            for key, camera_id, box_id, revoked_at in await self._session.execute(query)
        }

    async def ensure(self, school_id: str, camera_id: str, box_id: int, at: datetime) -> bool:
        """Make a placeholder unless the camera is known; answers whether it was made."""
        values = {
            "school_id": school_id,
            "camera_id": camera_id,
            "box_id": box_id,
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

    async def set_holder(self, keys: Collection[int], box_id: int) -> None:
        """Let a box report these cameras from now on."""
        await self._session.execute(update(Camera).where(Camera.id.in_(keys)).values(box_id=box_id))

    async def hold_until(self, key: int, box_id: int) -> datetime | None:
        """Until when a box reported a camera that is another's now."""
        query = select(CameraHold.until_at).where(
            CameraHold.camera_key == key, CameraHold.box_id == box_id
        )
        return await self._session.scalar(query)

    async def add_hold(self, key: int, box_id: int, until_at: datetime) -> None:
        """Remember until when a box reported a camera."""
        await self._session.merge(CameraHold(camera_key=key, box_id=box_id, until_at=until_at))

    async def of_box(self, box_id: int) -> dict[str, int]:
        """The cameras a box reports, by id."""
        query = select(Camera.camera_id, Camera.id).where(Camera.box_id == box_id)
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def lock(self, keys: Collection[int]) -> list[Camera]:
        """Cameras, kept from others until the unit of work ends."""
        return list(
            await self._session.scalars(
                select(Camera)
                .where(Camera.id.in_(keys))
                .order_by(Camera.id)
                .with_for_update(key_share=True)
            )
        )

    async def list(self, keys: Collection[int] | None = None) -> list[CameraRow]:
        """These cameras; without numbers all that are in use, by school and id."""
        await self._session.flush()
        query = (
            select(Camera, Worker.last_seen_at, RetentionReport.alarms)
            .join(School, School.school_id == Camera.school_id)
            .outerjoin(Worker, _OF_CAMERA)
            .outerjoin(RetentionReport, RetentionReport.camera_key == Camera.id)
            .order_by(Camera.school_id, Camera.camera_id)
        )
        query = query.where(*_IN_USE) if keys is None else query.where(Camera.id.in_(keys))
        rows = list(await self._session.execute(query))
        # By themselves: beside each camera its school's calendar would be read again.
        named = {camera.school_id for camera, _, _ in rows}
        schools = {
            school.school_id: school
            for school in await self._session.scalars(
                select(SCHOOL_NAME).where(School.school_id.in_(named))
            )
        }
        return [
            CameraRow(camera, schools[camera.school_id], seen_at, alarms or ())
            for camera, seen_at, alarms in rows
        ]

    async def brief(self) -> Sequence[BriefCamera]:
        """How all cameras in use are, by school and id."""
        await self._session.flush()
        query = (
            select(
                Camera.id,
                Camera.school_id,
                School.name_zh,
                School.name_en,
                Camera.camera_id,
                Camera.name,
                Camera.location,
                Camera.worker_id,
                Camera.reported_at,
                Camera.state,
                Camera.last_analysed_at,
                Worker.last_seen_at,
            )
            .join(School, School.school_id == Camera.school_id)
            .outerjoin(Worker, _OF_CAMERA)
            .where(*_IN_USE)
            .order_by(Camera.school_id, Camera.camera_id)
        )
        return tuple(BriefCamera._make(row) for row in await self._session.execute(query))

    async def clocks(self) -> Sequence[tuple[int, dict[str, object]]]:
        """What was last told of cameras' own clocks, as JSON."""
        query = select(Camera.id, Camera.clock).where(Camera.clock.is_not(None))
        return [(key, clock) for key, clock in await self._session.execute(query) if clock]

    async def rules(self) -> dict[int, Sequence[str]]:
        """Kinds of the rules configured on each camera in use."""
        query = select(Camera.id, Camera.rules).join(School, School.school_id == Camera.school_id)
        return {row[0]: row[1] for row in await self._session.execute(query.where(*_IN_USE))}

    async def keys(self) -> Sequence[int]:
        """The numbers of all cameras."""
        return list(await self._session.scalars(select(Camera.id)))

    async def of_worker(self, box_id: int, worker_id: str) -> Sequence[int]:
        """The cameras a worker of a box reported."""
        return list(
            await self._session.scalars(
                select(Camera.id)
                .where(Camera.box_id == box_id, Camera.worker_id == worker_id)
                .order_by(Camera.id)
            )
        )

    async def put_intervals(self, keys: Mapping[str, int], told: Iterable[AnalysedTime]) -> bool:
        """Keep those intervals that are not known as well or better; answers whether any was kept.

        Of two reports on one interval the one that reaches further wins, then the one that
        analysed more, so that the order in which they arrive does not matter.
        """
        sums = HourSums()
        kept = [await self._put_interval(keys[each.camera_id], each, sums) for each in told]
        await self._session.flush()
        await HourRepository(self._session).write(sums)
        return any(kept)

    async def _put_interval(self, camera_key: int, told: AnalysedTime, sums: HourSums) -> bool:
        key = (camera_key, told.rule_id, told.from_at)
        values = {
            "camera_key": camera_key,
            "rule_id": told.rule_id,
            "from_at": told.from_at,
            "to_at": told.to_at,
            "rule": told.rule,
            "analysed_s": told.analysed_s,
        }
        if not await insert_if_absent(self._session, AnalysedInterval, values):
            known = await self._session.get(AnalysedInterval, key, with_for_update=FROM_WRITERS)
            if known is None:
                raise UnavailableError("the interval was deleted meanwhile")
            if (known.to_at, known.analysed_s) >= (told.to_at, told.analysed_s):
                return False
            sums.add(camera_key, told, ANALYSED, -known.analysed_s)
            known.to_at, known.rule, known.analysed_s = told.to_at, told.rule, told.analysed_s
            await self._session.flush()
            forgotten = await self._session.execute(
                delete(MissingInterval)
                .where(
                    MissingInterval.camera_key == camera_key,
                    MissingInterval.rule_id == told.rule_id,
                    MissingInterval.from_at == told.from_at,
                )
                .returning(MissingInterval.reason, MissingInterval.seconds)
            )
            for reason, seconds in forgotten.all():
                sums.add(camera_key, told, reason, -seconds)
        sums.add(camera_key, told, ANALYSED, told.analysed_s)
        for reason, seconds in by_reason(told).items():
            sums.add(camera_key, told, reason, seconds)
            self._session.add(
                MissingInterval(
                    camera_key=camera_key,
                    rule_id=told.rule_id,
                    from_at=told.from_at,
                    reason=reason,
                    seconds=seconds,
                )
            )
        return True

    async def totals(self, keys: Collection[int] | None, since: datetime) -> Sequence[TotalSeconds]:
        """Seconds by camera, rule and reason, of intervals that began since then."""
        return await HourRepository(self._session).totals(keys, since)

    async def intervals(self, key: int, begin: datetime, end: datetime) -> Sequence[AnalysedMinute]:
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
                .where(AnalysedInterval.camera_key == key, *when)
                .order_by(AnalysedInterval.rule_id, AnalysedInterval.from_at)
            )
        }
        for missed in await self._session.scalars(
            select(MissingInterval).where(
                MissingInterval.camera_key == key,
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

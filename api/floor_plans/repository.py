"""Floor plans in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.camera import Camera
from api.db.floor_plan import FloorPlan, FloorPlanCamera
from api.db.organisation import School


class CameraName(NamedTuple):
    """A camera by its names, in use or not."""

    id: int
    camera_id: str
    name: str
    is_retired: bool


def _one(school_id: str, plan_id: int) -> Select[FloorPlan]:
    return select(FloorPlan).where(FloorPlan.id == plan_id, FloorPlan.school_id == school_id)


class FloorPlanRepository:
    """Reads and writes ``floor_plans`` and ``floor_plan_cameras``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def is_open(self, school_id: str, *, lock: bool = False) -> bool:
        """Whether there is such a school in use; it may be kept from others who change plans."""
        query = select(School.school_id).where(
            School.school_id == school_id, School.closed_at.is_(None)
        )
        if lock:
            query = query.with_for_update(key_share=True)
        return await self._session.scalar(query) is not None

    async def of_school(self, school_id: str) -> list[FloorPlan]:
        """A school's plans, in the order in which they were made."""
        query = select(FloorPlan).where(FloorPlan.school_id == school_id)
        return list(await self._session.scalars(query.order_by(FloorPlan.id)))

    async def exists(self, school_id: str, plan_id: int) -> bool:
        """Whether a school has a plan."""
        return await self._session.scalar(_one(school_id, plan_id)) is not None

    async def lock(
        self, school_id: str, plan_id: int, *, to_delete: bool = False
    ) -> FloorPlan | None:
        """One plan, kept from others until the unit of work ends."""
        query = _one(school_id, plan_id).with_for_update(key_share=not to_delete)
        return await self._session.scalar(query)

    async def jpeg(self, school_id: str, plan_id: int) -> bytes | None:
        """A plan's picture."""
        query = select(FloorPlan.jpeg).where(
            FloorPlan.id == plan_id, FloorPlan.school_id == school_id
        )
        return await self._session.scalar(query)

    async def id_of_title(self, school_id: str, title_zh: str) -> int | None:
        """The plan of a title."""
        query = select(FloorPlan.id).where(
            FloorPlan.school_id == school_id, FloorPlan.title_zh == title_zh
        )
        return await self._session.scalar(query)

    async def count(self, school_id: str) -> int:
        """How many plans a school has."""
        query = select(func.count(FloorPlan.id)).where(FloorPlan.school_id == school_id)
        return await self._session.scalar(query) or 0

    async def add(self, row: FloorPlan) -> None:
        """Add a plan, so that its number is known."""
        self._session.add(row)
        await self._session.flush()

    async def delete(self, row: FloorPlan) -> None:
        """Delete a plan, and where cameras hung on it."""
        await self._session.execute(
            delete(FloorPlanCamera).where(FloorPlanCamera.plan_id == row.id),
            execution_options={"synchronize_session": False},
        )
        await self._session.delete(row)
        await self._session.flush()

    async def placed(self, plan_ids: Collection[int]) -> dict[int, list[FloorPlanCamera]]:
        """Where cameras hang, by plan, in the order of their numbers."""
        query = select(FloorPlanCamera).where(FloorPlanCamera.plan_id.in_(plan_ids))
        found: dict[int, list[FloorPlanCamera]] = {plan_id: [] for plan_id in plan_ids}
        for row in await self._session.scalars(query.order_by(FloorPlanCamera.camera_key)):
            found[row.plan_id].append(row)
        return found

    async def replace(
        self, gone: Collection[FloorPlanCamera], new: Sequence[FloorPlanCamera]
    ) -> None:
        """Take some cameras from a plan, and put others on it."""
        for row in gone:
            await self._session.delete(row)
        self._session.add_all(new)
        await self._session.flush()

    async def cameras(self, school_id: str, keys: Collection[int]) -> dict[int, CameraName]:
        """These cameras of a school, in use or not, by number."""
        query = select(Camera.id, Camera.camera_id, Camera.name, Camera.retired_at.is_not(None))
        query = query.where(Camera.school_id == school_id, Camera.id.in_(keys))
        rows = [CameraName(*row) for row in await self._session.execute(query)]
        return {row.id: row for row in rows}

"""The floor plans an audit rests on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from api.cameras.service import Watch
from api.coverage.profiles import Profiles
from api.floor_plans import service as floor_plans
from api.floor_plans.schemas import FloorPlanView, PlacedCamera, PlanCamera


@dataclass(frozen=True, slots=True)
class AuditedPlan:
    """A floor plan.

    Attributes:
        view: Itself.
        cameras: What hangs on it, and what each is worth, in the order of their numbers.
        jpeg: Its picture.
    """

    view: FloorPlanView
    cameras: list[tuple[PlacedCamera, PlanCamera]]
    jpeg: bytes


async def read_plans(
    session: AsyncSession, school_id: str, watch: Watch, profiles: Profiles
) -> list[AuditedPlan]:
    """A school's plans.

    Raises:
        NotFoundError: If there is no such school in use.
    """
    found = await floor_plans.list_plans(session, school_id, watch, profiles)
    known = {each.camera_key: each for each in found.cameras}
    return [
        AuditedPlan(
            view=plan,
            cameras=[
                (hung, known[hung.camera_key]) for hung in plan.cameras if hung.camera_key in known
            ],
            jpeg=await floor_plans.jpeg(session, school_id, plan.id),
        )
        for plan in found.items
    ]

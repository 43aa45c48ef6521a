"""What is shown of floor plans, and written of them in the access log."""

from __future__ import annotations

from collections.abc import Sequence

from api.coverage.judging import Sight
from api.coverage.service import HungCamera
from api.db.floor_plan import FloorPlan, FloorPlanCamera
from api.floor_plans.repository import CameraName
from api.floor_plans.schemas import FloorPlanView, PlacedCamera, PlanCamera, PlanCameraState

PICTURES = "/api/v1/floor-plan-pictures/"


def state_of(hung: HungCamera) -> PlanCameraState:
    """What a camera in use is worth: what is shouted comes first, what nobody knows is no green."""
    if hung.is_forbidden:
        return PlanCameraState.FORBIDDEN
    if hung.camera.sight is Sight.UNSEEN:
        return PlanCameraState.NOT_ONLINE
    if hung.camera.sight is Sight.UNKNOWN or hung.place is None:
        return PlanCameraState.UNKNOWN
    return PlanCameraState.COVERED


def hanging(each: PlacedCamera | FloorPlanCamera | None) -> str:
    """Where a camera hangs and looks, as the log tells it; empty of one that is not on the plan."""
    if each is None:
        return ""
    return (
        f"{each.x:.2%} × {each.y:.2%}, {each.direction_deg:.1f}°, "
        f"{each.view_deg:.1f}°, {each.reach:.2%}"
    )


def in_use(hung: HungCamera) -> PlanCamera:
    """A camera that can be put on a plan."""
    camera = hung.camera
    return PlanCamera(
        camera_key=camera.camera_key,
        camera_id=camera.camera_id,
        name=camera.name,
        state=state_of(hung),
        place=hung.place,
    )


def retired(camera: CameraName) -> PlanCamera:
    """A camera that is still on a plan, and in use no more."""
    return PlanCamera(
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        state=PlanCameraState.RETIRED,
        place=None,
    )


def plan(row: FloorPlan, placed: Sequence[FloorPlanCamera]) -> FloorPlanView:
    """A plan with what hangs on it."""
    return FloorPlanView(
        id=row.id,
        title_zh=row.title_zh,
        title_en=row.title_en,
        width=row.width,
        height=row.height,
        picture_url=f"{PICTURES}{row.school_id}/{row.id}?v={row.sha256[:12]}",
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        cameras=[PlacedCamera.model_validate(each, from_attributes=True) for each in placed],
    )

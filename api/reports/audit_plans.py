"""The floor plans of an audit: pictures with numbered cameras, and what the numbers mean."""

from __future__ import annotations

from api.contract.paper.document import Cell, Picture, Table, Tone
from api.contract.paper.wording import Wording, columns
from api.contract.vocabulary import name_in, vocabulary
from api.floor_plans.schemas import FloorPlanView, PlanCamera, PlanCameraState
from api.reports.audited_plans import AuditedPlan
from api.reports.plan_drawing import draw
from api.reports.school_audit import SchoolAudit

_TONES = {
    PlanCameraState.COVERED: Tone.GOOD,
    PlanCameraState.NOT_ONLINE: Tone.BAD,
    PlanCameraState.FORBIDDEN: Tone.BAD,
    PlanCameraState.UNKNOWN: Tone.UNSURE,
    PlanCameraState.RETIRED: Tone.PLAIN,
}


def _title(plan: FloorPlanView, say: Wording) -> str:
    return name_in(say.language, plan.title_zh, plan.title_en)


def _name(camera: PlanCamera) -> str:
    is_named = camera.name != camera.camera_id
    return f"{camera.name} {camera.camera_id}" if is_named else camera.name


def table(audit: SchoolAudit, say: Wording) -> Table:
    """Every camera on a plan, by its number there."""
    heads = columns(
        say, ("plan", 2), ("number", 0.8), ("camera", 3), ("place", 3), ("verdict", 1.6)
    )
    rows = [
        [
            Cell(_title(plan.view, say)),
            Cell(str(number), number=number),
            Cell(_name(camera)),
            Cell(say.word("not_said") if camera.place is None else camera.place.name),
            Cell(say.term(vocabulary().plan_camera_state, camera.state), tone=_TONES[camera.state]),
        ]
        for plan in audit.plans
        for number, (_, camera) in enumerate(plan.cameras, 1)
    ]
    return Table(say.word("plan_cameras"), heads, rows, empty=say.word("no_plan_cameras"))


def drawings(audit: SchoolAudit, say: Wording) -> list[Picture]:
    """Each plan with its cameras."""
    return [_drawing(plan, say) for plan in audit.plans]


def _drawing(plan: AuditedPlan, say: Wording) -> Picture:
    jpeg = draw(plan.jpeg, [(hung, camera.state) for hung, camera in plan.cameras])
    at = say.moment(plan.view.changed_at)
    caption = say.word("plan_caption", by=plan.view.changed_by, at=at)
    return Picture(_title(plan.view, say), caption, jpeg)

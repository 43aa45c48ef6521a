"""Plans: which schools are inspected how often, and before which dates; and the table of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract.profile import InspectionKind
from api.db.inspection import Inspection, InspectionPlan
from api.inspections import views
from api.inspections.periods import Rhythm, Span, due, recent
from api.inspections.planning_schemas import (
    Cell,
    CellState,
    InspectionTable,
    Period,
    PlanCreate,
    PlanList,
    PlanView,
    TableRow,
    WhyNot,
)
from api.inspections.repository import Counts, InspectionRepository
from api.inspections.schemas import InspectionSubject
from api.jobs import service as jobs
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.organisations import service as organisations
from api.organisations.calendar import Calendar
from api.organisations.schemas import SchoolName, SchoolView

FORMS_OF_PLAN = "inspection_forms_of_plan"
"""Kind of the job that makes forms as soon as they are planned."""
_COLUMNS = {
    InspectionKind.DAILY: 14,
    InspectionKind.WEEKLY: 8,
    InspectionKind.MONTHLY: 6,
    InspectionKind.MUTUAL: 6,
    InspectionKind.KEY_MOMENT: 12,
}
"""Periods that a table shows."""


def rhythm_of(plan: InspectionPlan) -> Rhythm:
    """What a plan says of time; one that was ended asks for nothing after that day."""
    kind, last = InspectionKind(plan.kind), plan.last_day
    if plan.ended_at is not None and kind is not InspectionKind.KEY_MOMENT:
        last = min(last or dt.date.max, plan.ended_at.date())
    return Rhythm(kind, plan.first_day, last)


def is_of(plan: InspectionPlan, school_id: str) -> bool:
    """Whether a plan is for a school."""
    return not plan.school_ids or school_id in plan.school_ids


def _view(plan: InspectionPlan) -> PlanView:
    return PlanView(
        id=plan.id,
        kind=InspectionKind(plan.kind),
        subject=InspectionSubject(plan.subject),
        name=plan.name,
        first_day=plan.first_day,
        last_day=plan.last_day,
        school_ids=plan.school_ids,
        created_at=plan.created_at,
        created_by=plan.created_by,
    )


async def list_plans(session: AsyncSession) -> PlanList:
    """Plans that were not ended."""
    return PlanList(items=[_view(plan) for plan in await InspectionRepository(session).plans()])


async def create_plan(work: UnitOfWork, told: PlanCreate, by: Actor) -> PlanView:
    """Make a plan; forms follow by themselves.

    Raises:
        InvalidError: If one of the schools does not exist, or it is over already.
    """
    known = {each.school_id for each in await _schools(work.session)}
    if unknown := sorted(set(told.school_ids) - known):
        fault = FieldError("body.school_ids", f"there is no school {unknown[0]}")
        raise InvalidError("no such school", errors=[fault])
    if told.last_day is not None and told.last_day < work.now.date() - dt.timedelta(days=1):
        fault = FieldError("body.last_day", "is over")
        raise InvalidError("the plan is over", errors=[fault])
    plan = InspectionPlan(
        kind=told.kind,
        subject=told.subject,
        name=told.name,
        first_day=told.first_day,
        last_day=told.last_day,
        school_ids=sorted(set(told.school_ids)),
        created_at=work.now,
        created_by=by.username,
        ended_at=None,
    )
    await InspectionRepository(work.session).add_plan(plan)
    await jobs.ask(work, FORMS_OF_PLAN, str(plan.id))
    changes = differences({}, told.model_dump(mode="json"))
    audit.log(
        work,
        AccessAction.INSPECTION_PLANNED,
        by.username,
        by.client,
        subject=f"plan {plan.id}",
        changes=changes,
    )
    return _view(plan)


async def end_plan(work: UnitOfWork, plan_id: int, by: Actor) -> None:
    """Make no more forms; those that are there stay.

    Raises:
        NotFoundError: If there is no such plan.
    """
    plan = await InspectionRepository(work.session).lock_plan(plan_id)
    if plan is None:
        raise NotFoundError("no such plan")
    plan.ended_at = work.now
    audit.log(
        work,
        AccessAction.INSPECTION_PLAN_ENDED,
        by.username,
        by.client,
        subject=f"plan {plan_id}",
    )


async def _schools(session: AsyncSession) -> Sequence[SchoolView]:
    return (await organisations.list_schools(session, closed=False)).items


async def table(
    session: AsyncSession, kind: InspectionKind, subject: InspectionSubject, now: dt.datetime
) -> InspectionTable:
    """Schools in scope × the newest periods of the plans of a kind."""
    stored = InspectionRepository(session)
    schools = await _schools(session)
    zone = ZoneInfo(schools[0].time_zone if schools else organisations.DEFAULT_ZONE)
    today = now.astimezone(zone).date()
    plans = await stored.plans_of(kind, subject)
    columns: dict[tuple[str, Span], list[InspectionPlan]] = {}
    for plan in plans:
        for span in recent(rhythm_of(plan), today, _COLUMNS[kind]):
            columns.setdefault((plan.name, span), []).append(plan)
    newest = sorted(columns, key=lambda each: (each[1].first, each[0]), reverse=True)
    newest = newest[: _COLUMNS[kind]]
    forms: dict[tuple[str, str, dt.date], Inspection] = {}
    for name in {name for name, _ in newest}:
        days = [span.first for each, span in newest if each == name]
        for form in await stored.of_periods(kind, subject, name, min(days), max(days)):
            forms[form.school_id, name, form.first_day] = form
    counts = await stored.counts([form.id for form in forms.values()])
    return InspectionTable(
        periods=[
            Period(first_day=span.first, last_day=span.last, name=name) for name, span in newest
        ],
        rows=[
            TableRow(
                school=SchoolName(
                    school_id=school.school_id, name=school.name_zh, name_en=school.name_en
                ),
                cells=[
                    _cell(school, subject, kind, span, columns[name, span])
                    if (row := forms.get((school.school_id, name, span.first))) is None
                    else _filled(row, counts, now)
                    for name, span in newest
                ],
            )
            for school in schools
        ],
        as_of=now,
    )


def _filled(row: Inspection, counts: Mapping[int, Counts], now: dt.datetime) -> Cell:
    found = counts.get(row.id)
    return Cell(
        state=CellState(views.state_of(row, now).value),
        why=None,
        inspection_id=row.id,
        hazard_count=0 if found is None else found.hazards,
    )


def _cell(
    school: SchoolView,
    subject: InspectionSubject,
    kind: InspectionKind,
    span: Span,
    plans: Sequence[InspectionPlan],
) -> Cell:
    """Of a period without a form: it does not apply, or it was not planned."""
    state, why = CellState.NONE, None
    if any(is_of(plan, school.school_id) for plan in plans):
        told = due(kind, subject, span, Calendar.of(school), canteen=school.canteen)
        if isinstance(told, WhyNot):
            state, why = CellState.NOT_APPLICABLE, told
        elif kind is InspectionKind.MUTUAL and school.community_id is None:
            state, why = CellState.NOT_APPLICABLE, WhyNot.NO_NEIGHBOUR
    return Cell(state=state, why=why, inspection_id=None, hazard_count=0)

"""Makes the forms that plans ask for, when their period begins.

Every process may look; the database keeps one form of a kind, subject and period, so that whoever
comes second makes none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api.access.scope import EVERYTHING, of_school
from api.bus.work import UnitOfWork
from api.contract.profile import InspectionKind, Profile
from api.coverage.judging import PlaceFacts
from api.coverage.service import facts_of
from api.db.inspection import InspectionItem, InspectionPlan
from api.inspections import watch
from api.inspections.forms import FormItem, items_of
from api.inspections.periods import Due, due, span_of, visitor_of
from api.inspections.planning import FORMS_OF_PLAN, is_of, rhythm_of
from api.inspections.repository import FormKey, InspectionRepository
from api.inspections.schemas import InspectionSubject
from api.jobs.kinds import ClaimedJob, JobKind
from api.orders import service as orders
from api.orders.subjects import Subject
from api.organisations import places
from api.organisations import service as organisations
from api.organisations.calendar import Calendar
from api.organisations.schemas import PlaceView, SchoolView

if TYPE_CHECKING:
    from api.runtime import Runtime

_LOOK_EVERY_S = 300.0
_LONGEST = dt.timedelta(days=100)
"""From the first to the last day of a form."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A form that is to be there."""

    key: FormKey
    due: Due
    visitor: SchoolView | None


@dataclass(frozen=True, slots=True)
class _District:
    """What forms are made from, read at one moment."""

    plans: Sequence[InspectionPlan]
    schools: Sequence[SchoolView]
    places: Mapping[str, Sequence[PlaceView]]
    made: set[FormKey]


async def make_forms(runtime: Runtime) -> int:
    """Make what is missing; answers how many forms that were."""
    district = await _read(runtime)
    count = 0
    for school in district.schools:
        missing = [
            each
            for each in _wanted(district, school, runtime.clock())
            if each.key not in district.made
        ]
        if not missing:
            continue
        # In the scope of the one school: a form is a school's, like all it is made from.
        async with runtime.work(of_school(school.school_id)) as work:
            for each in missing:
                at = district.places.get(school.school_id, ())
                count += await _make(work, each, school, at, runtime)
    return count


async def _read(runtime: Runtime) -> _District:
    async with runtime.database.read(EVERYTHING) as session:
        stored = InspectionRepository(session)
        plans = await stored.plans()
        if not plans:
            return _District((), (), {}, set())
        at: dict[str, list[PlaceView]] = {}
        for place in await places.list_all(session):
            at.setdefault(place.school_id, []).append(place)
        return _District(
            plans=plans,
            schools=await organisations.list_in_use(session),
            places=at,
            made=await stored.keys_since(runtime.clock().date() - _LONGEST),
        )


def _wanted(district: _District, school: SchoolView, now: dt.datetime) -> Iterator[_Wanted]:
    """Forms of a school whose days have begun and are not over."""
    today = now.astimezone(ZoneInfo(school.time_zone)).date()
    calendar = Calendar.of(school)
    neighbours = {
        each.school_id: each
        for each in district.schools
        if school.community_id is not None and each.community_id == school.community_id
    }
    seen: set[FormKey] = set()
    for plan in district.plans:
        span = span_of(rhythm_of(plan), today)
        if span is None or not is_of(plan, school.school_id):
            continue
        kind, subject = InspectionKind(plan.kind), InspectionSubject(plan.subject)
        told = due(kind, subject, span, calendar, canteen=school.canteen)
        if not isinstance(told, Due) or not told.first <= today <= told.last:
            continue
        visitor = None
        if kind is InspectionKind.MUTUAL:
            found = visitor_of(school.school_id, list(neighbours), span.first)
            if found is None:
                continue
            visitor = neighbours[found]
        key = FormKey(school.school_id, kind, subject, span.first, plan.name)
        if key not in seen:
            seen.add(key)
            yield _Wanted(key, Due(span.first, told.last), visitor)


async def _make(
    work: UnitOfWork,
    wanted: _Wanted,
    school: SchoolView,
    at: Sequence[PlaceView],
    runtime: Runtime,
) -> bool:
    zone = ZoneInfo(school.time_zone)
    profiles = runtime.profiles.in_force(work.now.astimezone(zone).date())
    items = _items(profiles, wanted.key, school, at)
    if not items:
        return False
    morning = dt.datetime.combine(wanted.due.last + dt.timedelta(days=1), dt.time(), zone)
    duty = Subject(wanted.key.subject)
    values = {
        **wanted.key._asdict(),
        "visitor_school_id": None if wanted.visitor is None else wanted.visitor.school_id,
        "school_name": school.name_zh,
        "visitor_name": "" if wanted.visitor is None else wanted.visitor.name_zh,
        "last_day": wanted.due.last,
        "due_at": morning.astimezone(dt.UTC),
        "profiles": [f"{each.profile} {each.from_day}" for each in profiles],
        "inspector": None
        if wanted.visitor is not None
        else await orders.on_duty(work.session, school.school_id, duty, work.now),
        "version": 1,
        "created_at": work.now,
        "changed_at": work.now,
        "changed_by": "",
        "signed_at": None,
        "signed_by": None,
        "signer": "",
    }
    made = await InspectionRepository(work.session).add(values, [_row(item) for item in items])
    if made is not None:
        await watch.over(work, made, morning.astimezone(dt.UTC))
    return made is not None


def _items(
    profiles: Sequence[Profile], key: FormKey, school: SchoolView, at: Sequence[PlaceView]
) -> list[FormItem]:
    present = [PlaceFacts(place.id, place.kind, {}) for place in at]
    kind, subject = InspectionKind(key.kind), InspectionSubject(key.subject)
    return items_of(profiles, kind, subject, facts_of(school), present)


def _row(item: FormItem) -> InspectionItem:
    return InspectionItem(
        check_id=item.check_id,
        rank=item.rank,
        demand_zh=item.demand.zh,
        demand_en=item.demand.en,
        about=item.about,
        places=[str(each) for each in item.places],
        source_zh=item.source.zh,
        source_en=item.source.en,
        clause=item.clause,
        reading=item.reading,
        note="",
    )


async def _run(runtime: Runtime, _: ClaimedJob) -> None:
    await make_forms(runtime)


def kinds() -> list[JobKind]:
    """The kinds of jobs of this room."""
    return [
        JobKind("inspection_forms", run=_run, every_s=_LOOK_EVERY_S),
        JobKind(FORMS_OF_PLAN, run=_run),
        *watch.kinds(),
    ]

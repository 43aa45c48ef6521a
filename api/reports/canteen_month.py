"""Reads a canteen's month, and those of a district's canteens; what they are is
:mod:`api.reports.canteen_facts`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.roles import Subject
from api.alerts import figures as alerts
from api.cameras import reading as cameras
from api.evidence import service as evidence
from api.evidence.service import ShownFile
from api.orders import figures as orders
from api.organisations import communities
from api.organisations import service as organisations
from api.organisations.calendar import Calendar, NoSchool
from api.organisations.schemas import SchoolView
from api.organisations.subjects import subject_of
from api.register import service as register
from api.reports.canteen_facts import (
    KITCHEN_RULES,
    MOST_ALERTS,
    OF_KITCHENS_ALONE,
    CanteenMonth,
    DistrictCanteens,
    KitchenCamera,
    KitchenFigures,
    Worst,
    by_weekday,
    gravest_of,
    repeated_at,
)
from api.reports.district_month import Figures, Month, check_month
from api.reports.errors import NoCanteenError, ReportTooLargeError

_Progress = Callable[[float], Awaitable[None]]


def check_canteen(school: SchoolView) -> None:
    """Ask whether a school has a canteen.

    Raises:
        NoCanteenError: If none is written down.
    """
    if not school.canteen:
        raise NoCanteenError("the school has no canteen")


async def _kitchens(session: AsyncSession, schools: Collection[str]) -> dict[int, KitchenCamera]:
    rules = await cameras.rules_of_cameras(session)
    found = {}
    for each in await register.list_records(session):
        if each.school.school_id not in schools:
            continue
        if each.place is not None:
            is_kitchen = subject_of(each.place.kind) is Subject.KITCHEN
        else:
            is_kitchen = not OF_KITCHENS_ALONE.isdisjoint(rules.get(each.camera_key, ()))
        if is_kitchen:
            place = each.name if each.place is None else each.place.name
            found[each.camera_key] = KitchenCamera(
                each.camera_key, each.school.school_id, place, each.place is not None
            )
    return found


@dataclass(slots=True)
class _Hours:
    """Camera-hours of one school, added up a day at a time."""

    all: float = 0.0
    open: float = 0.0
    due: float = 0.0
    open_days: int = 0
    closed: Counter[NoSchool] = field(default_factory=Counter)


async def _hours(
    session: AsyncSession,
    month: Month,
    schools: Iterable[SchoolView],
    kitchens: Mapping[int, KitchenCamera],
    progress: _Progress,
) -> dict[str, _Hours]:
    calendars = {each.school_id: Calendar.of(each) for each in schools}
    found = {school_id: _Hours() for school_id in calendars}
    days = (month.following - month.first).days
    for number in range(days):
        # A day at a time: of 6,000 cameras a month has millions of hours.
        day = month.first + dt.timedelta(days=number)
        begin, end = month.midnight(day), month.midnight(day + dt.timedelta(days=1))
        looked = await cameras.watched(session, list(kitchens), begin, end) if kitchens else {}
        why_not = {school_id: calendars[school_id].no_school(day) for school_id in calendars}
        for school_id, why in why_not.items():
            if why is None:
                found[school_id].open_days += 1
            else:
                found[school_id].closed[why] += 1
        of_day = (end - begin).total_seconds()
        for key, camera in kitchens.items():
            sums, seconds = found[camera.school_id], looked.get(key)
            seen_s, off_s = (0.0, 0.0) if seconds is None else seconds
            sums.all += seen_s / 3600
            if why_not[camera.school_id] is None:
                sums.open += seen_s / 3600
                sums.due += max(0.0, of_day - off_s) / 3600
        await progress((number + 1) / days)
    return found


async def _figures(
    session: AsyncSession,
    month: Month,
    schools: Sequence[SchoolView],
    kitchens: Mapping[int, KitchenCamera],
    progress: _Progress,
) -> dict[str, KitchenFigures]:
    hours = await _hours(session, month, schools, kitchens, progress)
    keys = list(kitchens)
    judged: dict[str, list[alerts.JudgedCount]] = {}
    for each in await alerts.judged(session, month.begin, month.end, keys, KITCHEN_RULES):
        judged.setdefault(each.school_id, []).append(each)
    due = await orders.due_in(session, month.begin, month.end, keys, KITCHEN_RULES)
    count = Counter(camera.school_id for camera in kitchens.values())
    return {
        school_id: KitchenFigures(
            hours=sums.all,
            of_hours=sums.due,
            open_hours=sums.open,
            cameras=count[school_id],
            open_days=sums.open_days,
            closed=sums.closed,
            confirmed=sum(each.confirmed for each in judged.get(school_id, ())),
            false_positive=sum(each.false_positive for each in judged.get(school_id, ())),
            pending=sum(each.pending for each in judged.get(school_id, ())),
            due=due[school_id].due if school_id in due else 0,
            on_time=due[school_id].on_time if school_id in due else 0,
        )
        for school_id, sums in hours.items()
    }


async def _by_rule(
    session: AsyncSession, month: Month, kitchens: Mapping[int, KitchenCamera]
) -> dict[str, Figures]:
    keys = list(kitchens)
    seconds = await cameras.analysed_by_rule(session, keys, month.begin, month.end)
    judged: dict[str, list[alerts.JudgedCount]] = {}
    for each in await alerts.judged(session, month.begin, month.end, keys, KITCHEN_RULES):
        judged.setdefault(each.rule, []).append(each)
    return {
        rule: Figures(
            hours=seconds.get(rule, 0.0) / 3600,
            confirmed=sum(each.confirmed for each in judged.get(rule, ())),
            false_positive=sum(each.false_positive for each in judged.get(rule, ())),
            pending=sum(each.pending for each in judged.get(rule, ())),
        )
        for rule in KITCHEN_RULES
        if rule in judged or seconds.get(rule)
    }


async def read_canteen(
    session: AsyncSession,
    school: SchoolView,
    month: Month,
    now: dt.datetime,
    hours_from: dt.datetime,
    progress: _Progress,
    *,
    with_pictures: bool,
) -> CanteenMonth:
    """Read the month of a school's canteen, a day at a time.

    Raises:
        NoCanteenError: If it has no canteen.
        MonthNotKnownError: See :func:`api.reports.district_month.check_month`.
        ReportTooLargeError: If it has more confirmed alerts than one report holds.
    """
    check_month(month, now, hours_from)
    check_canteen(school)
    kitchens = await _kitchens(session, {school.school_id})
    before: KitchenFigures | None = None
    rules_before: dict[str, Figures] = {}
    if month.before.begin >= hours_from:
        earlier = month.before
        [before] = (
            await _figures(session, earlier, [school], kitchens, lambda _: progress(0.0))
        ).values()
        rules_before = await _by_rule(session, earlier, kitchens)
    [kitchen] = (await _figures(session, month, [school], kitchens, progress)).values()
    found = await alerts.confirmed_of(
        session, list(kitchens), KITCHEN_RULES, month.begin, month.end, MOST_ALERTS + 1
    )
    if len(found) > MOST_ALERTS:
        raise ReportTooLargeError(f"more than {MOST_ALERTS} confirmed alerts")
    gravest = gravest_of(found, kitchens)
    pictures: Mapping[UUID, ShownFile] = {}
    if with_pictures:
        pictures = await evidence.snapshots_of(session, [each.id for each in gravest])
    return CanteenMonth(
        month=month,
        as_of=now,
        school=school,
        kitchen=kitchen,
        by_rule=await _by_rule(session, month, kitchens),
        before=before,
        rules_before=rules_before,
        unplaced=sum(not each.is_placed for each in kitchens.values()),
        when=by_weekday(found, month.zone),
        repeated=repeated_at(found, kitchens, month.zone),
        worst=[
            Worst(each, kitchens[each.camera_key].place, pictures.get(each.id)) for each in gravest
        ],
        has_pictures=with_pictures,
    )


async def read_canteens(
    session: AsyncSession,
    month: Month,
    now: dt.datetime,
    hours_from: dt.datetime,
    progress: _Progress,
) -> DistrictCanteens:
    """Read the month of all canteens of a district, a day at a time.

    Raises:
        MonthNotKnownError: See :func:`api.reports.district_month.check_month`.
    """
    check_month(month, now, hours_from)
    listed = (await organisations.list_schools(session, closed=False)).items
    schools = {each.school_id: each for each in listed if each.canteen}
    kitchens = await _kitchens(session, schools)
    found = await _figures(session, month, list(schools.values()), kitchens, progress)
    return DistrictCanteens(
        month=month,
        as_of=now,
        bureau=await communities.get_bureau(session),
        schools=schools,
        by_school=found,
        judged=await _by_rule(session, month, kitchens),
    )

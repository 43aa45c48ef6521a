"""Schedules: a report that one person has made again and again, for themselves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import Scope
from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.auth import people
from api.bus.work import UnitOfWork
from api.db.report import ReportSchedule
from api.kit.errors import NotFoundError
from api.notices import log as notices
from api.notices.schemas import NoticeState, Outcome
from api.organisations import service as organisations
from api.organisations.schemas import SchoolName
from api.reports import service
from api.reports.canteen_month import check_canteen
from api.reports.errors import TooManySchedulesError
from api.reports.schedule_repository import ScheduleRepository, ScheduleRow
from api.reports.schedule_schemas import (
    MailState,
    ScheduleList,
    ScheduleRun,
    ScheduleView,
    ScheduleWrite,
)
from api.reports.schemas import ReportFormat, ReportKind, ReportRequest
from api.reports.timing import Every, Rhythm, month_before
from api.settings import Settings

if TYPE_CHECKING:
    from api.db.organisation import School

MOST = 100
"""Of one person: several for each school of a district would be one of the district."""
_MAIL = {NoticeState.WAITING: MailState.WAITING, NoticeState.SENT: MailState.SENT}


def rhythm_of(schedule: ReportSchedule, time_zone: str | None) -> Rhythm:
    """When a schedule is due, by the clocks of its school or of the district."""
    zone = ZoneInfo(time_zone or organisations.DEFAULT_ZONE)
    return Rhythm(Every(schedule.every), schedule.day, dt.time.fromisoformat(schedule.at), zone)


async def list_schedules(session: AsyncSession, settings: Settings, username: str) -> ScheduleList:
    """A person's schedules, and what becomes of their mail."""
    user = await people.find(session, username)
    rows = await ScheduleRepository(session).of(username)
    return ScheduleList(
        items=[await _view(session, row) for row in rows],
        mail=None if user is None else user.mail,
        has_channel=await notices.writes_to_people(session),
        attaches=settings.report_attachments,
    )


async def create(work: UnitOfWork, told: ScheduleWrite, by: Actor) -> ScheduleView:
    """Have a report made again and again.

    Raises:
        NotFoundError: If they know of no such school.
        NoCanteenError: If it is on a canteen, and the school has none.
        TooManySchedulesError: If they have as many as may be.
    """
    zone: str | None = None
    if told.school_id is not None:
        school = await organisations.get_school(work.session, told.school_id)
        if told.kind is ReportKind.CANTEEN_MONTH:
            check_canteen(school)
        zone = school.time_zone
    schedules = ScheduleRepository(work.session)
    if await schedules.count(by.username) >= MOST:
        raise TooManySchedulesError(f"at most {MOST}", params={"most": str(MOST)})
    schedule = ReportSchedule(
        username=by.username,
        **told.model_dump(mode="json"),
        created_at=work.now,
        next_at=work.now,
        missed=0,
    )
    schedule.next_at = rhythm_of(schedule, zone).after(work.now)
    await schedules.add(schedule)
    _log(work, AccessAction.REPORT_SCHEDULED, schedule, by)
    return await _get(work.session, by.username, schedule.id)


async def pause(work: UnitOfWork, schedule_id: int, by: Actor, *, is_paused: bool) -> ScheduleView:
    """Let a schedule rest, or go on with its next time: what it slept through is not made up for.

    Raises:
        NotFoundError: If they have no such schedule.
    """
    schedule = await locked(work, schedule_id, by.username)
    if is_paused and schedule.paused_at is None:
        schedule.paused_at = work.now
        _log(work, AccessAction.REPORT_SCHEDULE_PAUSED, schedule, by)
    elif not is_paused and schedule.paused_at is not None:
        schedule.paused_at = None
        zone = await zone_of(work.session, schedule)
        schedule.next_at = rhythm_of(schedule, zone).after(work.now)
        _log(work, AccessAction.REPORT_SCHEDULE_RESUMED, schedule, by)
    await work.session.flush()
    return await _get(work.session, by.username, schedule_id)


async def delete(work: UnitOfWork, schedule_id: int, by: Actor) -> None:
    """Forget a schedule; reports that it had made stay.

    Raises:
        NotFoundError: If they have no such schedule.
    """
    schedule = await locked(work, schedule_id, by.username)
    _log(work, AccessAction.REPORT_SCHEDULE_DELETED, schedule, by)
    await ScheduleRepository(work.session).delete(schedule)


async def run_now(
    work: UnitOfWork,
    settings: Settings,
    schedule_id: int,
    by: Actor,
    scope: Scope,
    *,
    with_pictures: bool,
) -> ScheduleView:
    """Have a schedule's report made and told of at once; its times stay as they are.

    Raises:
        NotFoundError: If they have no such schedule, or know of its school no more.
        ApiError: As for :func:`api.reports.service.ask`.
    """
    schedule = await locked(work, schedule_id, by.username)
    if not scope.covers(schedule.school_id):
        raise NotFoundError("it is no report of theirs any more")
    await ask(work, settings, schedule, work.now, by, with_pictures=with_pictures)
    await work.session.flush()
    return await _get(work.session, by.username, schedule_id)


async def ask(
    work: UnitOfWork,
    settings: Settings,
    schedule: ReportSchedule,
    due_at: dt.datetime,
    by: Actor,
    *,
    with_pictures: bool,
) -> None:
    """Ask for the report that a schedule had due then, and note that."""
    kind = ReportKind(schedule.kind)
    zone = ZoneInfo(await zone_of(work.session, schedule) or organisations.DEFAULT_ZONE)
    asked = ReportRequest(
        kind=kind,
        format=ReportFormat(schedule.format),
        language="en" if schedule.language == "en" else "zh",
        school_id=schedule.school_id,
        month=month_before(due_at, zone) if kind.is_of_a_month else None,
    )
    report = await service.ask(work, settings, asked, by, with_pictures=with_pictures)
    note_run(schedule, due_at, work.now, report_id=report.id)


def note_run(
    schedule: ReportSchedule,
    due_at: dt.datetime,
    now: dt.datetime,
    *,
    report_id: int | None = None,
    error: str | None = None,
) -> None:
    """Note what a run came to."""
    schedule.due_at, schedule.ran_at, schedule.missed = due_at, now, 0
    schedule.report_id, schedule.error = report_id, error
    schedule.mail = schedule.notice_id = None


async def zone_of(session: AsyncSession, schedule: ReportSchedule) -> str | None:
    """The clocks a schedule goes by; None of the district's."""
    if schedule.school_id is None:
        return None
    return (await organisations.get_school(session, schedule.school_id)).time_zone


async def locked(work: UnitOfWork, schedule_id: int, username: str) -> ReportSchedule:
    """One of a person's schedules, kept from others.

    Raises:
        NotFoundError: If they have no such schedule.
    """
    found = await ScheduleRepository(work.session).lock(username, schedule_id)
    if found is None:
        raise NotFoundError("no such schedule")
    return found


def _log(work: UnitOfWork, action: AccessAction, schedule: ReportSchedule, by: Actor) -> None:
    subject = f"{schedule.kind} {schedule.every} {schedule.day} {schedule.at}"
    audit.log(work, action, by.username, by.client, subject=subject, school_id=schedule.school_id)


async def _get(session: AsyncSession, username: str, schedule_id: int) -> ScheduleView:
    [row] = await ScheduleRepository(session).of(username, schedule_id)
    return await _view(session, row)


async def _view(session: AsyncSession, row: ScheduleRow) -> ScheduleView:
    schedule, school = row
    return ScheduleView(
        id=schedule.id,
        kind=ReportKind(schedule.kind),
        school=None if schedule.school_id is None else _name(schedule.school_id, school),
        format=ReportFormat(schedule.format),
        language="en" if schedule.language == "en" else "zh",
        every=Every(schedule.every),
        day=schedule.day,
        at=schedule.at,
        time_zone=organisations.DEFAULT_ZONE if school is None else school.time_zone,
        is_paused=schedule.paused_at is not None,
        next_at=schedule.next_at if schedule.paused_at is None else None,
        last=await _last(session, schedule),
    )


def _name(school_id: str, school: School | None) -> SchoolName:
    """By its id where it is out of scope by now."""
    if school is None:
        return SchoolName(school_id=school_id, name=school_id)
    return organisations.name_of(school)


async def _last(session: AsyncSession, schedule: ReportSchedule) -> ScheduleRun | None:
    if schedule.due_at is None or schedule.ran_at is None:
        return None
    report = None
    if schedule.report_id is not None:
        report = await service.find(session, schedule.report_id)
    mail, outcome = await _mail(session, schedule)
    return ScheduleRun(
        due_at=schedule.due_at,
        ran_at=schedule.ran_at,
        missed=schedule.missed,
        report=report,
        error=schedule.error or "",
        mail=mail,
        outcome=outcome,
    )


async def _mail(
    session: AsyncSession, schedule: ReportSchedule
) -> tuple[MailState | None, Outcome | None]:
    if schedule.notice_id is None:
        return None if schedule.mail is None else MailState(schedule.mail), None
    standing = await notices.standing_of(session, schedule.notice_id)
    if standing is None:
        return None, None
    state, outcome = standing
    return _MAIL.get(state, MailState.NOT_SENT), outcome

"""Makes scheduled reports when they are due, once, and has their people told.

One recurring job looks after all of them, inside of the transaction that marks it done: of several
processes one has it, and what one that dies had begun has not happened. When it is due next stands
at each schedule itself, so a time at which nobody ran is made up for once, whenever somebody does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.audit.changes import Actor
from api.auth import people
from api.bus.work import UnitOfWork
from api.db.models import User
from api.db.report import ReportSchedule
from api.jobs.kinds import ClaimedJob, JobKind
from api.kit.errors import ApiError, NotFoundError, UnavailableError
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, mail_to, tell
from api.reports import schedules, service
from api.reports.schedule_repository import ScheduleRepository
from api.reports.schedule_schemas import MailState
from api.reports.schemas import ReportState, ReportView

if TYPE_CHECKING:
    from api.runtime import Runtime

_LOOK_EVERY_S = 20.0
_AT_ONCE = 10
"""Asked for in one transaction; on the first of a month the rest comes at the next looks."""
_NEEDS = frozenset({Permission.SEE_COMPLIANCE, Permission.EXPORT})
_log = structlog.get_logger(__name__)


async def look(runtime: Runtime, work: UnitOfWork, _: ClaimedJob) -> None:
    """Ask for what is due, and tell of what is made."""
    kept = ScheduleRepository(work.session)
    for schedule in await kept.lock_due(work.now, _AT_ONCE):
        if not await _run(runtime, work, schedule):
            break
    await work.session.flush()
    for schedule in await kept.lock_untold():
        await _tell(work, schedule)


async def _run(runtime: Runtime, work: UnitOfWork, schedule: ReportSchedule) -> bool:
    """Answers whether more may be asked for now."""
    try:
        zone = await schedules.zone_of(work.session, schedule)
    except NotFoundError:
        zone = None
    rhythm = schedules.rhythm_of(schedule, zone)
    due_at, missed = rhythm.last_until(schedule.next_at, work.now)
    user = await people.find(work.session, schedule.username)
    error = await _why_not(work, schedule, user)
    try:
        if error is None and user is not None:
            pictures = Permission.SEE_PICTURES in ROLES[Role(user.role)].permissions
            by = Actor(schedule.username, "")
            await schedules.ask(
                work, runtime.settings, schedule, due_at, by, with_pictures=pictures
            )
    except UnavailableError:
        # Too many wait: it stays due, and is looked at again soon.
        return False
    except ApiError as refused:
        error = refused.code
    if error is not None:
        schedules.note_run(schedule, due_at, work.now, error=error)
    schedule.missed = missed
    schedule.next_at = rhythm.after(work.now)
    _log.info("report_schedule_ran", schedule_id=schedule.id, missed=missed, error=error or "")
    return True


async def _why_not(work: UnitOfWork, schedule: ReportSchedule, user: User | None) -> str | None:
    """Why its person may not have it made now, as a problem's code."""
    if user is None or not people.may_sign_in(user, work.now):
        return "schedule_person_gone"
    scope = await people.scope_of(work.session, user)
    may = ROLES[Role(user.role)].permissions >= _NEEDS and scope.place_ids is None
    return None if may and scope.covers(schedule.school_id) else "schedule_out_of_scope"


async def _tell(work: UnitOfWork, schedule: ReportSchedule) -> None:
    assert schedule.report_id is not None, "it has a report that nobody was told of"
    report = await service.get(work.session, schedule.report_id)
    if report.state in (ReportState.WAITING, ReportState.RUNNING):
        return
    if report.state is not ReportState.READY:
        schedule.mail = MailState.NO_REPORT
        return
    told = _told(report)
    await tell(work, told)
    schedule.notice_id = await mail_to(work, schedule.username, told)
    schedule.mail = MailState.NO_CHANNEL if schedule.notice_id is None else MailState.WAITING


def _told(report: ReportView) -> Told:
    period = {} if report.month is None else {"period": report.month}
    return Told(
        NoticeEvent.REPORT_READY,
        about=f"report {report.id}",
        key=str(report.id),
        school_id=None if report.school is None else report.school.school_id,
        facts={"report_kind": report.kind, **period},
    )


def kinds() -> list[JobKind]:
    """The kind of job that looks after schedules."""
    return [JobKind("report_schedules", within=look, every_s=_LOOK_EVERY_S)]

"""Scheduled reports over HTTP: each person's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    UnavailableError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.reports import schedules
from api.reports.errors import (
    MonthNotKnownError,
    NoCanteenError,
    NoFontError,
    NoTypesetterError,
    TooManySchedulesError,
)
from api.reports.schedule_schemas import (
    ScheduleList,
    SchedulePause,
    ScheduleView,
    ScheduleWrite,
)
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/report-schedules", tags=["reports"])
_Exporter = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE, Permission.EXPORT))]
_READ = (NotSignedInError, ForbiddenError)
_WRITE = (*_READ, BadCsrfError, InvalidError, NotFoundError)


@router.get(
    "",
    operation_id="report_schedules_list",
    summary="One's scheduled reports",
    responses=problems(*_READ),
)
async def list_schedules(session: Reader, person: _Exporter, runtime: RuntimeDep) -> ScheduleList:
    """What who asks has made again and again, when next, and what the last time came to."""
    return await schedules.list_schedules(session, runtime.settings, person.username)


@router.post(
    "",
    operation_id="report_schedules_create",
    summary="Have a report made again and again",
    status_code=201,
    responses=problems(*_WRITE, NoCanteenError, TooManySchedulesError),
)
async def create_schedule(
    body: ScheduleWrite, person: _Exporter, by: By, work: Writer
) -> ScheduleView:
    """For oneself: who asks is told by mail, while they may see it. Logged."""
    if body.school_id is None and person.scope.school_ids is not None:
        raise ForbiddenError("a report on the whole district is for the district")
    return await schedules.create(work, body, by)


@router.put(
    "/{schedule_id}/paused",
    operation_id="report_schedules_pause",
    summary="Let a scheduled report rest, or go on",
    responses=problems(*_WRITE),
)
async def pause_schedule(
    schedule_id: RowNumber, body: SchedulePause, _: _Exporter, by: By, work: Writer
) -> ScheduleView:
    """One's own alone. What it slept through is not made up for. Logged."""
    return await schedules.pause(work, schedule_id, by, is_paused=body.is_paused)


@router.post(
    "/{schedule_id}/run",
    operation_id="report_schedules_run",
    summary="Have a scheduled report made now",
    responses=problems(
        *_WRITE,
        MonthNotKnownError,
        NoCanteenError,
        NoFontError,
        NoTypesetterError,
        UnavailableError,
    ),
)
async def run_schedule(
    schedule_id: RowNumber, person: _Exporter, by: By, work: Writer, runtime: RuntimeDep
) -> ScheduleView:
    """One's own alone; its times stay as they are. Logged as a report that was asked for."""
    pictures = Permission.SEE_PICTURES in person.permissions
    return await schedules.run_now(
        work, runtime.settings, schedule_id, by, person.scope, with_pictures=pictures
    )


@router.delete(
    "/{schedule_id}",
    operation_id="report_schedules_delete",
    summary="Forget a scheduled report",
    status_code=204,
    responses=problems(*_WRITE),
)
async def delete_schedule(schedule_id: RowNumber, _: _Exporter, by: By, work: Writer) -> None:
    """One's own alone; reports that were made stay. Logged."""
    await schedules.delete(work, schedule_id, by)

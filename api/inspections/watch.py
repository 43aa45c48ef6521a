"""Reminds of forms that are due, and tells of those that are overdue.

Whether a form is overdue is told by its deadline alone; that somebody is told, durable jobs see to,
once.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.inspection import Inspection
from api.inspections.repository import InspectionRepository
from api.jobs import service as jobs
from api.jobs.kinds import ClaimedJob, JobKind
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, tell

if TYPE_CHECKING:
    from api.runtime import Runtime

_REMINDER = "inspection_reminder"
_OVERDUE = "inspection_overdue"
_REMIND_BEFORE = dt.timedelta(hours=9)
"""Three in the afternoon of the last day: there is time to do it before people go home."""


async def over(work: UnitOfWork, inspection_id: int, due_at: dt.datetime) -> None:
    """Have a form looked at before and when its time is up."""
    told = {"inspection_id": str(inspection_id)}
    remind_at = max(due_at - _REMIND_BEFORE, work.now)
    await jobs.ask(work, _REMINDER, str(inspection_id), told, due_at=remind_at)
    await jobs.ask(work, _OVERDUE, str(inspection_id), told, due_at=due_at)


async def _open(work: UnitOfWork, job: ClaimedJob) -> Inspection | None:
    row = await InspectionRepository(work.session).lock(int(job.payload["inspection_id"]))
    return None if row is None or row.signed_at is not None else row


async def _tell(work: UnitOfWork, row: Inspection, event: NoticeEvent) -> None:
    told = Told(
        event,
        about=f"inspection {row.id}",
        key=str(row.id),
        # Whoever answers it is told, not whoever is inspected.
        school_id=row.visitor_school_id or row.school_id,
        facts={"inspection_kind": row.kind, "due_at": row.due_at.isoformat()},
    )
    await tell(work, told)


async def _remind(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
    row = await _open(work, job)
    if row is not None and row.due_at > work.now:
        await _tell(work, row, NoticeEvent.INSPECTION_DUE)


async def _note_overdue(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
    row = await _open(work, job)
    if row is None:
        return
    audit.log(
        work,
        AccessAction.INSPECTION_OVERDUE,
        "",
        "",
        subject=f"inspection {row.id}",
        school_id=row.school_id,
    )
    await _tell(work, row, NoticeEvent.INSPECTION_OVERDUE)


def kinds() -> list[JobKind]:
    """The kinds of jobs that look after forms."""
    return [
        JobKind(_REMINDER, within=_remind),
        JobKind(_OVERDUE, within=_note_overdue),
    ]

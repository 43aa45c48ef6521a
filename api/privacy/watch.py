"""Notes in the access log when a request passes its deadline.

Whether it is overdue is told by the deadline alone; that it became so, a durable job writes, once.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.privacy import SubjectRequest
from api.jobs import service as jobs
from api.jobs.kinds import ClaimedJob, JobKind
from api.privacy.repository import PrivacyRepository
from api.privacy.schemas import RequestState

if TYPE_CHECKING:
    from api.runtime import Runtime

_OVERDUE = "request_overdue"


def is_overdue(row: SubjectRequest, now: datetime) -> bool:
    """Whether a request is past its deadline without a decision."""
    return row.state == RequestState.RECEIVED and row.due_at < now


async def over(work: UnitOfWork, row: SubjectRequest) -> None:
    """Have a request looked at when its deadline passes."""
    told = {"request_id": str(row.id), "due_at": row.due_at.isoformat()}
    key = f"{row.id} {told['due_at']}"
    await jobs.ask(work, _OVERDUE, key, told, due_at=max(row.due_at, work.now))


async def _note_overdue(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
    row = await PrivacyRepository(work.session).lock_request(int(job.payload["request_id"]))
    if row is None or row.state != RequestState.RECEIVED:
        return
    if row.due_at.isoformat() == job.payload["due_at"]:
        audit.log(
            work,
            AccessAction.REQUEST_OVERDUE,
            "",
            "",
            subject=f"request {row.id}",
            school_id=row.school_id,
        )


def kinds() -> list[JobKind]:
    """The kinds of jobs of this room."""
    return [JobKind(_OVERDUE, within=_note_overdue)]

"""What an administrator sees of jobs: what waits, and what was given up."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.sessions import Reader, Writer
from api.contract.text import StorableText
from api.jobs import service
from api.jobs.schemas import JobPage, JobState, JobView
from api.kit.errors import (
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber

router = RoomRouter(prefix="/api/v1/jobs", tags=["jobs"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.SEE_JOBS))]


@router.get(
    "",
    operation_id="jobs_list",
    summary="Jobs that wait or were given up",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_jobs(
    session: Reader,
    _: _Manager,
    state: JobState = JobState.FAILED,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[StorableText | None, Query(max_length=512)] = None,
) -> JobPage:
    """What the command centre does by itself."""
    return await service.list_jobs(session, state, limit=limit, cursor=cursor)


@router.post(
    "/{job_id}/retry",
    operation_id="jobs_retry",
    summary="Try a job again that was given up",
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def retry(job_id: RowNumber, person: _Manager, request: Request, work: Writer) -> JobView:
    """Begins at once, with as many attempts as a new one; logged."""
    return await service.retry(work, job_id, person.username, client_of(request))


@router.delete(
    "/{job_id}",
    operation_id="jobs_discard",
    summary="Forget a job that was given up",
    status_code=204,
    responses=problems(NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError),
)
async def discard(job_id: RowNumber, person: _Manager, request: Request, work: Writer) -> None:
    """It is never tried again; logged."""
    await service.discard(work, job_id, person.username, client_of(request))

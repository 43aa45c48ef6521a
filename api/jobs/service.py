"""What other rooms may ask of jobs, and what an administrator may do about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.job import Job
from api.jobs.repository import JobRepository
from api.jobs.schemas import JobPage, JobState, JobView
from api.kit.errors import NotFoundError
from api.kit.pagination import Cursor

_DONE_KEPT = timedelta(days=7)
"""For so long a job that was done is not done again when it is asked for again."""


async def ask(
    work: UnitOfWork,
    kind: str,
    key: str,
    payload: Mapping[str, str] | None = None,
    *,
    due_at: datetime | None = None,
) -> bool:
    """Have something done, once the unit of work is committed.

    Args:
        work: It stands or falls with it.
        kind: Name of a :class:`api.jobs.kinds.JobKind`.
        key: Not empty; asking again under the same key changes nothing for a week.
        payload: What it needs.
        due_at: When it begins; at once by default.

    Returns:
        Whether it was new.
    """
    if not key:
        raise ValueError("a job that does not recur needs a key")
    jobs = JobRepository(work.session)
    return await jobs.add(kind, key, payload or {}, work.now, due_at or work.now)


async def ask_all(
    work: UnitOfWork, kind: str, payloads: Mapping[str, Mapping[str, str]], *, due_at: datetime
) -> None:
    """Have many things of a kind done, as :func:`ask` has one.

    Args:
        work: They stand or fall with it.
        kind: Name of a :class:`api.jobs.kinds.JobKind`.
        payloads: What each needs, by its key; some hundreds at most.
        due_at: When they begin.
    """
    await JobRepository(work.session).add_all(kind, payloads, work.now, due_at)


async def withdraw(work: UnitOfWork, kind: str, key: str) -> bool:
    """Have something not done after all; answers whether it had not begun yet."""
    return await JobRepository(work.session).remove_open(kind, key)


async def given_up(session: AsyncSession, kind: str, keys: Sequence[str]) -> set[str]:
    """Those of some jobs of a kind that were given up, or are there no more."""
    return set(keys) - await JobRepository(session).open_keys(kind, keys) if keys else set()


async def forget_done(work: UnitOfWork) -> None:
    """Forget what was done long ago."""
    await JobRepository(work.session).delete_done_before(work.now - _DONE_KEPT)


def _view(row: Job) -> JobView:
    return JobView(
        id=row.id,
        kind=row.kind,
        key=row.key,
        state=JobState.WAITING if row.failed_at is None else JobState.FAILED,
        is_running=row.claim is not None,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        done_at=row.done_at,
        failed_at=row.failed_at,
        error=row.error,
    )


async def list_jobs(
    session: AsyncSession, state: JobState, *, limit: int, cursor: str | None
) -> JobPage:
    """A page of jobs of one state."""
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await JobRepository(session).page(state, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    at = None if last is None else last.failed_at or last.due_at
    return JobPage(
        items=[_view(row) for row in rows[:limit]],
        next_cursor=None if last is None or at is None else Cursor(at, str(last.id)).encode(),
    )


async def retry(work: UnitOfWork, job_id: int, username: str, client: str) -> JobView:
    """Have a job that was given up tried again, as often as a new one.

    Raises:
        NotFoundError: If it was not given up.
    """
    row = await _given_up(work, job_id)
    row.failed_at, row.due_at, row.attempts = None, work.now, 0
    _log(work, AccessAction.JOB_RETRIED, row, username, client)
    return _view(row)


async def discard(work: UnitOfWork, job_id: int, username: str, client: str) -> None:
    """Forget a job that was given up.

    Raises:
        NotFoundError: If it was not given up.
    """
    row = await _given_up(work, job_id)
    _log(work, AccessAction.JOB_DISCARDED, row, username, client)
    await JobRepository(work.session).remove(row)


async def _given_up(work: UnitOfWork, job_id: int) -> Job:
    row = await JobRepository(work.session).lock_failed(job_id)
    if row is None:
        raise NotFoundError
    return row


def _log(work: UnitOfWork, action: AccessAction, row: Job, username: str, client: str) -> None:
    audit.log(work, action, username, client, subject=f"{row.kind} {row.id}"[:64])

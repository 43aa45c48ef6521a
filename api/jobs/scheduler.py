"""Does what is due, in whichever process is alive and gets to it first.

A job is claimed in one transaction and marked done in another, and the mark counts only while the
claim does: of two processes that believe they have it, one is told that it has not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.access.scope import EVERYTHING, NOTHING
from api.jobs.kinds import RECURRING_KEY, ClaimedJob, JobKind, NotNowError
from api.jobs.repository import JobRepository
from api.kit.errors import CommandCentreError

if TYPE_CHECKING:
    from api.runtime import Runtime

_AT_ONCE = 4
_LOOK_EVERY_S = 1.0
_log = structlog.get_logger(__name__)


class ClaimLostError(CommandCentreError):
    """An attempt that took too long and counts as dead: another one has the job."""

    code = "claim_lost"


def _next_slot(due_at: datetime | None, every_s: float, now: datetime) -> datetime:
    """The next moment of a recurring job's own grid; what was missed is not made up for."""
    if due_at is None or due_at > now:
        return now + timedelta(seconds=every_s)
    missed = int((now - due_at).total_seconds() // every_s)
    return due_at + timedelta(seconds=every_s * (missed + 1))


class Scheduler:
    """Claims and does jobs in one process.

    Args:
        runtime: The command centre.
        kinds: Every kind this program knows; jobs of others are left to whoever knows them.
    """

    def __init__(self, runtime: Runtime, kinds: Iterable[JobKind]) -> None:
        self._runtime = runtime
        self._kinds = {kind.name: kind for kind in kinds}
        self._recurring = [kind for kind in self._kinds.values() if kind.every_s is not None]

    async def begin(self) -> None:
        """See that every recurring job is there."""
        async with self._runtime.work(NOTHING) as work:
            jobs = JobRepository(work.session)
            for kind in self._recurring:
                await jobs.add(kind.name, RECURRING_KEY, {}, work.now, work.now)

    async def run(self, stopping: asyncio.Event) -> None:
        """Do what is due until the stop; what has begun is ended."""
        running: set[asyncio.Task[None]] = set()
        stop = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                for job in await self._claim_safely(_AT_ONCE - len(running)):
                    running.add(asyncio.create_task(self._do(job)))
                await asyncio.wait(
                    {stop, *running}, timeout=_LOOK_EVERY_S, return_when=asyncio.FIRST_COMPLETED
                )
                running = {task for task in running if not task.done()}
        finally:
            stop.cancel()
            await asyncio.gather(stop, *running, return_exceptions=True)

    async def run_due(self) -> int:
        """Do what is due now, one after the other; answers how many attempts were made."""
        count = 0
        while claimed := await self._claim(1):
            await self._do(claimed[0])
            count += 1
        return count

    async def _claim_safely(self, limit: int) -> list[ClaimedJob]:
        if limit <= 0:
            return []
        try:
            return await self._claim(limit)
        except SQLAlchemyError as error:
            self._runtime.metrics.background_failures.labels("scheduler").inc()
            _log.warning("jobs_not_claimed", reason=type(error).__name__)
            return []

    async def _claim(self, limit: int) -> list[ClaimedJob]:
        # A look is cheap; writing is for when there is something to write.
        async with self._runtime.database.read(NOTHING) as session:
            if not await JobRepository(session).has_due(self._kinds, self._runtime.clock()):
                return []
        async with self._runtime.work(NOTHING) as work:
            return await JobRepository(work.session).claim(self._kinds, work.now, limit)

    async def _do(self, job: ClaimedJob) -> None:
        kind = self._kinds[job.kind]
        keeping = asyncio.create_task(self._keep(job, kind))
        try:
            await self._attempt(job, kind)
        except ClaimLostError:
            _log.warning("job_claim_lost", kind=job.kind, job_id=job.id)
        except NotNowError as error:
            await self._record_failure(job, kind, error.trouble, error.after_s)
        except Exception as error:  # noqa: BLE001 -- the supervisor's boundary
            self._runtime.metrics.background_failures.labels(job.kind).inc()
            _log.exception("job_failed", kind=job.kind, job_id=job.id, attempt=job.attempt)
            code = error.code if isinstance(error, CommandCentreError) else type(error).__name__
            await self._record_failure(job, kind, code)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)

    async def _attempt(self, job: ClaimedJob, kind: JobKind) -> None:
        if kind.run is not None:
            await kind.run(self._runtime, job)
        async with self._runtime.work(EVERYTHING) as work:
            jobs = JobRepository(work.session)
            row = await jobs.held(job)
            if row is None:
                raise ClaimLostError
            if kind.within is not None:
                await kind.within(self._runtime, work, job)
            again = None
            if kind.every_s is not None:
                again = _next_slot(row.due_at, kind.every_s, work.now)
            jobs.finish(row, work.now, again)

    async def _keep(self, job: ClaimedJob, kind: JobKind) -> None:
        """Tell while it runs that it lives."""
        while True:
            await asyncio.sleep(kind.lease_s / 3)
            try:
                async with self._runtime.work(NOTHING) as work:
                    if (row := await JobRepository(work.session).held(job)) is not None:
                        row.claimed_until = work.now + timedelta(seconds=kind.lease_s)
            except SQLAlchemyError as error:
                _log.warning("job_claim_not_kept", kind=job.kind, reason=type(error).__name__)

    async def _record_failure(
        self, job: ClaimedJob, kind: JobKind, code: str, after_s: float = 0.0
    ) -> None:
        try:
            async with self._runtime.work(NOTHING) as work:
                jobs = JobRepository(work.session)
                if (row := await jobs.held(job)) is None:
                    return
                if kind.every_s is None and job.attempt >= kind.attempts:
                    jobs.give_up(row, work.now, code)
                    _log.error("job_given_up", kind=job.kind, job_id=job.id, error=code)
                else:
                    wait_s = max(kind.wait_s(job.attempt), after_s)
                    due_at = work.now + timedelta(seconds=wait_s)
                    jobs.put_off(row, due_at, code)
        except SQLAlchemyError as lost:
            # Its claim runs out, and then it is tried again.
            _log.warning("job_failure_not_recorded", kind=job.kind, reason=type(lost).__name__)

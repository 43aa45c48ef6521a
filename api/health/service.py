"""Gathers what health and metrics tell."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import EVERYTHING, Scope
from api.alerts import service as alerts
from api.expiry_clock import read_state
from api.health.schemas import Health, HealthProblem, HealthStatus, ProblemCode
from api.kit.metrics import SchoolMetrics
from api.kit.version import VERSION
from api.workers import service as workers
from api.workers.schemas import WorkerView

if TYPE_CHECKING:
    from api.runtime import Runtime

_log = structlog.get_logger(__name__)


_CLOCK_OFF_S = 60.0
"""Far more than a network delays; times of alerts, footage and schedules are wrong by it."""
_DISK_LOW_BYTES = 512 * 1024 * 1024
"""Of a worker: with less, its recorder and outbox are about to fail."""


def _of_worker(worker: WorkerView) -> Iterator[ProblemCode]:
    if worker.lost:
        yield ProblemCode.WORKER_LOST
    if worker.disk_free_bytes < _DISK_LOW_BYTES:
        yield ProblemCode.WORKER_DISK_FULL
    if abs(worker.clock_offset_s) > _CLOCK_OFF_S:
        yield ProblemCode.WORKER_CLOCK_OFF
    if worker.outbox_refused:
        yield ProblemCode.MESSAGES_REFUSED


async def _of_centre(runtime: Runtime, session: AsyncSession) -> list[ProblemCode]:
    settings, now = runtime.settings, runtime.clock()
    found = []
    free_bytes = (await asyncio.to_thread(shutil.disk_usage, settings.data_dir)).free
    if free_bytes <= settings.evidence_leaves_free_bytes:
        found.append(ProblemCode.DISK_FULL)
    if await alerts.is_any_dated_after(session, now + timedelta(seconds=_CLOCK_OFF_S)):
        found.append(ProblemCode.ALERTS_DATED_AHEAD)
    if (await read_state(session, now, settings.lost_after_s)).waits(now):
        found.append(ProblemCode.EXPIRY_WAITS)
    return found


async def health(runtime: Runtime, scope: Scope) -> Health:
    """Whether the database answers, and what is not well here and at the workers in scope."""
    try:
        async with runtime.database.read(scope) as session:
            known = await workers.list_workers(
                session, runtime.clock(), runtime.settings.lost_after_s
            )
            own = await _of_centre(runtime, session)
    except (SQLAlchemyError, OSError) as error:
        _log.error("health_database_failed", reason=type(error).__name__)
        return Health(
            status=HealthStatus.FAILING,
            version=VERSION,
            database="failing",
            problems=[],
            workers=[],
        )
    problems = [HealthProblem(code=code) for code in own]
    problems += [
        HealthProblem(code=code, worker_id=worker.worker_id)
        for worker in known
        for code in _of_worker(worker)
    ]
    return Health(
        status=HealthStatus.DEGRADED if problems else HealthStatus.OK,
        version=VERSION,
        database="ok",
        problems=problems,
        workers=known,
    )


async def metrics(runtime: Runtime, scope: Scope | None) -> bytes:
    """Metrics in Prometheus text format; gauges are read at the scrape.

    Args:
        runtime: The command centre.
        scope: Whose; None for all, with those of the process itself.
    """
    schools = SchoolMetrics()
    now = runtime.clock()
    async with runtime.database.read(EVERYTHING if scope is None else scope) as session:
        counted = await alerts.count_by_status(session)
        known = await workers.list_workers(session, now, runtime.settings.lost_after_s)
    for status, count in counted.items():
        schools.alerts.labels(status).set(count)
    for worker in known:
        silence_s = (now - worker.last_seen_at).total_seconds()
        schools.worker_silence.labels(worker.school.school_id, worker.worker_id).set(silence_s)
        schools.worker_outbox.labels(worker.school.school_id, worker.worker_id).set(
            worker.outbox_pending
        )
    if scope is not None:
        return schools.render()
    gathered = runtime.metrics
    gathered.subscribers.set(runtime.bus.subscriber_count)
    gathered.viewers.set(runtime.viewing.viewer_count)
    return gathered.render() + schools.render()

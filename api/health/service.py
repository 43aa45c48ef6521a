"""Gathers what health and metrics tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.alerts import service as alerts
from api.health.schemas import Health, HealthStatus
from api.kit.version import VERSION
from api.workers import service as workers

if TYPE_CHECKING:
    from api.runtime import Runtime

_log = structlog.get_logger(__name__)


async def health(runtime: Runtime) -> Health:
    """Whether the database answers and the workers live."""
    try:
        async with runtime.database.read() as session:
            known = await workers.list_workers(
                session, runtime.clock(), runtime.settings.lost_after_s
            )
    except SQLAlchemyError as error:
        _log.error("health_database_failed", reason=type(error).__name__)
        return Health(status=HealthStatus.FAILING, version=VERSION, database="failing", workers=[])
    is_lost = any(worker.lost for worker in known)
    return Health(
        status=HealthStatus.DEGRADED if is_lost else HealthStatus.OK,
        version=VERSION,
        database="ok",
        workers=known,
    )


async def metrics(runtime: Runtime) -> bytes:
    """Metrics in Prometheus text format; gauges are read at the scrape."""
    gathered = runtime.metrics
    now = runtime.clock()
    async with runtime.database.read() as session:
        counted = await alerts.count_by_status(session)
        known = await workers.list_workers(session, now, runtime.settings.lost_after_s)
    for status, count in counted.items():
        gathered.alerts.labels(status).set(count)
    for worker in known:
        silence_s = (now - worker.last_seen_at).total_seconds()
        gathered.worker_silence.labels(worker.worker_id).set(silence_s)
        gathered.worker_outbox.labels(worker.worker_id).set(worker.outbox_pending)
    gathered.subscribers.set(runtime.bus.subscriber_count)
    gathered.viewers.set(runtime.viewing.viewer_count)
    return gathered.render()

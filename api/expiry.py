"""Deletes what has been kept long enough: one round, within a few seconds, often.

Nothing about an alert that a person confirmed or holds is deleted unless the settings say so. Each
step is a transaction of its own, so that whoever reports meanwhile waits for a moment only; what a
round did not reach is the next one's. ``docs/decisions/0031-expiry.md`` says where the numbers
come from.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from api.alerts import expiry as alerts
from api.audit import service as audit
from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.compliance import service as compliance
from api.evidence import service as evidence

if TYPE_CHECKING:
    from api.runtime import Runtime
    from api.settings import Settings

_ROUND_S = 5.0
"""A stop waits for the round that runs."""
_log = structlog.get_logger(__name__)

Step = Callable[[UnitOfWork], Awaitable[int]]
"""Deletes a bounded number of things; answers how many."""


def due(settings: Settings, now: datetime) -> alerts.Due:
    """The moments before which alerts and their evidence have been kept long enough."""

    def ago(days: int) -> datetime:
        return now - timedelta(days=days)

    confirmed = settings.keep_confirmed_days
    return alerts.Due(
        false_positive=ago(settings.keep_false_positive_days),
        unjudged=ago(settings.keep_unjudged_days),
        confirmed=None if confirmed is None else ago(confirmed),
        records=ago(settings.keep_records_days),
    )


def _steps(runtime: Runtime, now: datetime) -> dict[str, Step]:
    settings, store = runtime.settings, runtime.evidence
    past = due(settings, now)
    log_from = now - timedelta(days=settings.keep_access_log_days)
    analysed_from = now - timedelta(days=settings.keep_analysed_days)
    return {
        "evidence": lambda work: alerts.delete_evidence(work, store, past),
        "alert": lambda work: alerts.delete_records(work, past),
        "evidence_of_nothing": lambda work: evidence.delete_unnamed(work, store, past.unjudged),
        "access_log": lambda work: audit.delete_before(work, log_from),
        "analysed_time": lambda work: cameras.delete_analysed_before(work, analysed_from),
        "retention_verdict": lambda work: compliance.delete_old_verdicts(work),
    }


async def run(runtime: Runtime) -> None:
    """One round."""
    until_s = time.monotonic() + _ROUND_S
    for kind, step in _steps(runtime, runtime.clock()).items():
        total = 0
        while time.monotonic() < until_s:
            async with runtime.work() as work:
                deleted = await step(work)
            if not deleted:
                break
            total += deleted
            runtime.metrics.deleted.labels(kind).inc(deleted)
        if total:
            _log.info("deleted_after_its_time", kind=kind, count=total)

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

from api.access.scope import EVERYTHING
from api.alerts import expiry as alerts
from api.audit import service as audit
from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.compliance import service as compliance
from api.evidence import service as evidence
from api.exams import keeping as exams
from api.expiry_clock import ExpiryClock
from api.meetings import ending as meetings
from api.privacy import expiry as privacy
from api.reports import service as reports

if TYPE_CHECKING:
    from api.runtime import Runtime
    from api.settings import Settings

_log = structlog.get_logger(__name__)

Step = Callable[[UnitOfWork], Awaitable[int | None]]
"""Deletes a bounded number of things; answers how many, None when nothing is left."""


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


class Expiry:
    """Rounds of deleting, and how far they have looked.

    Args:
        kind_s: How long a round deletes of one kind; a stop waits for the round that runs.
        clock: The moment by which things expire.
    """

    def __init__(self, kind_s: float = 1.0, clock: ExpiryClock | None = None) -> None:
        self._kind_s = kind_s
        self._clock = clock or ExpiryClock()
        self._looked_to: datetime | None = None
        """Up to this arrival every file was looked at: is it any alert's?"""

    def _steps(self, runtime: Runtime, now: datetime) -> dict[str, Step]:
        settings, store = runtime.settings, runtime.evidence
        past = due(settings, now)
        log_from = now - timedelta(days=settings.keep_access_log_days)
        years = settings.keep_privacy_years
        report_files = reports.files_of(settings)
        reports_from = now - timedelta(days=settings.keep_reports_days)
        analysed_from = now - timedelta(days=settings.keep_analysed_days)

        async def unnamed(work: UnitOfWork) -> int | None:
            looked = await evidence.delete_unnamed(work, store, self._looked_to, past.unjudged)
            if looked is None:
                return None
            deleted, self._looked_to = looked
            return deleted

        return {
            "evidence": lambda work: alerts.delete_evidence(work, store, past),
            "evidence_of_nothing": unnamed,
            "alert": lambda work: alerts.delete_records(work, past),
            "access_log": lambda work: audit.delete_before(work, runtime.audit_key, log_from),
            # As long as the log, which says the same of them.
            "meeting": lambda work: meetings.delete_ended_before(work, log_from),
            "analysed_time": lambda work: cameras.delete_analysed_before(work, analysed_from),
            "retention_verdict": lambda work: compliance.delete_old_verdicts(work, now),
            "exam_showing": lambda work: exams.delete_showings(work, now, settings.keep_exam_days),
            "exam_copy": lambda work: exams.delete_copies(work, runtime.exam_packages),
            "report": lambda work: reports.delete_files(work, report_files, reports_from),
            "subject_request": lambda work: privacy.delete_requests(work, now, years),
            "impact_assessment": lambda work: privacy.delete_assessments(work, now, years),
        }

    async def run(self, runtime: Runtime) -> None:
        """One round."""
        async with runtime.work(EVERYTHING) as work:
            state = await self._clock.move(runtime, work)
        assert state.at is not None
        if state.waits(runtime.clock()):
            _log.error("expiry_waits", at=state.at.isoformat(), boxes_off=str(state.boxes_off))
        for kind, step in self._steps(runtime, state.at).items():
            until_s = time.monotonic() + self._kind_s
            total = 0
            while time.monotonic() < until_s:
                async with runtime.work(EVERYTHING) as work:
                    deleted = await step(work)
                if deleted is None:
                    break
                total += deleted
            if total:
                runtime.metrics.deleted.labels(kind).inc(total)
                _log.info("deleted_after_its_time", kind=kind, count=total)

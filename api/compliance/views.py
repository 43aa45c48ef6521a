"""A camera's retention as the console shows it, above all: is the verdict still true?

A report proves what was there when it was made. Once whoever could prove it is silent, the
camera's footage is ``unknown``: not ``offline``, which only a running recorder can say, and never
what was true hours ago.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.cameras.schemas import CameraView, CameraViewState
from api.cameras.service import ShownCamera
from api.compliance.schemas import (
    RetentionDay,
    RetentionDetail,
    RetentionDoubt,
    RetentionFacts,
    RetentionFootage,
    RetentionRow,
)
from api.compliance.sources import is_verified
from api.contract import RetentionState, RetentionStatus
from api.db.camera import RetentionVerdict

STALE_AFTER = timedelta(hours=3)
"""Workers report each hour; two reports may be late before the last one proves nothing."""
TABLE_GAPS = 100
"""Gaps of one camera in the table."""
MAX_GAPS = 4096
"""All that one report can hold."""


@dataclass(frozen=True, slots=True)
class Looked:
    """Who looks when, and how much of each gap list they get."""

    now: datetime
    max_gaps: int


def doubt(
    camera: CameraView | ShownCamera, told_at: datetime | None, now: datetime
) -> RetentionDoubt | None:
    """Why what was told then is not taken for the present; None when it is."""
    if told_at is None:
        return RetentionDoubt.NEVER_REPORTED
    if camera.state is CameraViewState.WORKER_LOST:
        return RetentionDoubt.WORKER_LOST
    return RetentionDoubt.STALE if now - told_at > STALE_AFTER else None


def facts(status: RetentionStatus, max_gaps: int) -> RetentionFacts:
    """A report's numbers, with its newest gaps."""
    gaps = sorted(status.gaps, key=lambda gap: gap.from_at, reverse=True)
    return RetentionFacts(
        as_of=status.as_of,
        state=status.state,
        required_days=status.required_days,
        required_source=status.required_source,
        required_verified=is_verified(status.required_days, status.required_source),
        max_days=status.max_days,
        time_zone=status.time_zone,
        proven_days=status.proven_days,
        completeness=status.completeness,
        oldest_footage_at=status.oldest_footage_at,
        oldest_continuous_at=status.oldest_continuous_at,
        bytes_held=status.bytes_held,
        forecast=status.forecast,
        broken_promises=sorted(status.broken_promises, key=lambda b: b.broken_at, reverse=True),
        alarms=list(status.alarms),
        clock_offset_s=status.clock_offset_s,
        gap_count=len(gaps),
        gap_s=sum((gap.to_at - gap.from_at).total_seconds() for gap in gaps),
        gaps=gaps[:max_gaps],
        recovered_s=status.recovered_s,
        recovered=sorted(status.recovered, key=lambda span: span.from_at, reverse=True)[:max_gaps],
        is_truncated=status.is_truncated or len(gaps) > max_gaps,
    )


def row(
    camera: CameraView | ShownCamera, status: RetentionStatus | None, looked: Looked
) -> RetentionRow:
    """One camera."""
    why = doubt(camera, None if status is None else status.as_of, looked.now)
    return RetentionRow(
        camera_key=camera.id,
        camera_id=camera.camera_id,
        name=camera.name,
        location=camera.location,
        school=camera.school,
        worker_id=camera.worker_id,
        state=RetentionState.UNKNOWN if status is None or why is not None else status.state,
        doubt=why,
        facts=None if status is None else facts(status, looked.max_gaps),
    )


def day(verdict: RetentionVerdict) -> RetentionDay:
    """One day of the history."""
    return RetentionDay(
        day=verdict.day,
        as_of=verdict.as_of,
        state=RetentionState(verdict.state),
        required_days=verdict.required_days,
        proven_days=verdict.proven_days,
        completeness=verdict.completeness,
        gap_count=verdict.gap_count,
    )


def detail(
    camera: CameraView,
    status: RetentionStatus | None,
    footage: RetentionFootage | None,
    history: list[RetentionDay],
    looked: Looked,
) -> RetentionDetail:
    """One camera with all that is known."""
    return RetentionDetail(
        **dict(row(camera, status, looked)),
        spans=[] if footage is None else footage.spans,
        days=[] if footage is None else footage.days,
        history=history,
    )

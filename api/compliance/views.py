"""What a box told of a camera's retention as the console shows it, above all: is it still true?

A report proves what was there when it was made. Once whoever could prove it is silent, the
camera's footage is ``unknown``: not ``offline``, which only a running recorder can say, and never
what was true hours ago.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from api.cameras.schemas import CameraView, CameraViewState
from api.cameras.service import ShownCamera
from api.compliance.schemas import BoxClaim, RetentionDoubt, RetentionFacts, ToldFacts
from api.compliance.sources import is_verified
from api.contract import FootageGap, RetentionForecast, RetentionStatus

STALE_AFTER = timedelta(hours=3)
"""Workers report each hour; two reports may be late before the last one proves nothing."""
TABLE_SPANS = 100
"""Recovered spans of one camera in the table."""
MAX_GAPS = 4096
"""All that one report can hold."""


def doubt(
    camera: CameraView | ShownCamera, told_at: datetime | None, now: datetime
) -> RetentionDoubt | None:
    """Why what was told then is not taken for the present; None when it is."""
    if told_at is None:
        return RetentionDoubt.NEVER_REPORTED
    if camera.state is CameraViewState.WORKER_LOST:
        return RetentionDoubt.WORKER_LOST
    return RetentionDoubt.STALE if now - told_at > STALE_AFTER else None


def facts(status: RetentionStatus, asked_days: int | None, max_spans: int) -> RetentionFacts:
    """A report's facts, its verdict aside.

    Args:
        status: What was told.
        asked_days: By the command centre; None when nobody asks what the disk will break.
        max_spans: Of what was recovered, the newest.
    """
    return RetentionFacts(
        as_of=status.as_of,
        time_zone=status.time_zone,
        oldest_footage_at=status.oldest_footage_at,
        bytes_held=status.bytes_held,
        forecast=_forecast(status, asked_days),
        broken_promises=sorted(status.broken_promises, key=lambda b: b.broken_at, reverse=True),
        alarms=list(status.alarms),
        clock_offset_s=status.clock_offset_s,
        recovered_s=status.recovered_s,
        recovered=sorted(status.recovered, key=lambda span: span.from_at, reverse=True)[:max_spans],
    )


def told(status: RetentionStatus, max_spans: int) -> ToldFacts:
    """The same with the gaps as the box lists them."""
    return ToldFacts(**dict(facts(status, None, max_spans)), gaps=list(status.gaps))


def detail_at(gaps: Iterable[FootageGap], start: datetime) -> str:
    """What the box wrote for an engineer of the gap that holds this moment."""
    return next((gap.detail for gap in gaps if gap.from_at <= start < gap.to_at), "")


def claim(status: RetentionStatus) -> BoxClaim:
    """The box's own verdict."""
    return BoxClaim(
        as_of=status.as_of,
        state=status.state,
        required_days=status.required_days,
        required_source=status.required_source,
        required_verified=is_verified(status.required_days, status.required_source),
        proven_days=status.proven_days,
        completeness=status.completeness,
        gap_count=len(status.gaps),
        gap_s=sum((gap.to_at - gap.from_at).total_seconds() for gap in status.gaps),
        gaps=sorted(status.gaps, key=lambda gap: gap.from_at, reverse=True),
    )


def _forecast(status: RetentionStatus, asked_days: int | None) -> RetentionForecast | None:
    forecast = status.forecast
    if forecast is None or asked_days == status.required_days:
        return forecast
    # The day on which the box's own number of days breaks says nothing of another number.
    return forecast.model_copy(update={"breaks_on": None})

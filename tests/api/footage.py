"""What a box tells of a camera's footage, and having it judged."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from api.compliance.judging_jobs import judge_new
from api.contract import FootageGap, FootageSpan, RetentionState, RetentionStatus
from api.jobs.kinds import ClaimedJob
from tests.api.centre import Centre
from tests.api.messages import T0, retention

JOB = ClaimedJob(0, "footage_judged", "", {}, 1, "test")
DAY = timedelta(days=1)


def report(
    days: float, *, as_of: datetime = T0, gaps: tuple[Any, ...] = (), **changes: Any
) -> RetentionStatus:
    """Footage of so many days until then, of a camera that is two hundred days old."""
    edges = [as_of - timedelta(days=days), *(at for gap in gaps for at in gap[:2]), as_of]
    told = {
        "as_of": as_of,
        "state": RetentionState.GAP if gaps else RetentionState.COMPLIANT,
        "spans": tuple(
            FootageSpan(from_at=begin, to_at=end)
            for begin, end in zip(edges[::2], edges[1::2], strict=True)
        ),
        "gaps": tuple(
            FootageGap(from_at=begin, to_at=end, cause=cause) for begin, end, cause in gaps
        ),
        "oldest_footage_at": edges[0],
        "earlier_spans": (),
        "life_since_at": T0 - 200 * DAY,
    }
    return retention(**(told | changes))


async def judged(centre: Centre) -> None:
    await judge_new(centre.runtime, JOB)

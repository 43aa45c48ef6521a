"""Judges in the background: what was told since, and what an administrator has judged again.

Few cameras at a time, each in a transaction of its own, so that nobody else waits for long and what
was done stays done.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import structlog

from api.access.scope import EVERYTHING
from api.bus.work import UnitOfWork
from api.compliance.footage_repository import FootageRepository
from api.compliance.judging import Days, judge
from api.compliance.rules import Rules
from api.compliance.verdict_repository import VerdictRepository
from api.jobs.kinds import ClaimedJob, JobKind

if TYPE_CHECKING:
    from api.runtime import Runtime

AGAIN = "footage_judged_again"
"""Asked for by a person; see ``Judgement``."""
_NEW = "footage_judged"
_EVERY_S = 60.0
"""So long a camera's newest footage stands as not judged; boxes report each hour."""
_CAMERAS_AT_ONCE = 50
_log = structlog.get_logger(__name__)


async def judge_new(runtime: Runtime, _: ClaimedJob) -> None:
    """Judge each camera-day of which something was told since it was judged."""
    await judge_due(runtime)


async def judge_due(runtime: Runtime) -> int:
    """Judge what is due now; answers how many camera-days that were."""
    rules: Rules | None = None
    judged = 0
    while True:
        async with runtime.work(EVERYTHING) as work:
            due = await FootageRepository(work.session).take_due(_CAMERAS_AT_ONCE)
            if not due:
                break
            # Most minutes nothing is due, and nobody need know what is asked of schools.
            rules = rules or await Rules.read(work.session, runtime.profiles)
            days = [day for _, day in due]
            cameras = await VerdictRepository(work.session).schools_of({key for key, _ in due})
            wanted = Days(cameras, min(days), max(days), frozenset(due))
            judged += (await judge(work, rules, wanted)).judged
    if judged:
        _log.info("footage_judged", camera_days=judged)
    return judged


async def judge_again(runtime: Runtime, job: ClaimedJob) -> None:
    """Judge days anew by the rules as they stand now; goes on where it was broken off."""
    async with runtime.database.read(EVERYTHING) as session:
        rules = await Rules.read(session, runtime.profiles)
    while True:
        async with runtime.work(EVERYTHING) as work:
            if not await _next_cameras(work, rules, int(job.key)):
                return


async def _next_cameras(work: UnitOfWork, rules: Rules, judgement_id: int) -> bool:
    verdicts = VerdictRepository(work.session)
    row = await verdicts.lock_judgement(judgement_id)
    if row is None or row.ended_at is not None:
        return False
    cameras = await verdicts.cameras(row.last_camera_key, _CAMERAS_AT_ONCE)
    if not cameras:
        row.ended_at = work.now
        return False
    counted = await judge(work, rules, Days(cameras, row.from_day, row.until_day), row.id)
    row.last_camera_key = cameras[-1].key
    row.cameras_done += len(cameras)
    row.days_judged += counted.judged
    row.days_changed += counted.changed
    return True


async def forget_before(work: UnitOfWork, day: date) -> None:
    """Forget facts and verdicts of days before this."""
    await FootageRepository(work.session).delete_before(day)
    await VerdictRepository(work.session).delete_before(day)


def kinds() -> list[JobKind]:
    """What is done in the background."""
    return [
        JobKind(_NEW, run=judge_new, every_s=_EVERY_S),
        JobKind(AGAIN, run=judge_again, attempts=3),
    ]

"""What the command centre does again and again, by whichever of its processes is alive."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from api.access.scope import NOTHING
from api.audit import checking
from api.audit import service as audit
from api.audit.key import keep_anchor
from api.boxes import service as boxes
from api.bus import service as bus
from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.compliance import judging_jobs as compliance
from api.expiry import Expiry
from api.inspections import making as inspections
from api.jobs import service as jobs
from api.jobs.kinds import ClaimedJob, JobKind
from api.meetings import ending as meetings
from api.notices import sending, telling
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, tell
from api.orders import watch as orders
from api.privacy import watch as privacy
from api.reports import making as reports
from api.reports import scheduling as report_schedules

if TYPE_CHECKING:
    from api.runtime import Runtime
    from api.settings import Settings

_WATCH_EVERY_S = 2.0
_PRUNE_EVERY_S = 300.0
_EXPIRE_EVERY_S = 300.0
_ANCHOR_EVERY_S = 300.0
_CHECK_EVERY_S = 24 * 3600.0
_log = structlog.get_logger(__name__)


async def announce_lost_workers(runtime: Runtime, work: UnitOfWork) -> None:
    """Look for workers that fell silent."""
    watch = cameras.Watch.of(runtime.settings, work.now)
    lost = await cameras.announce_lost(work, watch)
    names = await boxes.names_of(work.session, {box_id for box_id, _ in lost}) if lost else {}
    for box_id, worker_id in lost:
        _log.warning("worker_lost", box_id=box_id, worker_id=worker_id)
        name, school_id = names[box_id]
        told = Told(
            NoticeEvent.BOX_LOST,
            about=f"box {box_id}",
            key=f"{box_id} {work.now.isoformat()}",
            school_id=school_id,
            facts={"box": name},
        )
        await tell(work, told)


async def prune(runtime: Runtime, work: UnitOfWork) -> None:
    """Forget old live events, and jobs that were done long ago."""
    await bus.prune(
        work,
        keep=runtime.settings.events_keep,
        older_than=work.now - timedelta(hours=runtime.settings.events_keep_h),
    )
    await jobs.forget_done(work)


def kinds(settings: Settings) -> list[JobKind]:
    """Every kind; most of them recur."""
    expiry = Expiry()

    async def lost_workers(runtime: Runtime, work: UnitOfWork, _: ClaimedJob) -> None:
        await announce_lost_workers(runtime, work)

    async def pruning(runtime: Runtime, work: UnitOfWork, _: ClaimedJob) -> None:
        await prune(runtime, work)

    async def expire(runtime: Runtime, _: ClaimedJob) -> None:
        await expiry.run(runtime)

    async def anchor(runtime: Runtime, _: ClaimedJob) -> None:
        async with runtime.database.read(NOTHING) as session:
            head = await audit.anchor(session)
        path, now = runtime.settings.anchors_path, runtime.clock()
        await asyncio.to_thread(keep_anchor, path, head, now)

    watch_every_s = min(_WATCH_EVERY_S, settings.lost_after_s / 3)
    return [
        JobKind("lost_workers", within=lost_workers, every_s=watch_every_s),
        JobKind("prune", within=pruning, every_s=_PRUNE_EVERY_S),
        JobKind("expiry", run=expire, every_s=_EXPIRE_EVERY_S),
        JobKind("audit_anchor", run=anchor, every_s=_ANCHOR_EVERY_S),
        JobKind(checking.DAILY_JOB, run=checking.run, every_s=_CHECK_EVERY_S),
        JobKind(checking.JOB, run=checking.run, attempts=3),
        *compliance.kinds(),
        *orders.kinds(),
        *privacy.kinds(),
        *reports.kinds(),
        *report_schedules.kinds(),
        *inspections.kinds(),
        *meetings.kinds(),
    ]


def notice_kinds() -> list[JobKind]:
    """Kinds that find whom to tell outside of the console, and tell them."""
    return [*telling.kinds(), *sending.kinds()]

"""What runs on the boxes, and when each last spoke.

Silence is judged by our clock at the arrival of a heartbeat, never by the worker's: a box with
a wrong clock is not lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.contract import Heartbeat, RuleReadiness
from api.db.camera import Worker
from api.organisations import service as organisations
from api.settings import Settings
from api.workers.repository import ToldRules, WorkerRepository
from api.workers.schemas import WorkerRules, WorkerView


@dataclass(frozen=True, slots=True)
class Silence:
    """The moment of looking, and after how long a silent worker is lost."""

    now: datetime
    lost_after_s: float

    @classmethod
    def of(cls, settings: Settings, now: datetime) -> Silence:
        """By the settings."""
        return cls(now, settings.lost_after_s)


async def seen_at(work: UnitOfWork, box_id: int) -> dict[str, datetime]:
    """When each worker of a box was heard of last, by its id."""
    return await WorkerRepository(work.session).seen_at(box_id)


async def record_heartbeat(
    work: UnitOfWork, box_id: int, heartbeat: Heartbeat, lost_after_s: float
) -> bool:
    """Note that a worker of a box lives; answers whether it was taken for lost before."""
    workers = WorkerRepository(work.session)
    known = await workers.get(box_id, heartbeat.worker_id)
    was_lost = known is not None and (
        known.lost_at is not None or _is_lost(known, work.now, lost_after_s)
    )
    await workers.record(box_id, heartbeat, work.now)
    return was_lost


async def mark_lost(work: UnitOfWork, lost_after_s: float) -> list[tuple[int, str]]:
    """Workers, as box and id, that fell silent since the last call; each is answered once."""
    silent = await WorkerRepository(work.session).silent_since(
        work.now - timedelta(seconds=lost_after_s)
    )
    for worker in silent:
        worker.lost_at = work.now
    return [(worker.box_id, worker.worker_id) for worker in silent]


async def list_rules(
    session: AsyncSession, now: datetime, lost_after_s: float
) -> list[WorkerRules]:
    """What each worker can apply, by its id; one that never told has no rules."""
    return [
        WorkerRules(
            school=told.school,
            box_id=told.box_id,
            worker_id=told.worker_id,
            lost=_is_lost(told, now, lost_after_s),
            rules=[RuleReadiness.model_validate(each) for each in told.rules or ()],
        )
        for told in await WorkerRepository(session).rules()
    ]


async def list_workers(
    session: AsyncSession, now: datetime, lost_after_s: float
) -> list[WorkerView]:
    """All workers, by id."""
    return [
        WorkerView(
            school=organisations.name_of(school),
            box_id=box.id,
            worker_id=worker.worker_id,
            version=worker.version,
            contract_version=worker.contract_version,
            started_at=worker.started_at,
            last_seen_at=worker.last_seen_at,
            lost=_is_lost(worker, now, lost_after_s),
            clock_offset_s=(worker.sent_at - worker.last_seen_at).total_seconds(),
            outbox_pending=worker.outbox_pending,
            outbox_bytes=worker.outbox_bytes,
            outbox_refused=worker.outbox_refused,
            disk_free_bytes=worker.disk_free_bytes,
            disk_total_bytes=worker.disk_total_bytes,
            cpu_busy=worker.cpu_busy,
        )
        for worker, box, school in await WorkerRepository(session).all()
    ]


def _is_lost(worker: Worker | ToldRules, now: datetime, lost_after_s: float) -> bool:
    return now - worker.last_seen_at > timedelta(seconds=lost_after_s)

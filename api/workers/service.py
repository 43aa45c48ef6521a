"""Which worker may speak, and when each last did.

Silence is judged by our clock at the arrival of a heartbeat, never by the worker's: a box with
a wrong clock is not lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.contract import Heartbeat, RuleReadiness
from api.db.models import Worker
from api.kit.tokens import token_sha256
from api.workers.repository import WorkerRepository
from api.workers.schemas import WorkerRules, WorkerView

BOX_TOKEN = "box"  # noqa: S105 -- a token's name
"""Name of the token a box makes for its own worker."""


async def find_token(session: AsyncSession, token: str) -> str | None:
    """The name of a token, if it is known.

    It is looked up by its hash, so the time this takes tells nothing about the token.
    """
    found = await WorkerRepository(session).find_token(token_sha256(token))
    return None if found is None else found.name


async def set_box_token(work: UnitOfWork, token: str) -> None:
    """Make this the token of the box's own worker; an earlier one stops working."""
    await WorkerRepository(work.session).replace_token(BOX_TOKEN, token_sha256(token), work.now)


async def record_heartbeat(work: UnitOfWork, heartbeat: Heartbeat, lost_after_s: float) -> bool:
    """Note that a worker lives; answers whether it was taken for lost before."""
    workers = WorkerRepository(work.session)
    known = await workers.get(heartbeat.worker_id)
    was_lost = known is not None and (
        known.lost_at is not None or _is_lost(known, work.now, lost_after_s)
    )
    await workers.record(heartbeat, work.now)
    return was_lost


async def mark_lost(work: UnitOfWork, lost_after_s: float) -> list[str]:
    """Workers that fell silent since the last call; each is answered once."""
    silent = await WorkerRepository(work.session).silent_since(
        work.now - timedelta(seconds=lost_after_s)
    )
    for worker in silent:
        worker.lost_at = work.now
    return [worker.worker_id for worker in silent]


async def list_rules(
    session: AsyncSession, now: datetime, lost_after_s: float
) -> list[WorkerRules]:
    """What each worker can apply, by its id; one that never told has no rules."""
    return [
        WorkerRules(
            worker_id=worker.worker_id,
            lost=_is_lost(worker, now, lost_after_s),
            rules=[RuleReadiness.model_validate(each) for each in worker.rules or ()],
        )
        for worker in await WorkerRepository(session).all()
    ]


async def list_workers(
    session: AsyncSession, now: datetime, lost_after_s: float
) -> list[WorkerView]:
    """All workers, by id."""
    return [
        WorkerView(
            worker_id=worker.worker_id,
            version=worker.version,
            started_at=worker.started_at,
            last_seen_at=worker.last_seen_at,
            lost=_is_lost(worker, now, lost_after_s),
            clock_offset_s=(worker.sent_at - worker.last_seen_at).total_seconds(),
            outbox_pending=worker.outbox_pending,
            outbox_bytes=worker.outbox_bytes,
            outbox_refused=worker.outbox_refused,
            disk_free_bytes=worker.disk_free_bytes,
        )
        for worker in await WorkerRepository(session).all()
    ]


def _is_lost(worker: Worker, now: datetime, lost_after_s: float) -> bool:
    return now - worker.last_seen_at > timedelta(seconds=lost_after_s)

"""Workers in the database."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import Heartbeat
from api.db.camera import Worker
from api.db.organisation import Box, School
from api.organisations.schemas import SchoolName
from api.organisations.school_names import SCHOOL_NAME


class ToldRules(NamedTuple):
    """What a worker said about rules, with its box and its school's names."""

    school: SchoolName
    box_id: int
    worker_id: str
    last_seen_at: datetime
    rules: list[dict[str, object]] | None


class WorkerRepository:
    """Reads and writes ``workers``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, box_id: int, worker_id: str) -> Worker | None:
        """One worker of a box."""
        return await self._session.get(Worker, (box_id, worker_id))

    async def all(self) -> list[tuple[Worker, Box, School]]:
        """All workers with box and school, by school, box and id."""
        query = (
            select(Worker, Box, School)
            .join(Box, Box.id == Worker.box_id)
            .join(School, School.school_id == Box.school_id)
            .order_by(School.school_id, Box.name, Worker.worker_id)
        )
        return [(row[0], row[1], row[2]) for row in await self._session.execute(query)]

    async def rules(self) -> list[ToldRules]:
        """What all workers said about rules, by school, box and id."""
        query = (
            select(
                SCHOOL_NAME,
                Worker.box_id,
                Worker.worker_id,
                Worker.last_seen_at,
                Worker.rules,
            )
            .select_from(Worker)
            .join(Box, Box.id == Worker.box_id)
            .join(School, School.school_id == Box.school_id)
            .order_by(School.school_id, Box.name, Worker.worker_id)
        )
        return [ToldRules._make(row) for row in await self._session.execute(query)]

    async def seen_at(self, box_id: int) -> dict[str, datetime]:
        """When each worker of a box was heard of last, by its id."""
        query = select(Worker.worker_id, Worker.last_seen_at).where(Worker.box_id == box_id)
        return {row.worker_id: row.last_seen_at for row in await self._session.execute(query)}

    async def silent_since(self, moment: datetime) -> list[Worker]:
        """Workers last seen before a moment whose loss was not announced yet."""
        return list(
            await self._session.scalars(
                select(Worker).where(Worker.last_seen_at < moment, Worker.lost_at.is_(None))
            )
        )

    async def record(self, box_id: int, heartbeat: Heartbeat, at: datetime) -> None:
        """Keep what a heartbeat said."""
        await self._session.merge(
            Worker(
                box_id=box_id,
                worker_id=heartbeat.worker_id,
                version=heartbeat.version,
                contract_version=heartbeat.contract_version,
                started_at=heartbeat.started_at,
                sent_at=heartbeat.sent_at,
                last_seen_at=at,
                lost_at=None,
                outbox_pending=heartbeat.outbox_pending,
                outbox_bytes=heartbeat.outbox_bytes,
                outbox_refused=heartbeat.outbox_refused,
                disk_free_bytes=heartbeat.disk_free_bytes,
                disk_total_bytes=heartbeat.disk_total_bytes,
                cpu_busy=heartbeat.cpu_busy,
                rules=[each.model_dump(mode="json") for each in heartbeat.rules],
            )
        )

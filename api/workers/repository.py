"""Workers and their tokens in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract import Heartbeat
from api.db.models import Worker, WorkerToken


class WorkerRepository:
    """Reads and writes ``workers`` and ``worker_tokens``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_token(self, token_sha256: str) -> WorkerToken | None:
        """The token of this hash, unless it was revoked."""
        return await self._session.scalar(
            select(WorkerToken).where(
                WorkerToken.token_sha256 == token_sha256, WorkerToken.revoked_at.is_(None)
            )
        )

    async def replace_token(self, name: str, token_sha256: str, at: datetime) -> None:
        """Make this the one token of that name."""
        if (found := await self.find_token(token_sha256)) is not None and found.name == name:
            return
        await self._session.execute(
            delete(WorkerToken).where(
                (WorkerToken.name == name) | (WorkerToken.token_sha256 == token_sha256)
            )
        )
        self._session.add(WorkerToken(token_sha256=token_sha256, name=name, created_at=at))

    async def get(self, worker_id: str) -> Worker | None:
        """One worker."""
        return await self._session.get(Worker, worker_id)

    async def all(self) -> list[Worker]:
        """All workers, by id."""
        return list(await self._session.scalars(select(Worker).order_by(Worker.worker_id)))

    async def silent_since(self, moment: datetime) -> list[Worker]:
        """Workers last seen before a moment whose loss was not announced yet."""
        return list(
            await self._session.scalars(
                select(Worker).where(Worker.last_seen_at < moment, Worker.lost_at.is_(None))
            )
        )

    async def record(self, heartbeat: Heartbeat, at: datetime) -> None:
        """Keep what a heartbeat said."""
        await self._session.merge(
            Worker(
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
                rules=[each.model_dump(mode="json") for each in heartbeat.rules],
            )
        )

"""What health says."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from api.kit.moments import Moment


class HealthStatus(StrEnum):
    """``ok``; ``degraded``: works, but a worker is lost; ``failing``: the database is down."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


class WorkerView(BaseModel):
    """One worker as its heartbeats tell."""

    worker_id: str
    version: str
    started_at: Moment
    last_seen_at: Moment
    lost: bool
    clock_offset_s: float = Field(
        description="Worker's clock minus ours at its last heartbeat, network delay included."
    )
    outbox_pending: int
    outbox_bytes: int
    disk_free_bytes: int


class Health(BaseModel):
    """Only ``status`` is told to those not signed in."""

    status: HealthStatus
    version: str | None = None
    database: str | None = Field(default=None, description="`ok` or `failing`.")
    workers: list[WorkerView] | None = None

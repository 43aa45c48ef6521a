"""What health says."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from api.workers.schemas import WorkerView


class HealthStatus(StrEnum):
    """``ok``; ``degraded``: works, but a worker is lost; ``failing``: the database is down."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


class Health(BaseModel):
    """Only ``status`` is told to those not signed in."""

    status: HealthStatus
    version: str | None = None
    database: str | None = Field(default=None, description="`ok` or `failing`.")
    workers: list[WorkerView] | None = None

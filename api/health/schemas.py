"""What health says."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from api.workers.schemas import WorkerView


class HealthStatus(StrEnum):
    """``ok``; ``degraded``: works, but has problems; ``failing``: the database is down."""

    OK = "ok"
    DEGRADED = "degraded"
    FAILING = "failing"


class ProblemCode(StrEnum):
    """What is not well, and a person has to look after."""

    WORKER_LOST = "worker_lost"
    WORKER_DISK_FULL = "worker_disk_full"
    WORKER_CLOCK_OFF = "worker_clock_off"
    MESSAGES_REFUSED = "messages_refused"
    DISK_FULL = "disk_full"
    ALERTS_DATED_AHEAD = "alerts_dated_ahead"
    EXPIRY_WAITS = "expiry_waits"


class HealthProblem(BaseModel):
    """One thing that is not well."""

    code: ProblemCode
    worker_id: str | None = Field(default=None, description="Null of the command centre's own.")


class Health(BaseModel):
    """Only ``status`` is told to those not signed in."""

    status: HealthStatus
    version: str | None = None
    database: str | None = Field(default=None, description="`ok` or `failing`.")
    problems: list[HealthProblem] | None = None
    workers: list[WorkerView] | None = None

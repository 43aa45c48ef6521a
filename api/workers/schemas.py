"""What is told about workers."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.contract import RuleReadiness
from api.kit.moments import Moment
from api.organisations.schemas import SchoolName


class WorkerView(BaseModel):
    """One worker as its heartbeats tell."""

    school: SchoolName
    box_id: int
    worker_id: str
    version: str = Field(description="Of its software.")
    contract_version: int = Field(description="The version of the wire that it speaks.")
    started_at: Moment
    last_seen_at: Moment
    lost: bool
    clock_offset_s: float = Field(
        description="Worker's clock minus ours at its last heartbeat, network delay included."
    )
    outbox_pending: int
    outbox_bytes: int
    outbox_refused: int = Field(
        description="Messages it will not send again before somebody says so."
    )
    disk_free_bytes: int
    disk_total_bytes: int | None = Field(
        default=None, description="Null of a worker that does not tell."
    )
    cpu_busy: float | None = Field(
        default=None,
        description="Share of time its processors work, 0 to 1; null of one that does not tell.",
    )


class WorkerRules(BaseModel):
    """What one worker said about rules at its last heartbeat."""

    school: SchoolName
    box_id: int
    worker_id: str
    lost: bool
    rules: list[RuleReadiness]

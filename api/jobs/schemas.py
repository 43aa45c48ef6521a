"""Jobs as an administrator sees them."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from api.kit.moments import Moment


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    """Due some time; the one that runs now is among them."""
    FAILED = "failed"
    """Given up after its last attempt."""


class JobView(BaseModel):
    """One job."""

    id: int
    kind: str
    key: str = Field(description="Names it among its kind; empty for one that recurs.")
    state: JobState
    is_running: bool
    created_at: Moment
    due_at: Moment | None
    attempts: int = Field(description="Attempts since it last succeeded.")
    done_at: Moment | None = Field(description="When it last succeeded.")
    failed_at: Moment | None
    error: str = Field(description="Kind of its last error; empty after a success.")


class JobPage(BaseModel):
    """A page of jobs: given up latest first, waiting by when they are due."""

    items: list[JobView]
    next_cursor: str | None

"""The table of jobs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, RowId


class Job(Base):
    """Something to be done later, or again and again; see ``api/jobs``."""

    __tablename__ = "jobs"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(128))
    """Names it among its kind: asking for it twice changes nothing."""
    payload: Mapped[dict[str, str]] = mapped_column(JSON())
    created_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it begins next; null once it is done or given up."""
    attempts: Mapped[int]
    """Begun since it last succeeded."""
    claim: Mapped[str | None] = mapped_column(String(32))
    """Names the attempt that runs now."""
    claimed_until: Mapped[datetime | None]
    """From then on that attempt counts as dead."""
    done_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it last succeeded."""
    failed_at: Mapped[datetime | None] = mapped_column(index=True)
    """When it was given up."""
    error: Mapped[str] = mapped_column(String(128))
    """Kind of the last error; empty after a success."""

    __table_args__ = (UniqueConstraint("kind", "key"),)

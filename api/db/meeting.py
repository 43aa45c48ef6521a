"""Tables of video meetings, 视频会议: what was called, who was invited, who was there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, RowId


class Meeting(Base):
    """A meeting; its number is that of its room at the engine.

    It belongs to those who are invited, who may be of several schools, and is always asked for by
    the name of one of them.
    """

    __tablename__ = "meetings"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    title: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(32))
    """Of a list: why it was called."""
    about_school_id: Mapped[str | None] = mapped_column(String(64))
    """Null of one about the whole district. What a meeting names may be forgotten before it is."""
    alert_id: Mapped[UUID | None]
    """What it was opened from."""
    order_id: Mapped[int | None]
    host: Mapped[str] = mapped_column(String(64))
    has_lobby: Mapped[bool]
    """Whether the host lets people in one by one."""
    created_at: Mapped[datetime]
    starts_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None] = mapped_column(String(64))
    """Null while it goes on; empty of one that nobody was in any more."""

    __table_args__ = (
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name="ck_meetings_ended_by_somebody"
        ),
        Index("ix_meetings_ended_at", "ended_at"),
        Index("ix_meetings_starts_at_id", "starts_at", "id"),
    )


class MeetingPerson(Base):
    """Somebody who is invited to a meeting, its host among them."""

    __tablename__ = "meeting_people"

    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    invited_at: Mapped[datetime]
    invited_by: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    """``invited``, ``waiting``, ``admitted`` or ``removed``."""
    ticket_sha256: Mapped[str | None] = mapped_column(String(64))
    """Of the one ticket that lets them in; null once it was used."""
    ticket_until: Mapped[datetime | None]


class MeetingEntry(Base):
    """Somebody who is or was in a meeting, once; its number is theirs at the engine."""

    __tablename__ = "meeting_entries"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    username: Mapped[str] = mapped_column(String(64))
    came_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    engine_session: Mapped[int | None]
    """The engine's numbers; null until it has let them in."""
    engine_sender: Mapped[int | None]
    engine_receiver: Mapped[int | None]
    """Null until they first receive somebody."""
    engine_private_id: Mapped[int | None]

    __table_args__ = (
        Index("ix_meeting_entries_meeting_id_id", "meeting_id", "id"),
        Index("ix_meeting_entries_left_at", "left_at"),
    )

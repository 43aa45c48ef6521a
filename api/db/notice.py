"""Tables of notices, 通知: whereto, when, and what became of each."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfSchool, RowId


class NoticeChannel(Base):
    """Whereto notices are sent: a group's robot, a mail server with recipients, a webhook."""

    __tablename__ = "notice_channels"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(16))
    school_id: Mapped[str | None] = mapped_column(ForeignKey("schools.school_id"))
    """Whose notices alone it is told; never changed, so nothing that waits goes astray."""
    language: Mapped[str] = mapped_column(String(2))
    is_enabled: Mapped[bool]
    per_minute: Mapped[int] = mapped_column(Integer)
    """Messages it is sent at most."""
    sealed: Mapped[str] = mapped_column(Text)
    """``ChannelSettings`` with its secrets as JSON, sealed; empty once it is deleted."""
    next_free_at: Mapped[datetime | None]
    """When the next message may be sent without being one too many."""
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]
    """Its row stays for the log, and so that no later one gets its number."""


class NoticeRule(Base):
    """Of what which channels are told, and when."""

    __tablename__ = "notice_rules"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(128))
    is_enabled: Mapped[bool]
    events: Mapped[list[str]]
    risks: Mapped[list[str]]
    """Empty: all."""
    school_ids: Mapped[list[str]]
    """Empty: all."""
    channel_ids: Mapped[list[int]]
    to_school: Mapped[bool]
    """Also to the channels of the school it is about."""
    roles: Mapped[list[str]]
    """Of whom channels to people tell those who may know of it."""
    hours_from: Mapped[str | None] = mapped_column(String(5))
    hours_to: Mapped[str | None] = mapped_column(String(5))
    """``HH:MM`` in the school's time; both null: at any time."""
    digest_min: Mapped[int] = mapped_column(Integer)
    """For how long it is collected, in minutes; 0: told at once."""
    created_at: Mapped[datetime]


class Notice(Base):
    """One message to one channel; what becomes of it is told by its job and by ``sent_at``."""

    __tablename__ = "notices"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random; the same however often it is sent, and the key of its job."""
    channel_id: Mapped[int] = mapped_column(ForeignKey("notice_channels.id"))
    username: Mapped[str | None] = mapped_column(ForeignKey("users.username"))
    """Whom a channel to people tells; null of one with recipients of its own."""
    browser: Mapped[str | None] = mapped_column(String(64))
    """In which of their browsers, by the key of ``push_subscriptions``; null of others."""
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    """When the peer took it."""
    attempts: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(32))
    answer: Mapped[str] = mapped_column(Text)
    """What the peer answered last, without secrets."""

    __table_args__ = (
        Index("ix_notices_channel_id_sent_at", "channel_id", "sent_at"),
        Index("ix_notices_created_at_id", "created_at", "id"),
    )


class NoticeItem(OfSchool, Base):
    """What a message tells of."""

    __tablename__ = "notice_items"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    notice_id: Mapped[str] = mapped_column(ForeignKey("notices.id"), index=True)
    school_id: Mapped[str | None] = mapped_column(ForeignKey("schools.school_id"), index=True)
    event: Mapped[str] = mapped_column(String(32))
    risk: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[datetime]
    about: Mapped[str] = mapped_column(String(64))
    """The alert, the order, the box or the job."""
    text: Mapped[str] = mapped_column(Text)
    """In the language of the channel."""

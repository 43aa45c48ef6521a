"""Tables of boxes that may be looked at by themselves: whom they may let in, and what they told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfBox


class OfflineTold(OfBox, Base):
    """Whose passwords a box can check, as it was told last."""

    __tablename__ = "offline_told"

    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
    usernames: Mapped[list[str]]
    told_at: Mapped[datetime]


class OfflineEntryTaken(OfBox, Base):
    """An entry of a box that stands in the access log: sent once more, it does not stand twice."""

    __tablename__ = "offline_entries_taken"

    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]

    __table_args__ = (Index("ix_offline_entries_taken_at", "box_id", "taken_at"),)

"""Table of the filters that people keep."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, RowId


class SavedFilter(Base):
    """What one person narrows a list down to, under a name of their own; nobody else reads it."""

    __tablename__ = "saved_filters"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(ForeignKey("users.username", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    """``QueueFilter`` or ``BoardFilter`` as JSON, by ``page``."""
    created_at: Mapped[datetime]

    __table_args__ = (Index("uq_saved_filters_name", "username", "page", "name", unique=True),)

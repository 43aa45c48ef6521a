"""How far expiry's own time has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base


class ExpiryMark(Base):
    """The one row that says up to which moment time has come for what expires."""

    __tablename__ = "expiry_mark"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]

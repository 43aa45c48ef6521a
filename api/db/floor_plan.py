"""Tables of floor plans, 平面图, and of where on them cameras hang."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfCamera, OfSchool, RowId


class FloorPlan(OfSchool, Base):
    """A plan of a school's grounds or of one floor: a picture, encoded anew."""

    __tablename__ = "floor_plans"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    title_zh: Mapped[str] = mapped_column(String(64))
    title_en: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    """Counts what was saved; what ``ETag`` says."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    """Of the picture as it is kept."""
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """In the database and in no folder: it stands or falls with its row, and is in its backup."""

    __table_args__ = (UniqueConstraint("school_id", "title_zh", name="uq_floor_plans_title"),)


class FloorPlanCamera(OfCamera, Base):
    """Where on a plan a camera hangs, and where it looks."""

    __tablename__ = "floor_plan_cameras"

    plan_id: Mapped[int] = mapped_column(ForeignKey("floor_plans.id"), primary_key=True)
    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True, index=True)
    x: Mapped[float]
    """Of the picture's width, from the left, 0 to 1."""
    y: Mapped[float]
    """Of the picture's height, from the top, 0 to 1."""
    direction_deg: Mapped[float]
    """Where the middle of what it sees lies: 0 up, clockwise."""
    view_deg: Mapped[float]
    """How wide it sees."""
    reach: Mapped[float]
    """How far it sees, of the picture's longer side."""

    __table_args__ = (
        CheckConstraint(
            "x >= 0 AND x <= 1 AND y >= 0 AND y <= 1 AND direction_deg >= 0 "
            "AND direction_deg < 360 AND view_deg > 0 AND view_deg <= 360 "
            "AND reach > 0 AND reach <= 1",
            name="ck_floor_plan_cameras_on_it",
        ),
    )

"""Tables of what becomes of an exam's footage: held, sealed, handed out by two people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfSchool, RowId


class ExamHold(OfSchool, Base):
    """Footage of a room's session that is not deleted before a day, whatever the rules say."""

    __tablename__ = "exam_holds"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sittings.id"), index=True)
    reason: Mapped[str] = mapped_column(String(512))
    until: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(64))
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[str | None] = mapped_column(String(64))
    lift_reason: Mapped[str | None] = mapped_column(String(512))

    __table_args__ = (
        CheckConstraint(
            "lifted_at IS NULL OR (lifted_by IS NOT NULL AND lift_reason IS NOT NULL)",
            name="ck_exam_holds_lifted",
        ),
        Index("ix_exam_holds_until", "until"),
    )


class ExamPackage(OfSchool, Base):
    """The package of a room's session, from its order on; a failed one is ordered anew."""

    __tablename__ = "exam_packages"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    package_id: Mapped[UUID] = mapped_column(unique=True)
    """As the box knows it; another with each order."""
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sittings.id"), unique=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    trouble: Mapped[str | None] = mapped_column(String(32))
    detail: Mapped[str] = mapped_column(String(512))
    ordered_at: Mapped[datetime]
    ordered_by: Mapped[str] = mapped_column(String(64))
    changed_at: Mapped[datetime]
    facts: Mapped[str] = mapped_column(Text, deferred=True)
    """What the box was given, as JSON."""
    manifest_sha256: Mapped[str | None] = mapped_column(String(64))
    chain_head: Mapped[str | None] = mapped_column(String(64))
    segment_count: Mapped[int | None] = mapped_column(Integer)
    size_bytes: Mapped[int | None]
    """Of all segments."""

    __table_args__ = (
        CheckConstraint(
            "state NOT IN ('collected', 'sealed') OR (manifest_sha256 IS NOT NULL "
            "AND chain_head IS NOT NULL AND segment_count IS NOT NULL "
            "AND size_bytes IS NOT NULL)",
            name="ck_exam_packages_collected",
        ),
    )


class ExamRelease(OfSchool, Base):
    """Somebody asked that a package is handed out; somebody else agreed or refused."""

    __tablename__ = "exam_releases"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    package_key: Mapped[int] = mapped_column(ForeignKey("exam_packages.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str] = mapped_column(String(512))
    state: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime]
    asked_by: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    """Asked: until when it may be agreed to. Agreed: until when it may be fetched."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    decision_reason: Mapped[str | None] = mapped_column(String(512))

    __table_args__ = (
        CheckConstraint(
            "state = 'asked' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL "
            "AND decision_reason IS NOT NULL AND decided_by <> asked_by)",
            name="ck_exam_releases_two_people",
        ),
        Index("ix_exam_releases_state_expires_at", "state", "expires_at"),
    )

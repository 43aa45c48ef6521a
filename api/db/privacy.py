"""Tables of requests by those who were filmed, and of impact assessments."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfSchool, RowId


class SubjectRequest(OfSchool, Base):
    """Somebody who was filmed asks for access, a copy, a correction or deletion."""

    __tablename__ = "subject_requests"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    kind: Mapped[str] = mapped_column(String(16))
    applicant: Mapped[str] = mapped_column(String(128))
    identity_check: Mapped[str] = mapped_column(String(16))
    place: Mapped[str] = mapped_column(String(128))
    from_at: Mapped[datetime | None]
    to_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(Text)
    alert_ids: Mapped[list[str]]
    """No key: an alert's own expiry does not wait for who asked about it."""
    camera_keys: Mapped[list[str]]
    received_at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_rule: Mapped[str | None] = mapped_column(String(32))
    """Row of the table of deadlines; null of one that a person chose."""
    state: Mapped[str] = mapped_column(String(16))
    outcome: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(64))
    registered_at: Mapped[datetime]
    registered_by: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint(
            "state IN ('received', 'answered', 'refused')", name="ck_subject_requests_state"
        ),
        # A refusal without a reason is none.
        CheckConstraint(
            "state = 'received' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL "
            "AND outcome <> '')",
            name="ck_subject_requests_decided",
        ),
        Index("ix_subject_requests_received_at_id", "received_at", "id"),
        Index("ix_subject_requests_school_id_received_at", "school_id", "received_at"),
    )


class ImpactAssessment(OfSchool, Base):
    """An impact assessment; its words are never changed."""

    __tablename__ = "impact_assessments"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str | None] = mapped_column(ForeignKey("schools.school_id"), index=True)
    subject: Mapped[str] = mapped_column(String(128))
    purpose: Mapped[str] = mapped_column(Text)
    necessity: Mapped[str] = mapped_column(Text)
    risk: Mapped[str] = mapped_column(Text)
    measures: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(128))
    document: Mapped[str] = mapped_column(String(128))
    assessed_on: Mapped[date]
    review_on: Mapped[date]
    replaces: Mapped[int | None]
    """No key: the older one is deleted first."""
    ended_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[str] = mapped_column(String(64))

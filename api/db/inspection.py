"""Tables of inspections: when they are due, their forms, answers and photographs."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfInspection, OfSchool, RowId


class InspectionPlan(Base):
    """Which schools are inspected how often, or before which date."""

    __tablename__ = "inspection_plans"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    """Of a date that matters, as 开学; empty of what recurs."""
    first_day: Mapped[date]
    last_day: Mapped[date | None]
    school_ids: Mapped[list[str]]
    """Empty for all schools in use."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))
    ended_at: Mapped[datetime | None]


class Inspection(OfSchool, Base):
    """A form of a school for a period, from when it is made until it is signed."""

    __tablename__ = "inspections"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    visitor_school_id: Mapped[str | None] = mapped_column(
        ForeignKey("schools.school_id"), index=True
    )
    """Whose people inspect this school; null where it inspects itself. They see the form too."""
    school_name: Mapped[str] = mapped_column(String(128))
    visitor_name: Mapped[str] = mapped_column(String(128))
    """What the two were called when it was made: neither may read of the other besides."""
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    """That of its plan: a date that matters."""
    first_day: Mapped[date]
    last_day: Mapped[date]
    due_at: Mapped[datetime]
    profiles: Mapped[list[str]]
    """Those that were in force when it was made."""
    inspector: Mapped[str | None] = mapped_column(ForeignKey("users.username"), index=True)
    """Null while nobody in particular has it."""
    version: Mapped[int]
    """Counts what was decided; what ``ETag`` says."""
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(64))
    """Empty of what the command centre did itself."""
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[str | None] = mapped_column(String(64))
    signer: Mapped[str] = mapped_column(String(64))
    """The name under it, as it was written; empty until then."""

    __table_args__ = (
        CheckConstraint(
            "signed_at IS NULL OR (signed_by IS NOT NULL AND signer <> '')",
            name="ck_inspections_signed",
        ),
        # However many make it, there is one form of a kind, subject and period.
        Index(
            "uq_inspections_form",
            "school_id",
            "kind",
            "subject",
            "first_day",
            "name",
            unique=True,
        ),
        Index("ix_inspections_due_at_id", "due_at", "id"),
    )


class InspectionItem(OfInspection, Base):
    """A question of a form as it was when the form was made, and its answer."""

    __tablename__ = "inspection_items"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspections.id"), index=True)
    check_id: Mapped[str] = mapped_column(String(64))
    """The profile's row."""
    rank: Mapped[str] = mapped_column(String(16))
    demand_zh: Mapped[str] = mapped_column(Text)
    demand_en: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(String(16))
    places: Mapped[list[str]]
    """Kinds of places whose cameras it is about."""
    source_zh: Mapped[str] = mapped_column(Text)
    source_en: Mapped[str] = mapped_column(Text)
    clause: Mapped[str] = mapped_column(String(64))
    reading: Mapped[str] = mapped_column(String(16))
    result: Mapped[str | None] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    facts: Mapped[str | None] = mapped_column(Text)
    """What the command centre knew when it was answered, JSON; null while it is not."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None] = mapped_column(String(64))
    hazard: Mapped[str | None] = mapped_column(String(16))
    """Grade of the hazard that was found; null of none."""
    rectify_by: Mapped[date | None]
    """The last day to put it right; null of what is put right at once."""

    __table_args__ = (
        CheckConstraint(
            "result IS NULL OR (facts IS NOT NULL AND answered_at IS NOT NULL "
            "AND answered_by IS NOT NULL)",
            name="ck_inspection_items_answered",
        ),
        # What is not so is a hazard, and has words.
        CheckConstraint(
            "(result <> 'not_met' OR hazard IS NOT NULL) AND (hazard IS NULL OR note <> '')",
            name="ck_inspection_items_hazard",
        ),
    )


class InspectionPhotograph(OfInspection, Base):
    """A photograph of what an item is about, encoded anew."""

    __tablename__ = "inspection_photographs"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    inspection_id: Mapped[int] = mapped_column(ForeignKey("inspections.id"), index=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("inspection_items.id"))
    sent_sha256: Mapped[str] = mapped_column(String(64))
    """Hash of what was sent: sending it again is no second photograph."""
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    __table_args__ = (
        Index("uq_inspection_photographs_sent", "item_id", "sent_sha256", unique=True),
    )

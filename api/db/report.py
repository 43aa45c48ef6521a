"""Tables of reports, 报告, that were asked for, and of those that are made again and again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfSchool, RowId


class Report(OfSchool, Base):
    """A report; it stays when its file was deleted, so that a copy on paper can be verified."""

    __tablename__ = "reports"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str | None] = mapped_column(ForeignKey("schools.school_id"))
    """Null of one about the whole district."""
    inspection_id: Mapped[int | None] = mapped_column(ForeignKey("inspections.id"))
    """The form it is the paper of; null of all others."""
    kind: Mapped[str] = mapped_column(String(32))
    period: Mapped[str | None] = mapped_column(String(16))
    """The month, as 2026-10; null of one about the moment it is made."""
    format: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    code: Mapped[str] = mapped_column(String(16), unique=True)
    """Printed on it, to be verified by."""
    has_pictures: Mapped[bool]
    """Who asked may see pictures, so whoever has it must."""
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    progress: Mapped[float] = mapped_column(default=0.0)
    """0 to 1."""
    error: Mapped[str | None] = mapped_column(String(32))
    """Why it cannot be made; null while it may be."""
    as_of: Mapped[datetime | None]
    """The moment its data are of."""
    made_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))
    """Of its file; null until it is made."""
    size_bytes: Mapped[int | None]
    removed_at: Mapped[datetime | None]
    """When its file was deleted."""

    __table_args__ = (
        Index("ix_reports_asked_at_id", "asked_at", "id"),
        Index("ix_reports_school_id_asked_at_id", "school_id", "asked_at", "id"),
        Index("ix_reports_sha256", "sha256"),
        Index("ix_reports_made_at", "made_at"),
        Index("ix_reports_inspection_id", "inspection_id"),
    )


class ReportSchedule(Base):
    """A report that one person has made again and again, and mailed; nobody else reads it."""

    __tablename__ = "report_schedules"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    username: Mapped[str] = mapped_column(ForeignKey("users.username", ondelete="CASCADE"))
    school_id: Mapped[str | None] = mapped_column(ForeignKey("schools.school_id"))
    """Null of one about the whole district."""
    kind: Mapped[str] = mapped_column(String(32))
    format: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    every: Mapped[str] = mapped_column(String(8))
    day: Mapped[int] = mapped_column(Integer)
    """Of the month, its last one where it has none of this number; of the week from 1, a Monday."""
    at: Mapped[str] = mapped_column(String(5))
    """``HH:MM`` by the clocks of the school, or of the district."""
    created_at: Mapped[datetime]
    paused_at: Mapped[datetime | None]
    next_at: Mapped[datetime]
    """When it is due next, unless it is paused."""
    due_at: Mapped[datetime | None]
    """For when its last run was due; these are null before the first one."""
    ran_at: Mapped[datetime | None]
    missed: Mapped[int] = mapped_column(Integer)
    """Times before that were missed as well, and are not made up for."""
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    error: Mapped[str | None] = mapped_column(String(32))
    """Why its last run asked for no report."""
    mail: Mapped[str | None] = mapped_column(String(16))
    """``MailState`` of the last run's report; null while that is not made."""
    notice_id: Mapped[str | None] = mapped_column(String(32))
    """The message that told of it; old ones are forgotten."""

    __table_args__ = (
        Index("ix_report_schedules_username", "username"),
        Index("ix_report_schedules_next_at", "next_at"),
        Index("ix_report_schedules_mail_report_id", "mail", "report_id"),
    )

"""Tables of footage as boxes told it day by day, and of how it was judged under which rules."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfCamera, OfSchool, RowId


class FootageDay(OfCamera, Base):
    """What was last told of one camera's footage on one day; ``api.compliance.history`` reads it.

    Moments are milliseconds since the epoch: ninety of these rows are read for one verdict.
    """

    __tablename__ = "footage_days"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    as_of_ms: Mapped[int]
    from_ms: Mapped[int]
    front_ms: Mapped[int | None]
    before_cause: Mapped[str] = mapped_column(String(32))
    """Empty when nothing is missing before the first footage."""
    oldest_ms: Mapped[int | None]
    life_ms: Mapped[int | None]
    is_offline: Mapped[bool]
    is_incomplete: Mapped[bool]
    changed_ms: Mapped[int]
    holes: Mapped[bytes | None] = mapped_column(LargeBinary)
    causes: Mapped[str] = mapped_column(Text)
    broken_count: Mapped[int]
    """Broken promises that were told of."""
    clock_offset_s: Mapped[float | None]


class JudgingDue(OfCamera, Base):
    """A camera-day of which something new was told since it was judged."""

    __tablename__ = "judging_due"

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    as_of_ms: Mapped[int]
    """Of what was told."""


class FootageRequirement(Base):
    """What was asked of cameras' footage, with who asks for it; never changed, only added to."""

    __tablename__ = "footage_requirements"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[str] = mapped_column(Text)
    """``api.compliance.requirements.Requirement`` as JSON."""


class JudgedProfile(Base):
    """A profile as it was when somebody was judged by it, named by its content."""

    __tablename__ = "judged_profiles"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    first_used_at: Mapped[datetime]


class _JudgedColumns:
    """A camera-day, and what was said of it under which rule."""

    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    as_of_ms: Mapped[int]
    requirement_id: Mapped[int] = mapped_column(ForeignKey("footage_requirements.id"))
    state: Mapped[str] = mapped_column(String(16))
    is_unconfirmed: Mapped[bool]
    """It would fail by a text alone that nobody has read."""
    completeness: Mapped[float]
    proven_days: Mapped[float]
    gap_count: Mapped[int]
    gap_s: Mapped[float]
    day_missing_s: Mapped[float]
    """Of the day itself."""


class FootageVerdict(_JudgedColumns, OfCamera, Base):
    """The verdict on one camera-day, under the rules of that day."""

    __tablename__ = "footage_verdicts"

    judged_at: Mapped[datetime]

    __table_args__ = (Index("ix_footage_verdicts_day", "day"),)


class SupersededVerdict(_JudgedColumns, OfCamera, Base):
    """A verdict that another one took the place of, when it was judged again by other rules."""

    __tablename__ = "superseded_verdicts"

    judged_at: Mapped[datetime] = mapped_column(primary_key=True)
    judgement_id: Mapped[int] = mapped_column(ForeignKey("judgements.id"))
    """Who had it judged again, and why."""


class Judgement(Base):
    """Somebody had days judged again, and why."""

    __tablename__ = "judgements"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    from_day: Mapped[date]
    until_day: Mapped[date]
    """The last of them."""
    reason: Mapped[str] = mapped_column(String(512))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime]
    cameras_total: Mapped[int]
    cameras_done: Mapped[int]
    days_judged: Mapped[int]
    days_changed: Mapped[int]
    """Verdicts that became other ones."""
    last_camera_key: Mapped[int]
    """Cameras are judged by number; it goes on behind this one."""
    ended_at: Mapped[datetime | None]


class RetentionOverride(OfSchool, Base):
    """What a school is asked for beyond its profiles, who said so and why."""

    __tablename__ = "retention_overrides"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"), index=True)
    min_days: Mapped[int | None]
    max_days: Mapped[int | None]
    from_day: Mapped[date]
    until_day: Mapped[date | None]
    """The first day on which it holds no more."""
    reason: Mapped[str] = mapped_column(String(512))
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]
    """Since when it is not judged by; days judged before keep what they were asked for."""

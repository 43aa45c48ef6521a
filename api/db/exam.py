"""Tables of exams: sessions, rooms, what is sat where and when; numbers of people, never names."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfCamera, OfSchool, RowId


class Exam(Base):
    """An exam of the district; its sessions belong to it, its rooms to their schools."""

    __tablename__ = "exams"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(128), unique=True)
    time_zone: Mapped[str] = mapped_column(String(64))
    """In which its workbook's moments are written."""
    clock_tolerance_s: Mapped[float | None]
    """How wrong a camera's clock may be; null while nobody has said."""
    tolerance_source: Mapped[str] = mapped_column(String(256))
    """Who said so: a document, or a person's decision."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        CheckConstraint(
            "clock_tolerance_s IS NULL OR (clock_tolerance_s > 0 AND tolerance_source <> '')",
            name="ck_exams_tolerance",
        ),
    )


class ExamSession(Base):
    """One paper of an exam, from when to when."""

    __tablename__ = "exam_sessions"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exams.id"))
    name: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("exam_id", "name", name="uq_exam_sessions_exam_id"),
        CheckConstraint("ends_at > starts_at", name="ck_exam_sessions_order"),
        Index("ix_exam_sessions_starts_at", "starts_at"),
    )


class ExamDuty(Base):
    """Somebody of the control room's roster of a session."""

    __tablename__ = "exam_duties"

    session_id: Mapped[int] = mapped_column(ForeignKey("exam_sessions.id"), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("users.username"), primary_key=True)


class ExamRoom(OfSchool, Base):
    """A room of a school in which exams are sat, whatever exam."""

    __tablename__ = "exam_rooms"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(128))
    seats: Mapped[int] = mapped_column(Integer)

    __table_args__ = (UniqueConstraint("school_id", "code", name="uq_exam_rooms_school_id"),)


class ExamRoomCamera(OfCamera, Base):
    """A camera that sees a room."""

    __tablename__ = "exam_room_cameras"

    room_id: Mapped[int] = mapped_column(ForeignKey("exam_rooms.id"), primary_key=True)
    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"), primary_key=True, index=True)


class ExamSitting(OfSchool, Base):
    """A session in a room: the row of the day's table."""

    __tablename__ = "exam_sittings"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    session_id: Mapped[int] = mapped_column(ForeignKey("exam_sessions.id"))
    room_id: Mapped[int] = mapped_column(ForeignKey("exam_rooms.id"), index=True)
    expected: Mapped[int] = mapped_column(Integer)
    present: Mapped[int | None] = mapped_column(Integer)
    """Null until the room has told."""
    order_id: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"))
    """What must be put right before it begins."""
    sealed_at: Mapped[datetime | None]
    sealed_by: Mapped[str | None] = mapped_column(String(64))
    manifest_sha256: Mapped[str | None] = mapped_column(String(64))
    chain_head: Mapped[str | None] = mapped_column(String(64))
    segment_count: Mapped[int | None] = mapped_column(Integer)
    key_fingerprint: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        # However often a workbook is taken in, a session is sat once in a room.
        Index("uq_exam_sittings_place", "session_id", "room_id", unique=True),
        CheckConstraint(
            "expected >= 0 AND (present IS NULL OR present >= 0)", name="ck_exam_sittings_counts"
        ),
        CheckConstraint(
            "sealed_at IS NULL OR (sealed_by IS NOT NULL AND manifest_sha256 IS NOT NULL "
            "AND chain_head IS NOT NULL AND segment_count IS NOT NULL "
            "AND key_fingerprint IS NOT NULL)",
            name="ck_exam_sittings_sealed",
        ),
    )


class ExamShowing(OfSchool, Base):
    """A camera of a room really seen on a screen during a session, from when to when.

    Milliseconds of UTC since 1970, so that both databases can reckon with them.
    """

    __tablename__ = "exam_showings"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    showing_id: Mapped[UUID] = mapped_column(unique=True)
    """As the console named it, which tells the same showing again while it goes on."""
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    sitting_id: Mapped[int] = mapped_column(ForeignKey("exam_sittings.id"))
    camera_key: Mapped[int] = mapped_column(ForeignKey("cameras.id"))
    username: Mapped[str] = mapped_column(String(64))
    from_ms: Mapped[int]
    to_ms: Mapped[int]
    frames: Mapped[int] = mapped_column(Integer)
    """Pictures that were put on the screen."""

    __table_args__ = (
        CheckConstraint("to_ms > from_ms", name="ck_exam_showings_order"),
        Index("ix_exam_showings_sitting_id_from_ms", "sitting_id", "from_ms"),
    )

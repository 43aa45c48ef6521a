"""Exams: sessions, rooms, and what is sat where and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.types import UtcDateTime

revision = "0044_exams"
down_revision = "0043_hundredths"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SEALED = (
    "sealed_at IS NULL OR (sealed_by IS NOT NULL AND manifest_sha256 IS NOT NULL "
    "AND chain_head IS NOT NULL AND segment_count IS NOT NULL AND key_fingerprint IS NOT NULL)"
)


def upgrade() -> None:
    """Apply this step."""
    _create_exams()
    _create_rooms()
    _create_sittings()


def _create_exams() -> None:
    op.create_table(
        "exams",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("clock_tolerance_s", sa.Float(precision=53), nullable=True),
        sa.Column("tolerance_source", sa.String(length=256), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exams"),
        sa.UniqueConstraint("name", name="uq_exams_name"),
        sa.CheckConstraint(
            "clock_tolerance_s IS NULL OR (clock_tolerance_s > 0 AND tolerance_source <> '')",
            name="ck_exams_tolerance",
        ),
    )
    op.create_table(
        "exam_sessions",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("exam_id", _ROW_ID, nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exam_sessions"),
        sa.ForeignKeyConstraint(["exam_id"], ["exams.id"], name="fk_exam_sessions_exam_id_exams"),
        sa.UniqueConstraint("exam_id", "name", name="uq_exam_sessions_exam_id"),
        sa.CheckConstraint("ends_at > starts_at", name="ck_exam_sessions_order"),
    )
    op.create_index("ix_exam_sessions_starts_at", "exam_sessions", ["starts_at"])
    op.create_table(
        "exam_duties",
        sa.Column("session_id", _ROW_ID, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("session_id", "username", name="pk_exam_duties"),
        sa.ForeignKeyConstraint(
            ["session_id"], ["exam_sessions.id"], name="fk_exam_duties_session_id_exam_sessions"
        ),
        sa.ForeignKeyConstraint(
            ["username"], ["users.username"], name="fk_exam_duties_username_users"
        ),
    )


def _create_rooms() -> None:
    op.create_table(
        "exam_rooms",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("school_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exam_rooms"),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_exam_rooms_school_id_schools"
        ),
        sa.UniqueConstraint("school_id", "code", name="uq_exam_rooms_school_id"),
    )
    op.create_table(
        "exam_room_cameras",
        sa.Column("room_id", _ROW_ID, nullable=False),
        sa.Column("camera_key", _ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("room_id", "camera_key", name="pk_exam_room_cameras"),
        sa.ForeignKeyConstraint(
            ["room_id"], ["exam_rooms.id"], name="fk_exam_room_cameras_room_id_exam_rooms"
        ),
        sa.ForeignKeyConstraint(
            ["camera_key"], ["cameras.id"], name="fk_exam_room_cameras_camera_key_cameras"
        ),
    )
    op.create_index("ix_exam_room_cameras_camera_key", "exam_room_cameras", ["camera_key"])


def _create_sittings() -> None:
    op.create_table(
        "exam_sittings",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("school_id", sa.String(length=64), nullable=False),
        sa.Column("session_id", _ROW_ID, nullable=False),
        sa.Column("room_id", _ROW_ID, nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=True),
        sa.Column("order_id", _ROW_ID, nullable=True),
        sa.Column("sealed_at", UtcDateTime(), nullable=True),
        sa.Column("sealed_by", sa.String(length=64), nullable=True),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=True),
        sa.Column("chain_head", sa.String(length=64), nullable=True),
        sa.Column("segment_count", sa.Integer(), nullable=True),
        sa.Column("key_fingerprint", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exam_sittings"),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_exam_sittings_school_id_schools"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["exam_sessions.id"], name="fk_exam_sittings_session_id_exam_sessions"
        ),
        sa.ForeignKeyConstraint(
            ["room_id"], ["exam_rooms.id"], name="fk_exam_sittings_room_id_exam_rooms"
        ),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_orders.id"], name="fk_exam_sittings_order_id_work_orders"
        ),
        sa.CheckConstraint(
            "expected >= 0 AND (present IS NULL OR present >= 0)", name="ck_exam_sittings_counts"
        ),
        sa.CheckConstraint(_SEALED, name="ck_exam_sittings_sealed"),
    )
    op.create_index(
        "uq_exam_sittings_place", "exam_sittings", ["session_id", "room_id"], unique=True
    )
    op.create_index("ix_exam_sittings_room_id", "exam_sittings", ["room_id"])


def downgrade() -> None:
    """Take this step back."""
    for table in (
        "exam_sittings",
        "exam_room_cameras",
        "exam_rooms",
        "exam_duties",
        "exam_sessions",
        "exams",
    ):
        op.drop_table(table)

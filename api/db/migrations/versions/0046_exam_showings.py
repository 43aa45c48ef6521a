"""Exams: which rooms were really seen on a screen, by whom and how long."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046_exam_showings"
down_revision = "0045_papers_of_forms"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "exam_showings",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("showing_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.String(length=64), nullable=False),
        sa.Column("sitting_id", _ROW_ID, nullable=False),
        sa.Column("camera_key", _ROW_ID, nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("from_ms", sa.BigInteger(), nullable=False),
        sa.Column("to_ms", sa.BigInteger(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exam_showings"),
        sa.UniqueConstraint("showing_id", name="uq_exam_showings_showing_id"),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_exam_showings_school_id_schools"
        ),
        sa.ForeignKeyConstraint(
            ["sitting_id"], ["exam_sittings.id"], name="fk_exam_showings_sitting_id_exam_sittings"
        ),
        sa.ForeignKeyConstraint(
            ["camera_key"], ["cameras.id"], name="fk_exam_showings_camera_key_cameras"
        ),
        sa.CheckConstraint("to_ms > from_ms", name="ck_exam_showings_order"),
    )
    op.create_index(
        "ix_exam_showings_sitting_id_from_ms", "exam_showings", ["sitting_id", "from_ms"]
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("exam_showings")

"""Plans of schools, and where on them cameras hang."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038_floor_plans"
down_revision = "0037_inspections"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "floor_plans",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("school_id", sa.String(64), nullable=False),
        sa.Column("title_zh", sa.String(64), nullable=False),
        sa.Column("title_en", sa.String(64), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_floor_plans_school_id_schools"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_floor_plans"),
        sa.UniqueConstraint("school_id", "title_zh", name="uq_floor_plans_title"),
    )
    op.create_table(
        "floor_plan_cameras",
        sa.Column("plan_id", _ROW_ID, nullable=False),
        sa.Column("camera_key", _ROW_ID, nullable=False),
        sa.Column("x", sa.Float(53), nullable=False),
        sa.Column("y", sa.Float(53), nullable=False),
        sa.Column("direction_deg", sa.Float(53), nullable=False),
        sa.Column("view_deg", sa.Float(53), nullable=False),
        sa.Column("reach", sa.Float(53), nullable=False),
        sa.CheckConstraint(
            "x >= 0 AND x <= 1 AND y >= 0 AND y <= 1 AND direction_deg >= 0 "
            "AND direction_deg < 360 AND view_deg > 0 AND view_deg <= 360 "
            "AND reach > 0 AND reach <= 1",
            name="ck_floor_plan_cameras_on_it",
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["floor_plans.id"], name="fk_floor_plan_cameras_plan_id_floor_plans"
        ),
        sa.ForeignKeyConstraint(
            ["camera_key"], ["cameras.id"], name="fk_floor_plan_cameras_camera_key_cameras"
        ),
        sa.PrimaryKeyConstraint("plan_id", "camera_key", name="pk_floor_plan_cameras"),
    )
    op.create_index("ix_floor_plan_cameras_camera_key", "floor_plan_cameras", ["camera_key"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("floor_plan_cameras")
    op.drop_table("floor_plans")

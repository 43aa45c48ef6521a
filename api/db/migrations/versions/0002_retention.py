"""Retention: the latest report of each camera, and a verdict for each day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_retention"
down_revision = "0001_initial"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "retention_reports",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("footage", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.camera_id"],
            name=op.f("fk_retention_reports_camera_id_cameras"),
        ),
        sa.PrimaryKeyConstraint("camera_id", name=op.f("pk_retention_reports")),
    )
    op.create_table(
        "retention_verdicts",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("required_days", sa.BigInteger(), nullable=False),
        sa.Column("proven_days", sa.Float(precision=53), nullable=False),
        sa.Column("completeness", sa.Float(precision=53), nullable=False),
        sa.Column("gap_count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.camera_id"],
            name=op.f("fk_retention_verdicts_camera_id_cameras"),
        ),
        sa.PrimaryKeyConstraint("camera_id", "day", name=op.f("pk_retention_verdicts")),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("retention_verdicts")
    op.drop_table("retention_reports")

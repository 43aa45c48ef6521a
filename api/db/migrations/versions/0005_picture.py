"""A camera's picture faults and reference, and who last called its picture right."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_picture"
down_revision = "0004_analysis_rate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("cameras", sa.Column("picture", sa.JSON(), nullable=True))
    op.add_column(
        "cameras", sa.Column("picture_approved_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("cameras", sa.Column("picture_approved_by", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("cameras", "picture_approved_by")
    op.drop_column("cameras", "picture_approved_at")
    op.drop_column("cameras", "picture")

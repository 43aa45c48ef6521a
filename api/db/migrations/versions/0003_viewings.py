"""The access log names the camera somebody looked at, from when to when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003_viewings"
down_revision = "0002_retention"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("access_log", sa.Column("camera_id", sa.String(length=64), nullable=True))
    op.add_column("access_log", sa.Column("from_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("access_log", sa.Column("to_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("access_log", "to_at")
    op.drop_column("access_log", "from_at")
    op.drop_column("access_log", "camera_id")

"""How many pictures a second of a camera are looked at, now and as configured."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_analysis_rate"
down_revision = "0003_viewings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("cameras", sa.Column("analysis_fps", sa.Float(), nullable=True))
    op.add_column("cameras", sa.Column("analysis_fps_configured", sa.Float(), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("cameras", "analysis_fps_configured")
    op.drop_column("cameras", "analysis_fps")

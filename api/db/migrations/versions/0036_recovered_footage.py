"""How much of a camera's footage was fetched from elsewhere; 0 from a box that does not tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0036_recovered_footage"
down_revision = "0035_camera_clock"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    column = sa.Column("recovered_s", sa.Float(), nullable=False, server_default="0")
    op.add_column("retention_reports", column)


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("retention_reports", "recovered_s")

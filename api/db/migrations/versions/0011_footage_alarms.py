"""What a report says is wrong with the recording, beside it: every list of cameras asks for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011_footage_alarms"
down_revision = "0010_analysed_hours"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("retention_reports", sa.Column("alarms", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("retention_reports", "alarms")

"""Which version of an alert a judgement is revised on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030_alert_versions"
down_revision = "0029_hours_of_a_camera"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "alerts", sa.Column("version", sa.BigInteger(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("alerts", "version")

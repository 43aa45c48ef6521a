"""How many messages of a worker were refused for good."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_delivery"
down_revision = "0011_footage_alarms"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "workers", sa.Column("outbox_refused", sa.BigInteger(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("workers", "outbox_refused")

"""How busy a worker's machine is, and how large its disk is; null of one that does not tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026_load"
down_revision = "0025_privacy"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("workers", sa.Column("cpu_busy", sa.Float(53), nullable=True))
    op.add_column("workers", sa.Column("disk_total_bytes", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("workers", "disk_total_bytes")
    op.drop_column("workers", "cpu_busy")

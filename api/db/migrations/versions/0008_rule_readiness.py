"""Which rules a worker can apply, and what the others wait for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008_rule_readiness"
down_revision = "0007_school"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("workers", sa.Column("rules", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("workers", "rules")

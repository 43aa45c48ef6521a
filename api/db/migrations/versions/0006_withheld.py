"""What a camera's box kept from being alerts of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006_withheld"
down_revision = "0005_picture"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("cameras", sa.Column("withheld", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("cameras", "withheld")

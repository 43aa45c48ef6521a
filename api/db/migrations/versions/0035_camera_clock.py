"""How far each camera's own clock is off; null from a box that does not tell."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035_camera_clock"
down_revision = "0034_footage_days"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("cameras", sa.Column("clock", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("cameras", "clock")

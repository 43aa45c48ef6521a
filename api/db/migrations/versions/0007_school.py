"""The school a camera watches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_school"
down_revision = "0006_withheld"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("cameras", sa.Column("school_id", sa.String(length=64), nullable=True))
    op.add_column("cameras", sa.Column("school_name", sa.String(length=128), nullable=True))
    op.create_index("ix_cameras_school_id", "cameras", ["school_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_cameras_school_id", table_name="cameras")
    op.drop_column("cameras", "school_name")
    op.drop_column("cameras", "school_id")

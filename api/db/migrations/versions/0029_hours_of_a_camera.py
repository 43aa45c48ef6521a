"""The last day's hours of a few cameras are found without reading a season of them."""

from __future__ import annotations

from alembic import op

revision = "0029_hours_of_a_camera"
down_revision = "0028_precision"
branch_labels = None
depends_on = None

_INDEX = "ix_analysed_hours_camera_key_hour_at"


def upgrade() -> None:
    """Apply this step."""
    op.create_index(_INDEX, "analysed_hours", ["camera_key", "hour_at"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_index(_INDEX, "analysed_hours")

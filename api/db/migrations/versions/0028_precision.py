"""Judgements are counted by rule, model and camera from an index alone."""

from __future__ import annotations

from alembic import op

revision = "0028_precision"
down_revision = "0027_personal_notices"
branch_labels = None
depends_on = None

_COLUMNS = (
    "rule",
    "model_id",
    "model_sha256",
    "camera_key",
    "status",
    "reason",
    "queued_at",
    "score",
    "risk",
    "rule_id",
    "school_id",
)


def upgrade() -> None:
    """Apply this step."""
    op.create_index("ix_alerts_precision", "alerts", _COLUMNS)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_alerts_precision", "alerts")

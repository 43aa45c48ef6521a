"""Scores are counted by their hundredths, in the order of an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043_hundredths"
down_revision = "0042_quarters_of_days"
branch_labels = None
depends_on = None

# SQLite may lack ``floor``; its cast cuts off what PostgreSQL's rounds.
_FILL = {
    "sqlite": "UPDATE alerts SET hundredth = CAST(score * 100 + 0.00001 AS INTEGER)",
    "postgresql": "UPDATE alerts SET hundredth = floor(score * 100 + 0.00001)",
}
_GROUPS = ("rule", "model_id", "model_sha256")
_BEHIND = ("risk", "rule_id", "school_id")


def _counted_by(column: str) -> None:
    op.drop_index("ix_alerts_precision", "alerts")
    columns = (*_GROUPS, "camera_key", "status", "reason", "queued_at", column, *_BEHIND)
    op.create_index("ix_alerts_precision", "alerts", columns)


def upgrade() -> None:
    """Apply this step."""
    column = sa.Column("hundredth", sa.BigInteger(), nullable=False, server_default="0")
    op.add_column("alerts", column)
    op.execute(_FILL[op.get_bind().dialect.name])
    _counted_by("hundredth")
    columns = (*_GROUPS, "status", "hundredth", "queued_at", "camera_key", "school_id")
    op.create_index("ix_alerts_hundredths", "alerts", columns)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_alerts_hundredths", "alerts")
    _counted_by("score")
    op.drop_column("alerts", "hundredth")

"""What is deleted after a while: marks, holds, and the indexes that find what is due."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.types import UtcDateTime

revision = "0009_expiry"
down_revision = "0008_rule_readiness"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("alerts", sa.Column("held_at", UtcDateTime(), nullable=True))
    op.add_column("alerts", sa.Column("held_by", sa.String(length=64), nullable=True))
    op.add_column("alerts", sa.Column("evidence_deleted_at", UtcDateTime(), nullable=True))
    op.add_column("evidence_files", sa.Column("deleted_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_alerts_evidence_deleted_at_status_received_at",
        "alerts",
        ["evidence_deleted_at", "status", "received_at"],
    )
    op.create_index("ix_evidence_files_received_at", "evidence_files", ["received_at"])
    op.create_index("ix_access_log_at", "access_log", ["at"])
    op.create_index("ix_access_log_alert_id", "access_log", ["alert_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_access_log_alert_id", table_name="access_log")
    op.drop_index("ix_access_log_at", table_name="access_log")
    op.drop_index("ix_evidence_files_received_at", table_name="evidence_files")
    op.drop_index("ix_alerts_evidence_deleted_at_status_received_at", table_name="alerts")
    op.drop_column("evidence_files", "deleted_at")
    op.drop_column("alerts", "evidence_deleted_at")
    op.drop_column("alerts", "held_by")
    op.drop_column("alerts", "held_at")

"""What was judged stays as it was; the queue's order and expiry trust no single clock."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_judged_as_it_was"
down_revision = "0013_jobs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column(
        "alert_evidence", sa.Column("revision", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.add_column(
        "alert_evidence",
        sa.Column("standing", sa.String(16), nullable=False, server_default="current"),
    )
    op.add_column("alerts", sa.Column("later", sa.JSON(), nullable=True))
    op.add_column("alerts", sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE alerts SET queued_at ="
        " CASE WHEN raised_at > received_at THEN received_at ELSE raised_at END"
    )
    with op.batch_alter_table("alerts") as table:
        table.alter_column("queued_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        table.drop_index("ix_alerts_raised_at_id")
        table.drop_index("ix_alerts_status_raised_at_id")
        table.create_index("ix_alerts_queued_at_id", ["queued_at", "id"])
        table.create_index("ix_alerts_status_queued_at_id", ["status", "queued_at", "id"])
    op.create_table(
        "expiry_mark",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expiry_mark")),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("expiry_mark")
    with op.batch_alter_table("alerts") as table:
        table.drop_index("ix_alerts_status_queued_at_id")
        table.drop_index("ix_alerts_queued_at_id")
        table.create_index("ix_alerts_raised_at_id", ["raised_at", "id"])
        table.create_index("ix_alerts_status_raised_at_id", ["status", "raised_at", "id"])
        table.drop_column("queued_at")
        table.drop_column("later")
    with op.batch_alter_table("alert_evidence") as table:
        table.drop_column("standing")
        table.drop_column("revision")

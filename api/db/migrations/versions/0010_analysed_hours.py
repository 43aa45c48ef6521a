"""Analysed time by the hour, so that a day of hundreds of cameras is added up at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.types import UtcDateTime

revision = "0010_analysed_hours"
down_revision = "0009_expiry"
branch_labels = None
depends_on = None

_HOUR = {
    "sqlite": "substr(from_at, 1, 13) || ':00:00.000000'",
    "postgresql": "date_trunc('hour', from_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'",
}
_FILL = (
    "INSERT INTO analysed_hours (camera_id, rule_id, hour_at, reason, rule, seconds) "
    "SELECT camera_id, rule_id, {hour}, {reason}, {rule}, sum({seconds}) FROM {table} "
    "GROUP BY 1, 2, 3, 4"
)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "analysed_hours",
        sa.Column("camera_id", sa.String(length=64), nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("hour_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_id"],
            ["cameras.camera_id"],
            name=op.f("fk_analysed_hours_camera_id_cameras"),
        ),
        sa.PrimaryKeyConstraint(
            "camera_id", "rule_id", "hour_at", "reason", name=op.f("pk_analysed_hours")
        ),
    )
    op.create_index("ix_analysed_hours_hour_at", "analysed_hours", ["hour_at"])
    op.create_index("ix_alerts_received_at", "alerts", ["received_at"])
    hour = _HOUR[op.get_bind().dialect.name]
    for table, reason, rule, seconds in (
        ("analysed_intervals", "''", "max(rule)", "analysed_s"),
        ("missing_intervals", "reason", "''", "seconds"),
    ):
        op.execute(_FILL.format(hour=hour, table=table, reason=reason, rule=rule, seconds=seconds))


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_alerts_received_at", table_name="alerts")
    op.drop_index("ix_analysed_hours_hour_at", table_name="analysed_hours")
    op.drop_table("analysed_hours")

"""Analysed time by the quarter of a day, so that all cameras are added up at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.types import UtcDateTime

revision = "0042_quarters_of_days"
down_revision = "0041_sealed_credentials"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FIRST_HOUR = {
    "sqlite": "substr(hour_at, 1, 11) || substr('00061218', "
    "CAST(substr(hour_at, 12, 2) AS INTEGER) / 6 * 2 + 1, 2) || ':00:00.000000'",
    "postgresql": "date_bin('6 hours', hour_at, TIMESTAMPTZ '2000-01-01 00:00:00+00')",
}
_FILL = (
    "INSERT INTO analysed_quarters (camera_key, rule_id, hour_at, reason, rule, seconds) "
    "SELECT camera_key, rule_id, {first_hour}, reason, max(rule), sum(seconds) "
    "FROM analysed_hours GROUP BY 1, 2, 3, 4"
)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "analysed_quarters",
        sa.Column("camera_key", _ROW_ID, nullable=False),
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("hour_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_key"], ["cameras.id"], name="fk_analysed_quarters_camera_key_cameras"
        ),
        sa.PrimaryKeyConstraint(
            "camera_key", "rule_id", "hour_at", "reason", name="pk_analysed_quarters"
        ),
    )
    op.execute(_FILL.format(first_hour=_FIRST_HOUR[op.get_bind().dialect.name]))
    op.create_index("ix_analysed_quarters_hour_at", "analysed_quarters", ["hour_at"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("analysed_quarters")

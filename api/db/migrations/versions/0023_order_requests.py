"""Requests about work orders that their senders named: asked again they are not done again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023_order_requests"
down_revision = "0022_work_orders"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "order_requests",
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("key", sa.Uuid(), nullable=False),
        sa.Column("order_id", _ROW_ID, nullable=False),
        sa.Column("asked_sha256", sa.String(64), nullable=False),
        sa.Column("photograph_id", _ROW_ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_orders.id"], name="fk_order_requests_order_id_work_orders"
        ),
        sa.ForeignKeyConstraint(
            ["photograph_id"],
            ["order_photographs.id"],
            name="fk_order_requests_photograph_id_order_photographs",
        ),
        sa.PrimaryKeyConstraint("username", "key", name="pk_order_requests"),
    )
    op.create_index("ix_order_requests_order_id", "order_requests", ["order_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("order_requests")

"""Browsers that people want to be told in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032_browser_push"
down_revision = "0031_saved_filters"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "push_subscriptions",
        sa.Column("endpoint_sha256", sa.String(64), nullable=False),
        sa.Column("token_sha256", sa.String(64), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_sha256"],
            ["sessions.token_sha256"],
            name="fk_push_subscriptions_token_sha256_sessions",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("endpoint_sha256", name="pk_push_subscriptions"),
    )
    op.create_index("ix_push_subscriptions_token_sha256", "push_subscriptions", ["token_sha256"])
    op.add_column("notices", sa.Column("browser", sa.String(64), nullable=True))


def downgrade() -> None:
    """Take this step back."""
    op.drop_column("notices", "browser")
    op.drop_table("push_subscriptions")

"""People for whom a provider of OpenID Connect vouches; they have no password here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_identities"
down_revision = "0018_sign_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("users") as users:
        users.alter_column("password_hash", existing_type=sa.String(256), nullable=True)
    op.create_table(
        "identities",
        sa.Column("issuer", sa.String(256), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["username"],
            ["users.username"],
            name="fk_identities_username_users",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name="pk_identities"),
    )
    op.create_index("ix_identities_username", "identities", ["username"])


def downgrade() -> None:
    """Take this step back; whoever has no password is forgotten."""
    op.drop_table("identities")
    op.execute("DELETE FROM users WHERE password_hash IS NULL")
    with op.batch_alter_table("users") as users:
        users.alter_column("password_hash", existing_type=sa.String(256), nullable=False)

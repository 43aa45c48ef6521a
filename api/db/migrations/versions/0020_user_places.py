"""Places that a person's role is given for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020_user_places"
down_revision = "0019_identities"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "user_places",
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("place_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["username"],
            ["users.username"],
            name="fk_user_places_username_users",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name="fk_user_places_place_id_places"),
        sa.PrimaryKeyConstraint("username", "place_id", name="pk_user_places"),
    )
    op.create_index("ix_user_places_place_id", "user_places", ["place_id"])


def downgrade() -> None:
    """Take this step back; whoever has a role of places is forgotten."""
    op.drop_table("user_places")
    op.execute(
        "DELETE FROM users WHERE role IN ('school_canteen', 'school_security', 'contractor')"
    )

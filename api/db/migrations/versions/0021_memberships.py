"""To which community a school belonged when, and what an edit changed; when the chain was followed.

What is known of the past is that a school belonged to its community since it was made.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.types import UtcDateTime

revision = "0021_memberships"
down_revision = "0020_user_places"
branch_labels = None
depends_on = None

_MOMENT = UtcDateTime()
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.add_column("communities", sa.Column("closed_at", _MOMENT, nullable=True))
    op.add_column("access_log", sa.Column("changes", sa.JSON(), nullable=True))
    op.create_table(
        "access_log_check",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("fault", sa.String(16), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_log_check"),
    )
    op.create_table(
        "memberships",
        sa.Column("school_id", sa.String(64), nullable=False),
        sa.Column("from_at", _MOMENT, nullable=False),
        sa.Column("community_id", sa.String(64), nullable=False),
        sa.Column("to_at", _MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("school_id", "from_at", name="pk_memberships"),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_memberships_school_id_schools"
        ),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["communities.community_id"],
            name="fk_memberships_community_id_communities",
        ),
    )
    op.create_index("ix_memberships_community_id", "memberships", ["community_id"])
    op.execute(
        "INSERT INTO memberships (school_id, from_at, community_id) "
        "SELECT school_id, created_at, community_id FROM schools WHERE community_id IS NOT NULL"
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("memberships")
    op.drop_table("access_log_check")
    op.drop_column("access_log", "changes")
    op.drop_column("communities", "closed_at")

"""Whose passwords a box can check while its line is cut; what it tells of them is logged once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047_offline_entries"
down_revision = "0046_exam_showings"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "offline_entries_taken",
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["box_id"], ["boxes.id"], name="fk_offline_entries_taken_box_id_boxes"
        ),
        sa.PrimaryKeyConstraint("box_id", "entry_id", name="pk_offline_entries_taken"),
    )
    op.create_table(
        "offline_told",
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("usernames", sa.JSON(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_offline_told_box_id_boxes"),
        sa.PrimaryKeyConstraint("box_id", name="pk_offline_told"),
    )
    op.create_index("ix_offline_entries_taken_at", "offline_entries_taken", ["box_id", "taken_at"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("offline_told")
    op.drop_table("offline_entries_taken")

"""Credentials that are sealed to boxes' keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041_sealed_credentials"
down_revision = "0040_configurations"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "box_sealing_keys",
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("told", sa.String(44), nullable=False),
        sa.Column("told_at", _AT, nullable=False),
        sa.Column("allowed", sa.String(44), nullable=True),
        sa.Column("allowed_at", _AT, nullable=True),
        sa.Column("allowed_by", sa.String(64), nullable=True),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_box_sealing_keys_box_id_boxes"),
        sa.PrimaryKeyConstraint("box_id", name="pk_box_sealing_keys"),
    )
    op.create_table(
        "box_credentials",
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("key", sa.String(44), nullable=False),
        sa.Column("set_at", _AT, nullable=False),
        sa.Column("set_by", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("why", sa.String(32), nullable=True),
        sa.Column("answered_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_box_credentials_box_id_boxes"),
        sa.PrimaryKeyConstraint("box_id", "kind", "name", name="pk_box_credentials"),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("box_credentials")
    op.drop_table("box_sealing_keys")

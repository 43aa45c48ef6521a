"""What boxes run, in versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040_configurations"
down_revision = "0039_report_schedules"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "box_configurations",
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("newest", sa.BigInteger(), nullable=False),
        sa.Column("running", sa.BigInteger(), nullable=True),
        sa.Column("wanted", sa.BigInteger(), nullable=True),
        sa.Column("reported_at", _AT, nullable=True),
        sa.ForeignKeyConstraint(
            ["box_id"], ["boxes.id"], name="fk_box_configurations_box_id_boxes"
        ),
        sa.PrimaryKeyConstraint("box_id", name="pk_box_configurations"),
    )
    op.create_table(
        "box_configuration_versions",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("restored_from", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("answered_at", _AT, nullable=True),
        sa.Column("why", sa.String(32), nullable=True),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("waits", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state <> 'refused' OR why IS NOT NULL", name="ck_box_configuration_versions_refused"
        ),
        sa.CheckConstraint(
            "origin = 'box' OR (created_by <> '' AND reason <> '')",
            name="ck_box_configuration_versions_written",
        ),
        sa.ForeignKeyConstraint(
            ["box_id"], ["boxes.id"], name="fk_box_configuration_versions_box_id_boxes"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_box_configuration_versions"),
        sa.UniqueConstraint("box_id", "number", name="uq_box_configuration_versions_box_id"),
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("box_configuration_versions")
    op.drop_table("box_configurations")

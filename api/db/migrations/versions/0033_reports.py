"""Reports that were asked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033_reports"
down_revision = "0032_browser_push"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "reports",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("school_id", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("period", sa.String(16), nullable=True),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("has_pictures", sa.Boolean(), nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("progress", sa.Float(53), nullable=False),
        sa.Column("error", sa.String(32), nullable=True),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sha256", sa.String(64), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_reports_school_id_schools"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reports"),
        sa.UniqueConstraint("code", name="uq_reports_code"),
    )
    op.create_index("ix_reports_asked_at_id", "reports", ["asked_at", "id"])
    op.create_index("ix_reports_school_id_asked_at_id", "reports", ["school_id", "asked_at", "id"])
    op.create_index("ix_reports_sha256", "reports", ["sha256"])
    op.create_index("ix_reports_made_at", "reports", ["made_at"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("reports")

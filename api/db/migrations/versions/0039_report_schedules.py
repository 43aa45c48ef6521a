"""Reports that are made again and again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039_report_schedules"
down_revision = "0038_floor_plans"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "report_schedules",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("school_id", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("every", sa.String(8), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ran_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("report_id", _ROW_ID, nullable=True),
        sa.Column("error", sa.String(32), nullable=True),
        sa.Column("mail", sa.String(16), nullable=True),
        sa.Column("notice_id", sa.String(32), nullable=True),
        sa.ForeignKeyConstraint(
            ["username"],
            ["users.username"],
            name="fk_report_schedules_username_users",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_report_schedules_school_id_schools"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name="fk_report_schedules_report_id_reports"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report_schedules"),
    )
    op.create_index("ix_report_schedules_username", "report_schedules", ["username"])
    op.create_index("ix_report_schedules_next_at", "report_schedules", ["next_at"])
    op.create_index("ix_report_schedules_mail_report_id", "report_schedules", ["mail", "report_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("report_schedules")

"""Notices: channels, rules, messages and what they tell of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024_notices"
down_revision = "0023_order_requests"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=nullable)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [target], name=f"fk_{table}_{column}_{target.partition('.')[0]}"
    )


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "notice_channels",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        _text("name", 128),
        _text("kind", 16),
        _text("school_id", 64, nullable=True),
        _text("language", 2),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        _moment("next_free_at", nullable=True),
        _moment("created_at"),
        _moment("deleted_at", nullable=True),
        _key("notice_channels", "school_id", "schools.school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_channels"),
    )
    op.create_table(
        "notice_rules",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        _text("name", 128),
        sa.Column("is_enabled", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, sa.JSON(), nullable=False)
            for name in ("events", "risks", "school_ids", "channel_ids")
        ),
        sa.Column("to_school", sa.Boolean(), nullable=False),
        _text("hours_from", 5, nullable=True),
        _text("hours_to", 5, nullable=True),
        sa.Column("digest_min", sa.Integer(), nullable=False),
        _moment("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_rules"),
    )
    _make_messages()


def _make_messages() -> None:
    op.create_table(
        "notices",
        _text("id", 32),
        sa.Column("channel_id", _ROW_ID, nullable=False),
        _moment("created_at"),
        _moment("sent_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _moment("last_at", nullable=True),
        _text("outcome", 32, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        _key("notices", "channel_id", "notice_channels.id"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_channel_id_sent_at", "notices", ["channel_id", "sent_at"])
    op.create_index("ix_notices_created_at_id", "notices", ["created_at", "id"])
    op.create_table(
        "notice_items",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        _text("notice_id", 32),
        _text("school_id", 64, nullable=True),
        _text("event", 32),
        _text("risk", 16, nullable=True),
        _moment("at"),
        _text("about", 64),
        sa.Column("text", sa.Text(), nullable=False),
        _key("notice_items", "notice_id", "notices.id"),
        _key("notice_items", "school_id", "schools.school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_items"),
    )
    for column in ("notice_id", "school_id"):
        op.create_index(f"ix_notice_items_{column}", "notice_items", [column])


def downgrade() -> None:
    """Take this step back."""
    for table in ("notice_items", "notices", "notice_rules", "notice_channels"):
        op.drop_table(table)

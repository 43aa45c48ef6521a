"""Work orders: what they are about, their photographs and history, and who has which duty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_work_orders"
down_revision = "0021_memberships"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CLOSED_BY_ANOTHER = (
    "state <> 'closed' OR (closed_by IS NOT NULL AND closed_at IS NOT NULL "
    "AND rectified_by IS NOT NULL AND closed_by <> rectified_by)"
)
_STATES = "'assigned', 'feedback_received', 'rectifying', 'pending_verification', 'closed'"


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
    _make_orders()
    _make_parts()
    op.create_table(
        "duties",
        _text("school_id", 64),
        _text("subject", 32),
        _text("username", 64),
        _key("duties", "school_id", "schools.school_id"),
        _key("duties", "username", "users.username"),
        sa.PrimaryKeyConstraint("school_id", "subject", name="pk_duties"),
    )
    op.create_index("ix_duties_username", "duties", ["username"])
    op.create_index("ix_alerts_status_risk_queued_at_id", "alerts", _BY_CLASS)
    op.create_index(
        "ix_alerts_school_id_status_risk_queued_at_id", "alerts", ["school_id", *_BY_CLASS]
    )


_BY_CLASS = ["status", "risk", "queued_at", "id"]


def _make_orders() -> None:
    op.create_table(
        "work_orders",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        _text("school_id", 64),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("state", 32),
        sa.Column("round", sa.Integer(), nullable=False),
        _text("risk", 16),
        _text("subject", 32),
        _text("assignee", 64, nullable=True),
        _moment("created_at"),
        _text("created_by", 64),
        _moment("due_at"),
        _text("due_rule", 32, nullable=True),
        _text("rectified_by", 64, nullable=True),
        _moment("rectified_at", nullable=True),
        _text("closed_by", 64, nullable=True),
        _moment("closed_at", nullable=True),
        _moment("escalated_at", nullable=True),
        sa.Column("merged_into", _ROW_ID, nullable=True),
        sa.CheckConstraint(_CLOSED_BY_ANOTHER, name="ck_work_orders_closed_by_another"),
        sa.CheckConstraint(f"state IN ({_STATES})", name="ck_work_orders_state"),
        _key("work_orders", "school_id", "schools.school_id"),
        _key("work_orders", "assignee", "users.username"),
        _key("work_orders", "merged_into", "work_orders.id"),
        sa.PrimaryKeyConstraint("id", name="pk_work_orders"),
    )
    for columns in (
        ["state", "due_at", "id"],
        ["school_id", "state", "due_at", "id"],
        ["assignee", "state"],
        ["merged_into"],
    ):
        op.create_index(f"ix_work_orders_{'_'.join(columns)}", "work_orders", columns)


def _make_parts() -> None:
    op.create_table(
        "order_sources",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("order_id", _ROW_ID, nullable=False),
        _text("kind", 16),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        _key("order_sources", "order_id", "work_orders.id"),
        _key("order_sources", "alert_id", "alerts.id"),
        sa.PrimaryKeyConstraint("id", name="pk_order_sources"),
        sa.UniqueConstraint("alert_id", name="uq_order_sources_alert_id"),
    )
    op.create_table(
        "order_photographs",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("order_id", _ROW_ID, nullable=False),
        _text("sent_sha256", 64),
        sa.Column("round", sa.Integer(), nullable=False),
        _moment("at"),
        _text("by", 64),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        _key("order_photographs", "order_id", "work_orders.id"),
        sa.PrimaryKeyConstraint("id", name="pk_order_photographs"),
    )
    op.create_index(
        "uq_order_photographs_sent",
        "order_photographs",
        ["order_id", "round", "sent_sha256"],
        unique=True,
    )
    op.create_table(
        "order_history",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("order_id", _ROW_ID, nullable=False),
        _moment("at"),
        _text("action", 32),
        _text("by", 64, nullable=True),
        _text("state", 32),
        sa.Column("note", sa.Text(), nullable=False),
        _key("order_history", "order_id", "work_orders.id"),
        sa.PrimaryKeyConstraint("id", name="pk_order_history"),
    )
    for table in ("order_sources", "order_history"):
        op.create_index(f"ix_{table}_order_id", table, ["order_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_alerts_status_risk_queued_at_id", "alerts")
    op.drop_index("ix_alerts_school_id_status_risk_queued_at_id", "alerts")
    for table in ("duties", "order_history", "order_photographs", "order_sources", "work_orders"):
        op.drop_table(table)

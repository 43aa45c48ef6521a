"""Video meetings, who is invited to them, and who was there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049_meetings"
down_revision = "0048_alerts_are_tidied"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "meetings",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("title", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("about_school_id", sa.String(64), nullable=True),
        sa.Column("alert_id", sa.Uuid(), nullable=True),
        sa.Column("order_id", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.String(64), nullable=False),
        sa.Column("has_lobby", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("starts_at", _MOMENT, nullable=False),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(64), nullable=True),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL)", name="ck_meetings_ended_by_somebody"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meetings"),
    )
    op.create_index("ix_meetings_ended_at", "meetings", ["ended_at"])
    op.create_index("ix_meetings_starts_at_id", "meetings", ["starts_at", "id"])
    op.create_table(
        "meeting_people",
        sa.Column("meeting_id", _ROW_ID, nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("invited_at", _MOMENT, nullable=False),
        sa.Column("invited_by", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("ticket_sha256", sa.String(64), nullable=True),
        sa.Column("ticket_until", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name="fk_meeting_people_meeting_id_meetings"
        ),
        sa.PrimaryKeyConstraint("meeting_id", "username", name="pk_meeting_people"),
    )
    op.create_index("ix_meeting_people_username", "meeting_people", ["username"])
    op.create_table(
        "meeting_entries",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("meeting_id", _ROW_ID, nullable=False),
        sa.Column("username", sa.String(64), nullable=False),
        sa.Column("came_at", _MOMENT, nullable=False),
        sa.Column("left_at", _MOMENT, nullable=True),
        sa.Column("engine_session", sa.BigInteger(), nullable=True),
        sa.Column("engine_sender", sa.BigInteger(), nullable=True),
        sa.Column("engine_receiver", sa.BigInteger(), nullable=True),
        sa.Column("engine_private_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name="fk_meeting_entries_meeting_id_meetings"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_meeting_entries"),
    )
    op.create_index("ix_meeting_entries_meeting_id_id", "meeting_entries", ["meeting_id", "id"])
    op.create_index("ix_meeting_entries_left_at", "meeting_entries", ["left_at"])


def downgrade() -> None:
    """Take this step back."""
    for name in ("meeting_entries", "meeting_people", "meetings"):
        op.drop_table(name)

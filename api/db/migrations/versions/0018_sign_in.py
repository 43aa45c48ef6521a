"""Passwords that must be changed; of a session, when and where it was last used.

Whoever had a password keeps it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_sign_in"
down_revision = "0017_people"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    flag = sa.Boolean()
    column = "password_must_change"
    op.add_column("users", sa.Column(column, flag, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("users") as users:
        users.alter_column(column, existing_type=flag, server_default=None)
    texts = {"client": sa.String(64), "user_agent": sa.String(256)}
    for name, kind in texts.items():
        op.add_column("sessions", sa.Column(name, kind, nullable=False, server_default=""))
    moment = sa.DateTime(timezone=True)
    op.add_column("sessions", sa.Column("last_used_at", moment, nullable=True))
    op.execute("UPDATE sessions SET last_used_at = created_at")
    with op.batch_alter_table("sessions") as sessions:
        sessions.alter_column("last_used_at", existing_type=moment, nullable=False)
        for name, kind in texts.items():
            sessions.alter_column(name, existing_type=kind, server_default=None)


def downgrade() -> None:
    """Take this step back."""
    with op.batch_alter_table("sessions") as sessions:
        for column in ("user_agent", "client", "last_used_at"):
            sessions.drop_column(column)
    with op.batch_alter_table("users") as users:
        users.drop_column("password_must_change")

"""People's mail addresses, and notices for whoever has a role."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027_personal_notices"
down_revision = "0026_load"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("users", sa.Column("mail", sa.String(254), nullable=True))
    op.add_column(
        "notice_rules", sa.Column("roles", sa.JSON(), nullable=False, server_default="[]")
    )
    with op.batch_alter_table("notice_rules") as table:
        table.alter_column("roles", existing_type=sa.JSON(), server_default=None)
    with op.batch_alter_table("notices") as table:
        table.add_column(sa.Column("username", sa.String(64), nullable=True))
        table.create_foreign_key("fk_notices_username_users", "users", ["username"], ["username"])


def downgrade() -> None:
    """Take this step back."""
    with op.batch_alter_table("notices") as table:
        table.drop_constraint("fk_notices_username_users", type_="foreignkey")
        table.drop_column("username")
    op.drop_column("notice_rules", "roles")
    op.drop_column("users", "mail")

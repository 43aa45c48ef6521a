"""Roles of a district and its schools: a person's school, end date, and whether they are disabled.

Who was an administrator or a reviewer is one of the whole district.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_people"
down_revision = "0016_audit_chain"
branch_labels = None
depends_on = None

_FK = "fk_users_school_id_schools"
_NEW = {"admin": "district_admin", "reviewer": "district_reviewer"}


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("users") as users:
        users.alter_column("role", existing_type=sa.String(16), type_=sa.String(32))
        users.add_column(sa.Column("school_id", sa.String(64), nullable=True))
        users.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        users.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
        users.create_foreign_key(_FK, "schools", ["school_id"], ["school_id"])
    _rename(_NEW)


def downgrade() -> None:
    """Take this step back; whoever has a role of after it is forgotten."""
    _rename({new: old for old, new in _NEW.items()})
    op.execute("DELETE FROM users WHERE role NOT IN ('admin', 'reviewer')")
    with op.batch_alter_table("users") as users:
        users.drop_constraint(_FK, type_="foreignkey")
        for column in ("disabled_at", "ends_at", "school_id"):
            users.drop_column(column)
        users.alter_column("role", existing_type=sa.String(32), type_=sa.String(16))


def _rename(roles: dict[str, str]) -> None:
    users = sa.table("users", sa.column("role"))
    for old, new in roles.items():
        op.execute(users.update().where(users.c.role == old).values(role=new))

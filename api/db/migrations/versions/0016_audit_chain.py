"""Each entry of the access log is bound to the one before; their end is written down."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0016_audit_chain"
down_revision = "0015_schools"
branch_labels = None
depends_on = None

_NO_HASH = "0" * 64
_AT_ONCE = 5_000
_FIELDS = (
    "at",
    "action",
    "username",
    "client",
    "alert_id",
    "reason",
    "subject",
    "school_id",
    "camera_id",
    "from_at",
    "to_at",
)


def upgrade() -> None:
    """Number the entries anew, without holes, and chain them.

    The end is written down without a key: the first start of the command centre puts its own to it.
    """
    op.create_table(
        "access_log_head",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("deleted_count", sa.BigInteger(), nullable=False),
        sa.Column("deleted_hash", sa.String(64), nullable=False),
        sa.Column("mac", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log_head")),
    )
    op.add_column("access_log", sa.Column("hash", sa.String(64), nullable=True))
    count, newest = _chain(op.get_bind())
    with op.batch_alter_table("access_log") as table:
        table.alter_column("hash", existing_type=sa.String(64), nullable=False)
    head = sa.table(
        "access_log_head",
        *(
            sa.column(name)
            for name in ("id", "count", "hash", "deleted_count", "deleted_hash", "mac")
        ),
    )
    op.execute(
        sa.insert(head).values(
            id=1, count=count, hash=newest, deleted_count=0, deleted_hash=_NO_HASH, mac=""
        )
    )


def _chain(connection: sa.Connection) -> tuple[int, str]:
    moment, text = sa.DateTime(timezone=True), sa.String()
    types: dict[str, sa.types.TypeEngine[Any]] = {
        "at": moment,
        "from_at": moment,
        "to_at": moment,
        "alert_id": sa.Uuid(),
    }
    log = sa.table(
        "access_log",
        sa.column("id", sa.BigInteger()),
        sa.column("hash", text),
        *(sa.column(name, types.get(name, text)) for name in _FIELDS),
    )
    number, newest, last_id = 0, _NO_HASH, -1
    by_id = sa.select(log).order_by(log.c.id).limit(_AT_ONCE)
    change = sa.update(log).where(log.c.id == sa.bindparam("old_id"))
    change = change.values(id=sa.bindparam("new_id"), hash=sa.bindparam("new_hash"))
    # Ids grow from 1 and only get smaller here: none is taken when it is given.
    while rows := connection.execute(by_id.where(log.c.id > last_id)).all():
        changes = []
        for row in rows:
            number += 1
            newest = _entry_hash(newest, number, row)
            changes.append({"old_id": row.id, "new_id": number, "new_hash": newest})
        connection.execute(change, changes)
        last_id = rows[-1].id
    return number, newest


def _entry_hash(previous: str, number: int, row: sa.Row[tuple[object, ...]]) -> str:
    fields: dict[str, object] = {"id": number}
    for name in _FIELDS:
        value = getattr(row, name)
        if isinstance(value, datetime):
            aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            value = aware.isoformat(timespec="microseconds")
        fields[name] = str(value) if isinstance(value, UUID) else value
    text = json.dumps(fields, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("access_log_head")
    with op.batch_alter_table("access_log") as table:
        table.drop_column("hash")

"""PostgreSQL tidies alerts up after every fiftieth that changed, not after every fifth.

What is counted from an index alone (precision, search) fetches each row all the same until then,
and takes more than twice as long.
"""

from __future__ import annotations

from alembic import op

revision = "0048_alerts_are_tidied"
down_revision = "0047_offline_entries"
branch_labels = None
depends_on = None

_SHARES = ("autovacuum_vacuum_scale_factor", "autovacuum_vacuum_insert_scale_factor")


def upgrade() -> None:
    """Apply this step."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE alerts SET ({', '.join(f'{share} = 0.02' for share in _SHARES)})")


def downgrade() -> None:
    """Take this step back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE alerts RESET ({', '.join(_SHARES)})")

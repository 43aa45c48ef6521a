"""A report may be the paper of an inspection's form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045_papers_of_forms"
down_revision = "0044_exams"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FOREIGN_KEY = "fk_reports_inspection_id_inspections"


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("reports") as batch:
        batch.add_column(sa.Column("inspection_id", _ROW_ID, nullable=True))
        batch.create_foreign_key(_FOREIGN_KEY, "inspections", ["inspection_id"], ["id"])
    op.create_index("ix_reports_inspection_id", "reports", ["inspection_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_reports_inspection_id", "reports")
    with op.batch_alter_table("reports") as batch:
        batch.drop_constraint(_FOREIGN_KEY, type_="foreignkey")
        batch.drop_column("inspection_id")

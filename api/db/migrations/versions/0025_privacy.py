"""Requests of those who were filmed, and impact assessments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025_privacy"
down_revision = "0024_notices"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DECIDED = (
    "state = 'received' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL AND outcome <> '')"
)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, length: int | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if length is None else sa.String(length), nullable=nullable)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "subject_requests",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        _text("school_id", 64),
        _text("kind", 16),
        _text("applicant", 128),
        _text("identity_check", 16),
        _text("place", 128),
        _moment("from_at", nullable=True),
        _moment("to_at", nullable=True),
        _text("note"),
        sa.Column("alert_ids", sa.JSON(), nullable=False),
        sa.Column("camera_keys", sa.JSON(), nullable=False),
        _moment("received_at"),
        _moment("due_at"),
        _text("due_rule", 32, nullable=True),
        _text("state", 16),
        _text("outcome"),
        _moment("decided_at", nullable=True),
        _text("decided_by", 64, nullable=True),
        _moment("registered_at"),
        _text("registered_by", 64),
        sa.CheckConstraint(
            "state IN ('received', 'answered', 'refused')", name="ck_subject_requests_state"
        ),
        sa.CheckConstraint(_DECIDED, name="ck_subject_requests_decided"),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_subject_requests_school_id_schools"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subject_requests"),
    )
    for columns in (["received_at", "id"], ["school_id", "received_at"]):
        op.create_index(f"ix_subject_requests_{'_'.join(columns)}", "subject_requests", columns)
    op.create_table(
        "impact_assessments",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        _text("school_id", 64, nullable=True),
        _text("subject", 128),
        *(_text(name) for name in ("purpose", "necessity", "risk", "measures")),
        _text("author", 128),
        _text("document", 128),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("replaces", sa.BigInteger(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        _moment("recorded_at"),
        _text("recorded_by", 64),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_impact_assessments_school_id_schools"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_impact_assessments"),
    )
    op.create_index("ix_impact_assessments_school_id", "impact_assessments", ["school_id"])


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("impact_assessments")
    op.drop_table("subject_requests")

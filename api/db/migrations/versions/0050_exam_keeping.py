"""Exams: footage that is held, sealed on order, and handed out by two people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.db.types import UtcDateTime

revision = "0050_exam_keeping"
down_revision = "0049_meetings"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Apply this step."""
    _holds()
    _packages()
    _releases()


def _school(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_school_id_schools"
    return sa.ForeignKeyConstraint(["school_id"], ["schools.school_id"], name=name)


def _sitting(table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_sitting_id_exam_sittings"
    return sa.ForeignKeyConstraint(["sitting_id"], ["exam_sittings.id"], name=name)


def _holds() -> None:
    op.create_table(
        "exam_holds",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("school_id", sa.String(length=64), nullable=False),
        sa.Column("sitting_id", _ROW_ID, nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.String(length=64), nullable=True),
        sa.Column("lift_reason", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exam_holds"),
        _school("exam_holds"),
        _sitting("exam_holds"),
        sa.CheckConstraint(
            "lifted_at IS NULL OR (lifted_by IS NOT NULL AND lift_reason IS NOT NULL)",
            name="ck_exam_holds_lifted",
        ),
    )
    op.create_index("ix_exam_holds_sitting_id", "exam_holds", ["sitting_id"])
    op.create_index("ix_exam_holds_until", "exam_holds", ["until"])


def _packages() -> None:
    op.create_table(
        "exam_packages",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("package_id", sa.Uuid(), nullable=False),
        sa.Column("school_id", sa.String(length=64), nullable=False),
        sa.Column("sitting_id", _ROW_ID, nullable=False),
        sa.Column("box_id", _ROW_ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("trouble", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.String(length=512), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column("ordered_by", sa.String(length=64), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("manifest_sha256", sa.String(length=64), nullable=True),
        sa.Column("chain_head", sa.String(length=64), nullable=True),
        sa.Column("segment_count", sa.Integer(), nullable=True),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exam_packages"),
        sa.UniqueConstraint("package_id", name="uq_exam_packages_package_id"),
        sa.UniqueConstraint("sitting_id", name="uq_exam_packages_sitting_id"),
        _school("exam_packages"),
        _sitting("exam_packages"),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_exam_packages_box_id_boxes"),
        sa.CheckConstraint(
            "state NOT IN ('collected', 'sealed') OR (manifest_sha256 IS NOT NULL "
            "AND chain_head IS NOT NULL AND segment_count IS NOT NULL "
            "AND size_bytes IS NOT NULL)",
            name="ck_exam_packages_collected",
        ),
    )
    op.create_index("ix_exam_packages_box_id", "exam_packages", ["box_id"])


def _releases() -> None:
    op.create_table(
        "exam_releases",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("school_id", sa.String(length=64), nullable=False),
        sa.Column("package_key", _ROW_ID, nullable=False),
        sa.Column("recipient", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=512), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decision_reason", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_exam_releases"),
        _school("exam_releases"),
        sa.ForeignKeyConstraint(
            ["package_key"], ["exam_packages.id"], name="fk_exam_releases_package_key_exam_packages"
        ),
        sa.CheckConstraint(
            "state = 'asked' OR (decided_at IS NOT NULL AND decided_by IS NOT NULL "
            "AND decision_reason IS NOT NULL AND decided_by <> asked_by)",
            name="ck_exam_releases_two_people",
        ),
    )
    op.create_index("ix_exam_releases_package_key", "exam_releases", ["package_key"])
    op.create_index("ix_exam_releases_state_expires_at", "exam_releases", ["state", "expires_at"])


def downgrade() -> None:
    """Take this step back."""
    for table in ("exam_releases", "exam_packages", "exam_holds"):
        op.drop_table(table)

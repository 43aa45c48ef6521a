"""Footage as boxes told it day by day, verdicts of the command centre, and what they rest on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0034_footage_days"
down_revision = "0033_reports"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _ROW_ID, nullable=False, autoincrement=True)


def _of(name: str) -> sa.Column[int]:
    return sa.Column(name, _ROW_ID, nullable=False)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _float(name: str, *, null: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Float(53), nullable=null)


def _text(name: str, length: int, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=null)


def _at(name: str, *, null: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _camera_day(table: str, *more: str) -> list[SchemaItem]:
    return [
        _of("camera_key"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["camera_key"], ["cameras.id"], name=f"fk_{table}_camera_key_cameras"
        ),
        sa.PrimaryKeyConstraint("camera_key", "day", *more, name=f"pk_{table}"),
    ]


def _verdict(table: str) -> list[SchemaItem]:
    return [
        _number("as_of_ms"),
        _of("requirement_id"),
        _text("state", 16),
        sa.Column("is_unconfirmed", sa.Boolean(), nullable=False),
        _float("completeness"),
        _float("proven_days"),
        _number("gap_count"),
        _float("gap_s"),
        _float("day_missing_s"),
        _at("judged_at"),
        sa.ForeignKeyConstraint(
            ["requirement_id"],
            ["footage_requirements.id"],
            name=f"fk_{table}_requirement_id_footage_requirements",
        ),
    ]


def upgrade() -> None:
    """Apply this step."""
    _facts()
    _rules()
    op.create_table(
        "footage_verdicts", *_camera_day("footage_verdicts"), *_verdict("footage_verdicts")
    )
    op.create_index("ix_footage_verdicts_day", "footage_verdicts", ["day"])
    op.create_table(
        "superseded_verdicts",
        *_camera_day("superseded_verdicts", "judged_at"),
        *_verdict("superseded_verdicts"),
        _of("judgement_id"),
        sa.ForeignKeyConstraint(
            ["judgement_id"],
            ["judgements.id"],
            name="fk_superseded_verdicts_judgement_id_judgements",
        ),
    )


def _facts() -> None:
    op.create_table(
        "footage_days",
        *_camera_day("footage_days"),
        _number("as_of_ms"),
        _number("from_ms"),
        _number("front_ms", null=True),
        _text("before_cause", 32),
        _number("oldest_ms", null=True),
        _number("life_ms", null=True),
        sa.Column("is_offline", sa.Boolean(), nullable=False),
        sa.Column("is_incomplete", sa.Boolean(), nullable=False),
        _number("changed_ms"),
        sa.Column("holes", sa.LargeBinary(), nullable=True),
        sa.Column("causes", sa.Text(), nullable=False),
        _number("broken_count"),
        _float("clock_offset_s", null=True),
    )
    op.create_table("judging_due", *_camera_day("judging_due"), _number("as_of_ms"))


def _rules() -> None:
    op.create_table(
        "footage_requirements",
        _id(),
        _text("sha256", 64),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_footage_requirements"),
        sa.UniqueConstraint("sha256", name="uq_footage_requirements_sha256"),
    )
    op.create_table(
        "judged_profiles",
        _text("sha256", 64),
        sa.Column("body", sa.Text(), nullable=False),
        _at("first_used_at"),
        sa.PrimaryKeyConstraint("sha256", name="pk_judged_profiles"),
    )
    op.create_table(
        "judgements",
        _id(),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=False),
        _text("reason", 512),
        _text("asked_by", 64),
        _at("asked_at"),
        _number("cameras_total"),
        _number("cameras_done"),
        _number("days_judged"),
        _number("days_changed"),
        _number("last_camera_key"),
        _at("ended_at", null=True),
        sa.PrimaryKeyConstraint("id", name="pk_judgements"),
    )
    op.create_table(
        "retention_overrides",
        _id(),
        _text("school_id", 64),
        _number("min_days", null=True),
        _number("max_days", null=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("until_day", sa.Date(), nullable=True),
        _text("reason", 512),
        _text("created_by", 64),
        _at("created_at"),
        _text("withdrawn_by", 64, null=True),
        _at("withdrawn_at", null=True),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_retention_overrides_school_id_schools"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_retention_overrides"),
    )
    op.create_index("ix_retention_overrides_school_id", "retention_overrides", ["school_id"])


def downgrade() -> None:
    """Take this step back."""
    for table in (
        "superseded_verdicts",
        "footage_verdicts",
        "retention_overrides",
        "judgements",
        "judged_profiles",
        "footage_requirements",
        "judging_due",
        "footage_days",
    ):
        op.drop_table(table)

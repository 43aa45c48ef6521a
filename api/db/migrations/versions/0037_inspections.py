"""Inspections of schools, and work orders about what they found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037_inspections"
down_revision = "0036_recovered_footage"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_AT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "inspection_plans",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("school_ids", sa.JSON(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("created_by", sa.String(64), nullable=False),
        sa.Column("ended_at", _AT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_plans"),
    )
    _create_inspections()
    _create_items()
    op.create_table(
        "inspection_photographs",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("inspection_id", _ROW_ID, nullable=False),
        sa.Column("item_id", _ROW_ID, nullable=False),
        sa.Column("sent_sha256", sa.String(64), nullable=False),
        sa.Column("at", _AT, nullable=False),
        sa.Column("by", sa.String(64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspections.id"],
            name="fk_inspection_photographs_inspection_id_inspections",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["inspection_items.id"],
            name="fk_inspection_photographs_item_id_inspection_items",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_photographs"),
    )
    op.create_index(
        "ix_inspection_photographs_inspection_id", "inspection_photographs", ["inspection_id"]
    )
    op.create_index(
        "uq_inspection_photographs_sent",
        "inspection_photographs",
        ["item_id", "sent_sha256"],
        unique=True,
    )
    with op.batch_alter_table("order_sources") as batch:
        batch.add_column(sa.Column("item_id", _ROW_ID, nullable=True))
        batch.create_foreign_key(
            "fk_order_sources_item_id_inspection_items", "inspection_items", ["item_id"], ["id"]
        )
        batch.create_unique_constraint("uq_order_sources_item_id", ["item_id"])


def _create_inspections() -> None:
    op.create_table(
        "inspections",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("school_id", sa.String(64), nullable=False),
        sa.Column("visitor_school_id", sa.String(64), nullable=True),
        sa.Column("school_name", sa.String(128), nullable=False),
        sa.Column("visitor_name", sa.String(128), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("subject", sa.String(16), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("due_at", _AT, nullable=False),
        sa.Column("profiles", sa.JSON(), nullable=False),
        sa.Column("inspector", sa.String(64), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("created_at", _AT, nullable=False),
        sa.Column("changed_at", _AT, nullable=False),
        sa.Column("changed_by", sa.String(64), nullable=False),
        sa.Column("signed_at", _AT, nullable=True),
        sa.Column("signed_by", sa.String(64), nullable=True),
        sa.Column("signer", sa.String(64), nullable=False),
        sa.CheckConstraint(
            "signed_at IS NULL OR (signed_by IS NOT NULL AND signer <> '')",
            name="ck_inspections_signed",
        ),
        sa.ForeignKeyConstraint(
            ["school_id"], ["schools.school_id"], name="fk_inspections_school_id_schools"
        ),
        sa.ForeignKeyConstraint(
            ["visitor_school_id"],
            ["schools.school_id"],
            name="fk_inspections_visitor_school_id_schools",
        ),
        sa.ForeignKeyConstraint(
            ["inspector"], ["users.username"], name="fk_inspections_inspector_users"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inspections"),
    )
    form = ["school_id", "kind", "subject", "first_day", "name"]
    op.create_index("uq_inspections_form", "inspections", form, unique=True)
    op.create_index("ix_inspections_due_at_id", "inspections", ["due_at", "id"])
    op.create_index("ix_inspections_visitor_school_id", "inspections", ["visitor_school_id"])
    op.create_index("ix_inspections_inspector", "inspections", ["inspector"])


def _create_items() -> None:
    op.create_table(
        "inspection_items",
        sa.Column("id", _ROW_ID, nullable=False, autoincrement=True),
        sa.Column("inspection_id", _ROW_ID, nullable=False),
        sa.Column("check_id", sa.String(64), nullable=False),
        sa.Column("rank", sa.String(16), nullable=False),
        sa.Column("demand_zh", sa.Text(), nullable=False),
        sa.Column("demand_en", sa.Text(), nullable=False),
        sa.Column("about", sa.String(16), nullable=False),
        sa.Column("places", sa.JSON(), nullable=False),
        sa.Column("source_zh", sa.Text(), nullable=False),
        sa.Column("source_en", sa.Text(), nullable=False),
        sa.Column("clause", sa.String(64), nullable=False),
        sa.Column("reading", sa.String(16), nullable=False),
        sa.Column("result", sa.String(16), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=True),
        sa.Column("answered_at", _AT, nullable=True),
        sa.Column("answered_by", sa.String(64), nullable=True),
        sa.Column("hazard", sa.String(16), nullable=True),
        sa.Column("rectify_by", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "result IS NULL OR (facts IS NOT NULL AND answered_at IS NOT NULL "
            "AND answered_by IS NOT NULL)",
            name="ck_inspection_items_answered",
        ),
        sa.CheckConstraint(
            "(result <> 'not_met' OR hazard IS NOT NULL) AND (hazard IS NULL OR note <> '')",
            name="ck_inspection_items_hazard",
        ),
        sa.ForeignKeyConstraint(
            ["inspection_id"],
            ["inspections.id"],
            name="fk_inspection_items_inspection_id_inspections",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_inspection_items"),
    )
    op.create_index("ix_inspection_items_inspection_id", "inspection_items", ["inspection_id"])


def downgrade() -> None:
    """Take this step back."""
    with op.batch_alter_table("order_sources") as batch:
        batch.drop_constraint("uq_order_sources_item_id", type_="unique")
        batch.drop_constraint("fk_order_sources_item_id_inspection_items", type_="foreignkey")
        batch.drop_column("item_id")
    op.drop_table("inspection_photographs")
    op.drop_table("inspection_items")
    op.drop_table("inspections")
    op.drop_table("inspection_plans")

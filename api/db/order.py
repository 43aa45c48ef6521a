"""Tables of work orders, 整改工单, and of the duties they are given to."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfOrder, OfSchool, RowId


class WorkOrder(OfSchool, Base):
    """Something a school must put right; what it is about stands in ``order_sources``."""

    __tablename__ = "work_orders"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    version: Mapped[int]
    """Counts decisions; what ``ETag`` says."""
    state: Mapped[str] = mapped_column(String(32))
    round: Mapped[int] = mapped_column(Integer)
    """Counts returns and reopenings: each asks for photographs of its own."""
    risk: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(32))
    """The duty it belongs to at its school."""
    assignee: Mapped[str | None] = mapped_column(ForeignKey("users.username"))
    """Null while it is given to the duty, not to a person."""
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))
    due_at: Mapped[datetime]
    due_rule: Mapped[str | None] = mapped_column(String(32))
    """Row of the table of deadlines; null of one that a person chose."""
    rectified_by: Mapped[str | None] = mapped_column(String(64))
    rectified_at: Mapped[datetime | None]
    """Who submitted it last for the check, and when."""
    closed_by: Mapped[str | None] = mapped_column(String(64))
    closed_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("work_orders.id"))
    """The order that took over what this one was about; it is worked on no more."""

    __table_args__ = (
        # Whoever put it right does not check it: not even a fault of the program closes it so.
        CheckConstraint(
            "state <> 'closed' OR (closed_by IS NOT NULL AND closed_at IS NOT NULL "
            "AND rectified_by IS NOT NULL AND closed_by <> rectified_by)",
            name="ck_work_orders_closed_by_another",
        ),
        CheckConstraint(
            "state IN ('assigned', 'feedback_received', 'rectifying', 'pending_verification', "
            "'closed')",
            name="ck_work_orders_state",
        ),
        Index("ix_work_orders_state_due_at_id", "state", "due_at", "id"),
        Index("ix_work_orders_school_id_state_due_at_id", "school_id", "state", "due_at", "id"),
        Index("ix_work_orders_assignee_state", "assignee", "state"),
        Index("ix_work_orders_merged_into", "merged_into"),
    )


class OrderSource(OfOrder, Base):
    """What an order is about: an alert, a finding of an inspection, or a telephone call."""

    __tablename__ = "order_sources"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    alert_id: Mapped[UUID | None] = mapped_column(ForeignKey("alerts.id"), unique=True)
    """An alert is in one order at most, so two people cannot give it away twice."""
    item_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_items.id"), unique=True)
    """Of an inspection: what was found there is in one order."""
    text: Mapped[str] = mapped_column(Text)


class OrderPhotograph(OfOrder, Base):
    """A photograph of the rectification, encoded anew."""

    __tablename__ = "order_photographs"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"))
    sent_sha256: Mapped[str] = mapped_column(String(64))
    """Hash of what was sent: sending it again is no second photograph."""
    round: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(64))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    jpeg: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    """In the database and in no folder: it stands or falls with its row, and is in its backup."""

    __table_args__ = (
        Index("uq_order_photographs_sent", "order_id", "round", "sent_sha256", unique=True),
    )


class OrderHistory(OfOrder, Base):
    """Who did what to an order, when and why; only ever appended to."""

    __tablename__ = "order_history"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(String(32))
    by: Mapped[str | None] = mapped_column(String(64))
    """Null of what the command centre did by itself."""
    state: Mapped[str] = mapped_column(String(32))
    """Where the order stood afterwards."""
    note: Mapped[str] = mapped_column(Text, default="")


class OrderRequest(OfOrder, Base):
    """A request that its sender named and that was done: asked again it is not done again."""

    __tablename__ = "order_requests"

    username: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[UUID] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("work_orders.id"), index=True)
    asked_sha256: Mapped[str] = mapped_column(String(64))
    """Of what was asked for: another request under the same name is refused."""
    photograph_id: Mapped[int | None] = mapped_column(ForeignKey("order_photographs.id"))
    """What it added; null of a step."""
    at: Mapped[datetime]


class Duty(OfSchool, Base):
    """Who answers for a subject at a school."""

    __tablename__ = "duties"

    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(ForeignKey("users.username"), index=True)

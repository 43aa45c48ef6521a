"""Tables of what boxes run: the versions of each box's configuration, and where it stands."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfBox, RowId


class BoxConfiguration(OfBox, Base):
    """Where one box stands with its configuration; made with its first version."""

    __tablename__ = "box_configurations"

    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
    newest: Mapped[int]
    """Number of the newest version; what ``ETag`` says."""
    running: Mapped[int | None]
    """Number of the version it runs, as far as it told; null before it did."""
    wanted: Mapped[int | None]
    """Number of the version it is to take; null when nothing waits."""
    reported_at: Mapped[datetime | None]
    """When it last told what it runs; null before it did."""


class BoxConfigurationVersion(OfBox, Base):
    """One version: what a person wrote at the command centre, or a box reported of its own file.

    Secrets are markers (:mod:`api.contract.configuration_secrets`).
    """

    __tablename__ = "box_configuration_versions"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"))
    number: Mapped[int]
    """Counts from 1 for each box."""
    origin: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))
    """Empty of what a box reported."""
    reason: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, deferred=True)
    """YAML, as it was written."""
    document: Mapped[dict[str, object]] = mapped_column(JSON(), deferred=True)
    """What the text says."""
    digest: Mapped[str] = mapped_column(String(64))
    """Of the document."""
    restored_from: Mapped[int | None]
    """The older version that it is equal to, if somebody went back to that."""
    state: Mapped[str] = mapped_column(String(16))
    answered_at: Mapped[datetime | None]
    why: Mapped[str | None] = mapped_column(String(32))
    problems: Mapped[list[dict[str, object]]] = mapped_column(JSON(), default=list)
    """``ConfigurationProblem`` as JSON."""
    waits: Mapped[list[str]]
    """Keys whose change waits for the worker's next start."""

    __table_args__ = (
        UniqueConstraint("box_id", "number", name="uq_box_configuration_versions_box_id"),
        CheckConstraint(
            "state <> 'refused' OR why IS NOT NULL", name="ck_box_configuration_versions_refused"
        ),
        CheckConstraint(
            "origin = 'box' OR (created_by <> '' AND reason <> '')",
            name="ck_box_configuration_versions_written",
        ),
    )


class BoxSealingKey(OfBox, Base):
    """The public key that a box told, and the one that somebody allowed to seal to."""

    __tablename__ = "box_sealing_keys"

    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
    told: Mapped[str] = mapped_column(String(44))
    told_at: Mapped[datetime]
    """When it told this one first."""
    allowed: Mapped[str | None] = mapped_column(String(44))
    allowed_at: Mapped[datetime | None]
    allowed_by: Mapped[str | None] = mapped_column(String(64))


class BoxCredential(OfBox, Base):
    """A credential as it was sealed in a browser; the command centre cannot open it."""

    __tablename__ = "box_credentials"

    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int]
    """Counts what was ever set for the box: the higher one is the newer."""
    sealed: Mapped[str] = mapped_column(Text, deferred=True)
    key: Mapped[str] = mapped_column(String(44))
    """What it was sealed to."""
    set_at: Mapped[datetime]
    set_by: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16))
    why: Mapped[str | None] = mapped_column(String(32))
    answered_at: Mapped[datetime | None]

"""Tables of the bureau, its schools and their boxes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.db.base import Base, OfBox, OfSchool, RowId


class Bureau(Base):
    """The education bureau this command centre serves; one row."""

    __tablename__ = "bureaus"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    name_zh: Mapped[str] = mapped_column(String(128))
    name_en: Mapped[str] = mapped_column(String(128), default="")


class Community(Base):
    """Schools that check each other, 共同体."""

    __tablename__ = "communities"

    community_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(128))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    """Since when no school can belong to it; schools that did go on naming it in their past."""


class School(OfSchool, Base):
    """A school; its id is chosen once and names it on the wire and in every address of evidence."""

    __tablename__ = "schools"

    school_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    community_id: Mapped[str | None] = mapped_column(
        ForeignKey("communities.community_id"), index=True
    )
    code: Mapped[str | None] = mapped_column(String(64), unique=True)
    """The official number; null while nobody wrote it."""
    name_zh: Mapped[str] = mapped_column(String(128))
    name_en: Mapped[str] = mapped_column(String(128), default="")
    type: Mapped[str | None] = mapped_column(String(32))
    pupils: Mapped[int | None]
    boarding: Mapped[bool] = mapped_column(default=False)
    canteen: Mapped[bool] = mapped_column(default=False)
    ct_key_target: Mapped[bool] = mapped_column(default=False)
    hazmat: Mapped[bool] = mapped_column(default=False)
    parking: Mapped[bool] = mapped_column(default=False)
    time_zone: Mapped[str] = mapped_column(String(64))
    terms: Mapped[list[dict[str, str]]] = mapped_column(JSON(), default=list)
    """``Term`` as JSON, by first day."""
    holidays: Mapped[list[str]] = mapped_column(default=list)
    """Days without school, ISO dates."""
    workdays: Mapped[list[str]] = mapped_column(default=list)
    """Days with school although the week says otherwise, ISO dates."""
    created_at: Mapped[datetime]
    described_at: Mapped[datetime | None]
    """When a person first described it; until then its name is what its box calls it."""
    closed_at: Mapped[datetime | None]


class Membership(OfSchool, Base):
    """From when to when a school belonged to a community; the open one is the school's own."""

    __tablename__ = "memberships"

    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"), primary_key=True)
    from_at: Mapped[datetime] = mapped_column(primary_key=True)
    community_id: Mapped[str] = mapped_column(ForeignKey("communities.community_id"), index=True)
    to_at: Mapped[datetime | None]


class Place(OfSchool, Base):
    """A place of a school that the rules on placement speak of."""

    __tablename__ = "places"
    __table_args__ = (UniqueConstraint("school_id", "name", name="uq_places_school_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(128))
    created_at: Mapped[datetime]


class Box(OfSchool, Base):
    """A machine at a school that may report; only the hash of its token is kept."""

    __tablename__ = "boxes"
    __table_args__ = (UniqueConstraint("school_id", "name", name="uq_boxes_school_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    school_id: Mapped[str] = mapped_column(ForeignKey("schools.school_id"))
    name: Mapped[str] = mapped_column(String(64))
    token_sha256: Mapped[str | None] = mapped_column(String(64), unique=True)
    """Null until it is enrolled."""
    created_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]
    """When it got its present token, if that is not its first one."""
    revoked_at: Mapped[datetime | None]
    refused: Mapped[int] = mapped_column(default=0)
    """Messages refused because they were not its to send."""
    refused_at: Mapped[datetime | None]
    refused_code: Mapped[str | None] = mapped_column(String(32))


class EnrolmentCode(OfBox, Base):
    """A one-time right to become a box; only the hash of the code is kept."""

    __tablename__ = "enrolment_codes"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    box_id: Mapped[int] = mapped_column(ForeignKey("boxes.id"), index=True)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

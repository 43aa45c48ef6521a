"""What all tables share: types of columns, and names of constraints."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Float, Integer, MetaData, Uuid
from sqlalchemy.orm import DeclarativeBase

from api.db.types import UtcDateTime

_NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# SQLite numbers rows by itself only in a column that is INTEGER, not BIGINT.
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Base(DeclarativeBase):
    """Common metadata with predictable constraint names, which migrations need."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map = {  # noqa: RUF012 -- SQLAlchemy's convention
        datetime: UtcDateTime(),
        UUID: Uuid(),
        int: BigInteger(),
        float: Float(53),
        list[str]: JSON(),
        list[float]: JSON(),
        list[int]: JSON(),
        list[list[float]]: JSON(),
        dict[str, str]: JSON(),
        dict[str, float | str]: JSON(),
        dict[str, float | int | str]: JSON(),
    }


# What a table's rows belong to: each table is of one of these kinds, or of the whole district for a
# reason that stands in tests/api/test_scope.py. ``api.db.narrowing`` goes by them.


class OfSchool:
    """Rows name their school in ``school_id``; null belongs to no school."""


class OfCamera:
    """Rows belong to the school of the camera ``camera_key``."""


class OfBox:
    """Rows belong to the school of the box ``box_id``."""


class OfPlace:
    """Rows belong to the school of the place ``place_id``."""


class OfAlert:
    """Rows belong to the school of the alert ``alert_id``."""


class OfInspection:
    """Rows belong to the school of the inspection ``inspection_id``."""


class OfOrder:
    """Rows belong to the school of the work order ``order_id``."""

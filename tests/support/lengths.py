"""Texts that are too long for their column fail on SQLite as they do on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapper


def enforced() -> None:
    """From now on, in this process: SQLite itself keeps whatever it is given."""
    for moment in ("before_insert", "before_update"):
        event.listen(Mapper, moment, _look)


def _look(mapper: Mapper[Any], _: Connection, target: object) -> None:
    for attribute in mapper.column_attrs:
        kind, text = attribute.columns[0].type, vars(target).get(attribute.key)
        if isinstance(kind, String) and kind.length and isinstance(text, str):
            assert len(text) <= kind.length, f"{mapper.local_table}.{attribute.key}: {text!r}"

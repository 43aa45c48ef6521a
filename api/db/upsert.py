"""The one place that speaks a dialect: insert a row unless its key is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.models import Base


async def insert_if_absent(
    session: AsyncSession, model: type[Base], values: Mapping[str, Any]
) -> bool:
    """Insert a row; answers whether it was new.

    Two writers may see no row at the same time; the database, not the program, decides which of
    them inserted it. It is asked to return the row: the number of rows that a driver tells is -1
    for some.
    """
    insert: Any = (
        postgresql.insert(model)
        if session.get_bind().dialect.name == "postgresql"
        else sqlite.insert(model)
    )
    statement = insert.values(**values).on_conflict_do_nothing()
    returned = await session.execute(statement.returning(*inspect(model).primary_key))
    return returned.first() is not None

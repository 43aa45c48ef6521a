"""The one place that speaks a dialect: insert a row unless its key is taken."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.models import Base


async def insert_if_absent(
    session: AsyncSession, model: type[Base], values: Mapping[str, Any]
) -> bool:
    """Insert a row; answers whether it was new.

    Two writers may see no row at the same time; the database, not the program, decides which of
    them inserted it.
    """
    if session.get_bind().dialect.name == "postgresql":
        statement: Any = postgresql.insert(model).values(**values).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(model).values(**values).on_conflict_do_nothing()
    result = cast("CursorResult[Any]", await session.execute(statement))
    return result.rowcount == 1

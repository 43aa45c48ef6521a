"""The one place that speaks a dialect: insert a row, and what if its key is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.base import Base


async def insert_if_absent(
    session: AsyncSession, model: type[Base], values: Mapping[str, Any]
) -> bool:
    """Insert a row; answers whether it was new.

    Two writers may see no row at the same time; the database, not the program, decides which of
    them inserted it. It is asked to return the row: the number of rows that a driver tells is -1
    for some.
    """
    statement = _insert(session, model).values(**values).on_conflict_do_nothing()
    returned = await session.execute(statement.returning(*inspect(model).primary_key))
    return returned.first() is not None


async def insert_absent(
    session: AsyncSession, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert those rows whose keys are free."""
    if rows:
        await session.execute(_insert(session, model).on_conflict_do_nothing(), list(rows))


async def insert_or_replace(
    session: AsyncSession, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert rows; where a key is taken the new row stands.

    Args:
        session: To write with.
        model: The table.
        rows: Whole ones; each key at most once.
    """
    if not rows:
        return
    statement = _insert(session, model)
    key = [column.name for column in inspect(model).primary_key]
    new = {name: statement.excluded[name] for name in rows[0] if name not in key}
    if new:
        statement = statement.on_conflict_do_update(index_elements=key, set_=new)
    else:
        statement = statement.on_conflict_do_nothing()
    await session.execute(statement, list(rows))


async def insert_or_add(
    session: AsyncSession, model: type[Base], rows: Sequence[Mapping[str, Any]], *, added: str
) -> None:
    """Insert rows; where a key is taken add to one column, and replace the others.

    Args:
        session: To write with.
        model: The table.
        rows: Each key at most once.
        added: The column to add to.
    """
    statement = _insert(session, model).values(list(rows))
    key = [column.name for column in inspect(model).primary_key]
    new = {name: statement.excluded[name] for name in rows[0] if name not in key}
    new[added] = inspect(model).local_table.c[added] + statement.excluded[added]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=new))


def _insert(session: AsyncSession, model: type[Base]) -> Any:
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(model)
    return sqlite.insert(model)

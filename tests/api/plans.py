"""How SQLite would find what a reader asks for."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.scope import EVERYTHING
from api.db.engine import Database


async def plans_of(
    file: Path, ask: Callable[[AsyncSession], Awaitable[object]]
) -> list[tuple[str, list[str]]]:
    """Each statement that is sent, in order, with the steps of its plan.

    Args:
        file: A migrated database.
        ask: Reads with a session of which nothing is hidden.
    """
    database = Database(f"sqlite+aiosqlite:///{file}")
    sent: list[tuple[str, tuple[object, ...]]] = []
    async with database.read(EVERYTHING) as session:
        event.listen(
            session.get_bind(),
            "before_cursor_execute",
            lambda _c, _k, sql, values, *_: sent.append((sql, values)),
        )
        await ask(session)
    await database.close()
    opened = sqlite3.connect(file)
    found = [
        (sql, [row[3] for row in opened.execute(f"EXPLAIN QUERY PLAN {sql}", values)])
        for sql, values in sent
        if sql.startswith("SELECT")
    ]
    opened.close()
    return found

"""Fills a benchmark's database: many rows at once, and what the planner has to know of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from api.db.base import Base
from api.db.migrate import sync_engine

_BATCH = 5000


@contextmanager
def filling(url: str) -> Iterator[Connection]:
    """One transaction on a migrated database; afterwards PostgreSQL tidies up and counts.

    Its autovacuum would within minutes. Until then each row that an index finds is fetched too, and
    what is counted from an index alone takes more than twice as long.
    """
    engine = sync_engine(url)
    with engine.begin() as connection:
        yield connection
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM (ANALYZE)"))
    engine.dispose()


def put(connection: Connection, model: type[Base], rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows of a table."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) >= _BATCH:
            connection.execute(sa.insert(model), batch)
            batch = []
    if batch:
        connection.execute(sa.insert(model), batch)

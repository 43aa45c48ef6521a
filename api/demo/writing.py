"""Rows on their way into the database, counted and told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from api.access.scope import EVERYTHING
from api.bus.work import UnitOfWork
from api.db.base import Base
from api.demo.repository import DemoRepository
from api.demo.world import World
from api.runtime import Runtime

Announce = Callable[[str], None]
"""Told each step in one line."""


class Writer:
    """Writes for the demo, a part at a time: on SQLite nobody else writes meanwhile.

    Args:
        runtime: Whereto.
        world: Of which district.
        announce: Told of progress.
    """

    def __init__(self, runtime: Runtime, world: World, announce: Announce) -> None:
        self._runtime = runtime
        self._repository: DemoRepository | None = None
        self.world = world
        self.announce = announce
        self.counts: Counter[str] = Counter()
        """Rows by table."""

    @asynccontextmanager
    async def part(self) -> AsyncIterator[UnitOfWork]:
        """A unit of work in which rows are put; committed at its end."""
        async with self._runtime.work(EVERYTHING) as work:
            self._repository = DemoRepository(work.session)
            try:
                yield work
            finally:
                self._repository = None

    @property
    def repository(self) -> DemoRepository:
        """Whereto rows are put in this part."""
        assert self._repository is not None, "rows are put in a part"
        return self._repository

    async def put(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows."""
        self.counts[model.__tablename__] += await self.repository.put(model, rows)

    async def numbered(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows that the database numbers; answers their numbers, in order."""
        found = await self.repository.numbered(model, rows)
        self.counts[model.__tablename__] += len(found)
        return found

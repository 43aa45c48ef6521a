"""Rows on their way into the database, counted and told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from api.db.base import Base
from api.demo.repository import DemoRepository
from api.demo.world import World

Announce = Callable[[str], None]
"""Told each step in one line."""


class Writer:
    """Writes for the demo.

    Args:
        repository: Whereto.
        world: Of which district.
        announce: Told of progress.
    """

    def __init__(self, repository: DemoRepository, world: World, announce: Announce) -> None:
        self.repository = repository
        self.world = world
        self.announce = announce
        self.counts: Counter[str] = Counter()
        """Rows by table."""

    async def put(self, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows."""
        self.counts[model.__tablename__] += await self.repository.put(model, rows)

    async def numbered(self, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
        """Insert rows that the database numbers; answers their numbers, in order."""
        found = await self.repository.numbered(model, rows)
        self.counts[model.__tablename__] += len(found)
        return found

"""Several command centres on one PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.api.centre import Centre, HandClock, running_centre
from tests.api.conftest import PostgresTemplate


@asynccontextmanager
async def replicas(template: PostgresTemplate, folder: Path) -> AsyncIterator[Sequence[Centre]]:
    """Two command centres on one database."""
    name = template.server.create(template.name)
    url = template.server.url(name)
    clock = HandClock()
    try:
        async with AsyncExitStack() as stack:
            yield [
                await stack.enter_async_context(
                    running_centre(
                        folder / str(number),
                        clock=clock,
                        database_url=url,
                        audit_key_file=folder / "audit.key",
                    )
                )
                for number in range(2)
            ]
    finally:
        template.server.drop(name)

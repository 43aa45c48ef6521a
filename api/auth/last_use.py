"""When each session was last used, written now and then: no read waits for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.access.scope import NOTHING, Scope
from api.auth.repository import UserRepository
from api.bus.work import UnitOfWork

WRITTEN_EVERY_S = 60.0
_KEPT = 10_000
"""Uses that may wait to be written; more are not noted."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Use:
    """A session's last use: when, and from which address."""

    at: datetime
    client: str


class LastUse:
    """Remembers uses until they are written.

    Args:
        work: Units of work, to write them in.
    """

    def __init__(self, work: Callable[[Scope], AbstractAsyncContextManager[UnitOfWork]]) -> None:
        self._work = work
        self._uses: dict[str, Use] = {}

    def note(self, session_key: str, at: datetime, client: str) -> None:
        """A session was used now."""
        if session_key in self._uses or len(self._uses) < _KEPT:
            self._uses[session_key] = Use(at, client[:64])

    def of(self, session_key: str) -> Use | None:
        """The last use in this process that was not written yet."""
        return self._uses.get(session_key)

    async def write(self) -> None:
        """Write what was noted; what cannot be written is forgotten, it is soon noted again."""
        uses, self._uses = self._uses, {}
        if not uses:
            return
        async with self._work(NOTHING) as work:
            await UserRepository(work.session).set_last_uses(
                {key: (use.at, use.client) for key, use in uses.items()}
            )

    async def run(self, stopping: asyncio.Event) -> None:
        """Write every minute, and a last time at the stop."""
        is_away = False
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stopping.wait(), WRITTEN_EVERY_S)
            try:
                await self.write()
            except SQLAlchemyError as error:
                if not is_away:
                    _log.warning("last_use_not_written", reason=type(error).__name__)
                is_away = True
            else:
                is_away = False
            if stopping.is_set():
                return

"""Reads from the database what reached a console of this process by no quicker way.

A quicker way is a commit of this process, or the relay between processes; either may fail, and the
relay may be none. So each process looks now and then whether the database knows more, and at once
when an event came whose predecessor did not.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.access.scope import NOTHING
from api.bus.fanout import Bus
from api.bus.repository import EventRepository
from api.db.engine import Database

_BATCH = 500
_log = structlog.get_logger(__name__)


class Tail:
    """Keeps one process's fan-out complete.

    Args:
        database: Where all events are.
        bus: Where they go.
        every_s: How often to look without being asked.
    """

    def __init__(self, database: Database, bus: Bus, every_s: float) -> None:
        self._database = database
        self._bus = bus
        self._every_s = every_s

    async def begin(self) -> None:
        """From here on everything that is committed is handed out."""
        async with self._database.ask(NOTHING) as session:
            _, newest = await EventRepository(session).bounds()
        self._bus.begin_after(newest)

    async def catch_up(self) -> None:
        """Hand out what the database knows beyond the newest event handed out."""
        while True:
            async with self._database.ask(NOTHING) as session:
                missed = await EventRepository(session).after(self._bus.delivered_id, _BATCH)
            self._bus.publish(missed)
            if len(missed) < _BATCH:
                return

    async def run(self, stopping: asyncio.Event) -> None:
        """Look until the stop; a database that is away is asked again."""
        is_away = False
        while not stopping.is_set():
            try:
                await self.catch_up()
            except SQLAlchemyError as error:
                if not is_away:
                    _log.warning("event_tail_failed", reason=type(error).__name__)
                is_away = True
            else:
                is_away = False
            await self._wait(stopping)

    async def _wait(self, stopping: asyncio.Event) -> None:
        wakes = [asyncio.create_task(event.wait()) for event in (stopping, self._bus.is_behind)]
        try:
            await asyncio.wait(wakes, timeout=self._every_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wake in wakes:
                wake.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(*wakes, return_exceptions=True)
        self._bus.is_behind.clear()

"""Tells the other processes of the command centre what was committed, through a Redis stream.

A short cut, never the truth: what Redis loses, delays or forgets in a restart each process reads
from the database (:mod:`api.bus.tail`).
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Protocol, cast

import structlog

from api.bus.base import CommittedEvents, LiveEvent
from api.bus.fanout import Bus
from api.kit.errors import SettingsError

STREAM = "mingan:events"
_KEPT = 10_000
"""Entries the stream holds; whoever missed more reads the database."""
_WAITING = 1_000
"""Transactions kept while Redis is away; older ones are dropped, the database has them."""
_BLOCK_MS = 1_000
_BACK_OFF_S = (0.2, 5.0)
_log = structlog.get_logger(__name__)


class StreamClient(Protocol):
    """What is asked of a Redis; texts in, texts out."""

    async def xadd(
        self, name: str, fields: dict[str, str], *, maxlen: int, approximate: bool
    ) -> object:
        """Append an entry."""

    async def xread(
        self, streams: dict[str, str], *, count: int, block: int
    ) -> list[tuple[str, list[tuple[str, dict[str, str]]]]]:
        """Entries after a position, by stream; waits for the first."""

    async def xrevrange(self, name: str, *, count: int) -> list[tuple[str, dict[str, str]]]:
        """The newest entries."""

    async def aclose(self) -> None:
        """End all connections."""


def _encoded(committed: CommittedEvents) -> dict[str, str]:
    return {
        "previous_id": str(committed.previous_id),
        "events": json.dumps([asdict(event) for event in committed.events], ensure_ascii=False),
    }


def _decoded(fields: dict[str, str]) -> CommittedEvents | None:
    """None for an entry that another version wrote and this one cannot read."""
    try:
        events = [LiveEvent(**event) for event in json.loads(fields["events"])]
        return CommittedEvents(int(fields["previous_id"]), events) if events else None
    except (KeyError, TypeError, ValueError):
        return None


def connect(url: str) -> StreamClient:
    """A client of the Redis at this address; nothing is opened yet.

    Raises:
        SettingsError: If the client's package is not installed or the address is unusable.
    """
    try:
        from redis.asyncio import Redis
    except ModuleNotFoundError as error:
        raise SettingsError(
            "needs a package that is not installed (redis)",
            where="redis_url",
            remedy="Install it: pip install 'redis>=8,<9' (the extra `redis`)",
        ) from error
    try:
        client = Redis.from_url(url, decode_responses=True, socket_connect_timeout=2)
    except ValueError as error:
        raise SettingsError(
            "is not an address of a Redis",
            where="redis_url",
            remedy="Write redis://host:6379/0, or rediss:// for TLS",
        ) from error
    # Its own types cover bytes and old protocols too.
    return cast("StreamClient", client)


class RedisRelay:
    """Writes this process's events to the stream and takes the others' from it.

    Args:
        client: See :func:`connect`; closed at the end of :meth:`run`.
        bus: Takes what arrives.
    """

    def __init__(self, client: StreamClient, bus: Bus) -> None:
        self._client = client
        self._bus = bus
        self._waiting: deque[CommittedEvents] = deque(maxlen=_WAITING)
        self._has_waiting = asyncio.Event()

    def send(self, committed: CommittedEvents) -> None:
        """Tell the others soon; never waits."""
        self._waiting.append(committed)
        self._has_waiting.set()

    async def run(self, stopping: asyncio.Event) -> None:
        """Write and read until the stop."""
        tasks = [asyncio.create_task(each()) for each in (self._write, self._read)]
        try:
            await stopping.wait()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._client.aclose()

    async def _write(self) -> None:
        async def once() -> None:
            await self._has_waiting.wait()
            while self._waiting:
                fields = _encoded(self._waiting[0])
                await self._client.xadd(STREAM, fields, maxlen=_KEPT, approximate=True)
                self._waiting.popleft()
            self._has_waiting.clear()

        await self._persist("event_relay_write_failed", once)

    async def _read(self) -> None:
        position: str | None = None

        async def once() -> None:
            nonlocal position
            if position is None:
                newest = await self._client.xrevrange(STREAM, count=1)
                position = newest[0][0] if newest else "0-0"
            answer = await self._client.xread({STREAM: position}, count=200, block=_BLOCK_MS)
            for _, entries in answer:
                for entry_id, fields in entries:
                    position = entry_id
                    if (committed := _decoded(fields)) is not None:
                        self._bus.take(committed)
                    else:
                        self._bus.is_behind.set()

        await self._persist("event_relay_read_failed", once)

    async def _persist(self, trouble: str, once: Callable[[], Awaitable[None]]) -> None:
        """Repeat for ever; while Redis is away, ever more seldom, and say so once."""
        from redis.exceptions import RedisError

        least_s, most_s = _BACK_OFF_S
        wait_s = least_s
        while True:
            try:
                await once()
                wait_s = least_s
            except (RedisError, OSError) as error:
                if wait_s == least_s:
                    _log.warning(trouble, reason=type(error).__name__)
                self._bus.is_behind.set()
                await asyncio.sleep(wait_s * random.uniform(0.5, 1.0))
                wait_s = min(most_s, wait_s * 2)


__all__ = ["STREAM", "RedisRelay", "connect"]

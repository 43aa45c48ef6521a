"""What one console hears: what it missed, then what happens.

Subscribing comes before reading what was missed, so nothing falls between the two; what then
arrives twice is dropped by its id.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING

from fastapi.sse import ServerSentEvent

from api.auth.standing import Standing
from api.bus import service as bus
from api.bus.base import LiveEvent, Signal

if TYPE_CHECKING:
    from api.runtime import Runtime

_REPLAY_BATCH = 200
_RETRY_MS = 2000


def _sent(event: LiveEvent) -> ServerSentEvent:
    return ServerSentEvent(id=str(event.id), event=event.kind, raw_data=event.data)


def _mark(kind: str, event_id: int) -> ServerSentEvent:
    return ServerSentEvent(id=str(event_id), event=kind, raw_data="{}", retry=_RETRY_MS)


async def _bounds(runtime: Runtime) -> tuple[int, int]:
    async with runtime.database.read() as session:
        return await bus.bounds(session)


async def _after(runtime: Runtime, event_id: int) -> list[LiveEvent]:
    async with runtime.database.read() as session:
        return await bus.after(session, event_id, _REPLAY_BATCH)


async def events(
    runtime: Runtime, session_key: str, expires_at: datetime, last_event_id: str | None
) -> AsyncIterator[ServerSentEvent]:
    """Events for one console until its session ends or the server stops.

    Args:
        runtime: The command centre.
        session_key: The session it listens on behalf of.
        expires_at: When that session ends at the latest.
        last_event_id: The last event it saw, if it saw any.
    """
    with runtime.bus.subscribe(session_key) as subscription:
        oldest, newest = await _bounds(runtime)
        if last_event_id is None:
            seen = newest
            yield _mark("ready", seen)
        else:
            seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else -1
            if oldest - 1 <= seen <= newest:
                while missed := await _after(runtime, seen):
                    for event in missed:
                        yield _sent(event)
                    seen = missed[-1].id
            else:
                seen = newest
                yield _mark("reset", seen)
        standing = Standing(runtime, session_key, asyncio.get_running_loop().time)
        while True:
            left_s = (expires_at - runtime.clock()).total_seconds()
            if left_s <= 0:
                return
            if await standing.has_ended():
                return
            heard = await subscription.next(min(left_s, standing.due_in_s))
            if heard is Signal.ENDED:
                return
            if heard is Signal.OVERFLOWED:
                _, seen = await _bounds(runtime)
                yield _mark("reset", seen)
            elif isinstance(heard, LiveEvent) and heard.id > seen:
                yield _sent(heard)

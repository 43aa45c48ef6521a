"""What one console hears: what it missed, then what happens.

Subscribing comes before reading what was missed, so nothing falls between the two; what then
arrives twice is dropped by its id.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import TYPE_CHECKING

from fastapi.sse import ServerSentEvent

from api.access.permissions import Permission
from api.access.scope import NOTHING
from api.auth import service as auth
from api.auth.standing import Standing
from api.bus import service as bus
from api.bus.base import EventKind, LiveEvent, Signal
from api.cameras import reading as camera_views
from api.orders import views as orders

if TYPE_CHECKING:
    from api.auth.guards import SignedIn
    from api.runtime import Runtime

_REPLAY_BATCH = 200
_RETRY_MS = 2000
_NEEDS: dict[EventKind, Permission] = {
    "alert": Permission.VIEW_ALERTS,
    "camera": Permission.VIEW_CAMERAS,
    "order": Permission.VIEW_ORDERS,
    "exam": Permission.VIEW_EXAMS,
}


def _sent(event: LiveEvent) -> ServerSentEvent:
    return ServerSentEvent(id=str(event.id), event=event.kind, raw_data=event.data)


def _mark(kind: str, event_id: int) -> ServerSentEvent:
    return ServerSentEvent(id=str(event_id), event=kind, raw_data="{}", retry=_RETRY_MS)


async def _bounds(runtime: Runtime) -> tuple[int, int]:
    async with runtime.database.read(NOTHING) as session:
        return await bus.bounds(session)


async def _after(runtime: Runtime, event_id: int) -> list[LiveEvent]:
    async with runtime.database.read(NOTHING) as session:
        return await bus.after(session, event_id, _REPLAY_BATCH)


async def _cameras(runtime: Runtime, session_key: str) -> frozenset[int] | None:
    """The cameras whoever is for some places alone hears of now; None for all in scope."""
    scope = await auth.scope_of(runtime, session_key)
    if scope.school_ids is None or (scope.school_ids and scope.place_ids is None):
        return None
    async with runtime.database.read(scope) as session:
        return await camera_views.keys_in_scope(session)


def _camera_of(event: LiveEvent) -> int:
    told = json.loads(event.data)
    return int(told["id"] if event.kind == "camera" else told["camera_key"])


async def _as_theirs(runtime: Runtime, session_key: str, event: LiveEvent) -> LiveEvent | None:
    """An order as whoever is for some places alone may know of it; None if they may not.

    Read anew: the event tells the alert's camera too, which may stand where they are not.
    """
    scope = await auth.scope_of(runtime, session_key)
    order_id = int(json.loads(event.data)["id"])
    async with runtime.database.read(scope) as session:
        shown = await orders.known(session, order_id, runtime.clock())
    return None if shown is None else replace(event, data=shown.model_dump_json())


async def events(
    runtime: Runtime, person: SignedIn, last_event_id: str | None
) -> AsyncIterator[ServerSentEvent]:
    """Events for one console until its session ends or the server stops.

    Args:
        runtime: The command centre.
        person: Who listens; of other schools, and of what they may not see, they hear nothing.
        last_event_id: The last event it saw, if it saw any.
    """
    session_key, expires_at = person.session_key, person.expires_at

    cameras = await _cameras(runtime, session_key)

    def hears(event: LiveEvent) -> bool:
        return (
            person.scope.covers(event.school_id)
            and _NEEDS[event.kind] in person.permissions
            and (cameras is None or event.kind == "order" or _camera_of(event) in cameras)
        )

    async def as_theirs(event: LiveEvent) -> LiveEvent | None:
        if cameras is None or event.kind != "order":
            return event
        return await _as_theirs(runtime, session_key, event)

    with runtime.bus.subscribe(session_key, hears) as subscription:
        oldest, newest = await _bounds(runtime)
        if last_event_id is None:
            seen = newest
            yield _mark("ready", seen)
        else:
            seen = int(last_event_id) if last_event_id.isascii() and last_event_id.isdigit() else -1
            if oldest - 1 <= seen <= newest:
                while missed := await _after(runtime, seen):
                    for event in missed:
                        if hears(event) and (theirs := await as_theirs(event)) is not None:
                            yield _sent(theirs)
                    seen = missed[-1].id
            else:
                seen = newest
                yield _mark("reset", seen)
        standing = Standing(runtime, session_key, asyncio.get_running_loop().time)
        while True:
            left_s = (expires_at - runtime.clock()).total_seconds()
            if left_s <= 0:
                return
            is_due = not standing.due_in_s
            if await standing.has_ended():
                return
            if is_due and cameras is not None:  # what stands where may have changed
                cameras = await _cameras(runtime, session_key)
            heard = await subscription.next(min(left_s, standing.due_in_s))
            if heard is Signal.ENDED:
                return
            if heard is Signal.OVERFLOWED:
                _, seen = await _bounds(runtime)
                yield _mark("reset", seen)
            elif (
                isinstance(heard, LiveEvent)
                and heard.id > seen
                and (theirs := await as_theirs(heard)) is not None
            ):
                yield _sent(theirs)

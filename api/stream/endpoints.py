"""Live events for the console."""

from __future__ import annotations

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import Header
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.auth.guards import Person
from api.kit.errors import ForbiddenError, NotSignedInError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep
from api.stream import service

router = RoomRouter(prefix="/api/v1", tags=["stream"])


@router.get(
    "/stream",
    operation_id="stream_events",
    summary="Live events",
    response_class=EventSourceResponse,
    responses=problems(NotSignedInError, ForbiddenError),
)
async def stream(
    person: Person,
    runtime: RuntimeDep,
    last_event_id: Annotated[str | None, Header(max_length=64)] = None,
) -> AsyncIterable[ServerSentEvent]:
    """Server-sent events with ids.

    - `ready`: listening from here on; data `{}`. Load lists after it, then nothing is missed.
    - `alert`: an `AlertSummary` that is new or changed.
    - `camera`: a `CameraView` whose state changed.
    - `order`: an `OrderSummary` that is new or changed.
    - `exam`: a `SittingEvent`: a row of an exam's table that changed; read it again.
    - `reset`: the id is too old to resume from, or the console was too slow; data `{}`. Reload.

    Of their own school and what they may see alone. Ends when the session ends.
    """
    async for event in service.events(runtime, person, last_event_id):
        yield event

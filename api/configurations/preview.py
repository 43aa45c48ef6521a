"""Asks a camera's box what other rules would have raised in its last hours."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from api.access.scope import Scope
from api.cameras import service as cameras
from api.configurations.schemas import PreviewRequest
from api.contract import PreviewAnswer, PreviewOrder, PreviewState
from api.kit.errors import BoxAwayError
from api.viewing.feed import CameraRef

if TYPE_CHECKING:
    from api.runtime import Runtime

ASK_S = 30.0
"""The box gives up a little sooner, and says so."""
_MOST_AT_ONCE = 16


async def preview(
    runtime: Runtime, scope: Scope, camera_key: int, asked: PreviewRequest
) -> PreviewAnswer:
    """What the box says; that it is busy while somebody else waits for the same camera.

    Raises:
        NotFoundError: If there is no such camera in the scope.
        BoxAwayError: If no box answers that keeps its tracks.
    """
    async with runtime.database.read(scope) as session:
        watch = cameras.Watch.of(runtime.settings, runtime.clock())
        camera = await cameras.get_view(session, camera_key, watch)
    questions = runtime.viewing.questions
    now = runtime.clock()
    if questions.about(PreviewOrder, camera_key) or questions.about(PreviewOrder) >= _MOST_AT_ONCE:
        return PreviewAnswer(state=PreviewState.BUSY, as_of=now, from_at=now, to_at=now)
    order = PreviewOrder(
        query_id=uuid4(),
        camera_id=camera.camera_id,
        rules=tuple(asked.rules),
        hours=asked.hours,
    )
    ref = CameraRef(camera.id, camera.school.school_id, camera.camera_id)
    told = await runtime.viewing.ask_preview(ref, order, ASK_S)
    if told is None:
        raise BoxAwayError("the box of this camera does not answer, or is older")
    return told

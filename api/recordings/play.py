"""Shows a person what was recorded, and writes down what of it they were shown, and why.

The beginning is in the access log before the first picture leaves, with the moment asked for; the
end, whatever ends it, with the first and the last recorded moment that was sent. A browser holds up
to half a minute that was sent and not watched yet, so the register rather says too much.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from api.access.scope import Scope
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.standing import Standing
from api.cameras import service as cameras
from api.contract import PlayOrder, VideoCodec
from api.contract.viewing import ViewingReason
from api.recordings.schemas import PlayRequest
from api.viewing.last_words import until_written
from api.viewing.play import CameraOrder, Play
from api.viewing.viewer import Owner

if TYPE_CHECKING:
    from api.runtime import Runtime

ALIVE_EVERY_S = 1.0


async def order(
    runtime: Runtime, scope: Scope, camera_key: int, wanted: PlayRequest
) -> CameraOrder:
    """What the worker is to send.

    Raises:
        NotFoundError: If there is no such camera in the scope.
    """
    async with runtime.database.read(scope) as session:
        watch = cameras.Watch.of(runtime.settings, runtime.clock())
        camera = await cameras.get_view(session, camera_key, watch)
    order = PlayOrder(
        view_id=uuid4(),
        camera_id=camera.camera_id,
        accepts=tuple(sorted({VideoCodec.H264, *wanted.codecs})),
        from_at=wanted.from_at,
        keyframes_only=wanted.keyframes_only,
    )
    return CameraOrder(camera_key, camera.school.school_id, order)


async def frames(
    runtime: Runtime, owner: Owner, ordered: CameraOrder, reason: ViewingReason
) -> AsyncIterator[bytes]:
    """The answer's bytes, until the person looks away or their session ends."""
    hub = runtime.viewing
    wanted = ordered.order
    play = Play(ordered, owner.session_key, hub.mono)
    try:
        await _log(
            runtime, owner, play, reason, AccessAction.PLAYBACK_STARTED, (wanted.from_at, None)
        )
        hub.begin_play(play)
        standing = Standing(runtime, owner.session_key, hub.mono)
        while not play.is_ended and runtime.clock() < owner.expires_at:
            for each in await play.next(lambda: hub.state_of_play(play), ALIVE_EVERY_S):
                yield each
            if await standing.has_ended():
                return
    finally:
        hub.end_play(play)
        # A task of its own: whoever is cancelled here could not wait for the database.
        seen = (play.seen_from or wanted.from_at, play.seen_to or wanted.from_at)
        ended = AccessAction.PLAYBACK_ENDED
        hub.finish(until_written(hub, lambda: _log(runtime, owner, play, reason, ended, seen)))


async def _log(
    runtime: Runtime,
    owner: Owner,
    play: Play,
    reason: ViewingReason,
    action: AccessAction,
    footage: tuple[datetime, datetime | None],
) -> None:
    async with runtime.work(owner.scope) as work:
        audit.log(
            work,
            action,
            owner.username,
            owner.client,
            reason=reason.value,
            viewing=audit.Viewing(play.school_id, play.order.camera_id, *footage),
        )

"""Shows cameras to a person, and writes down who looked at which camera from when to when.

Live pictures are not blurred. That is why the beginning of each viewing is in the access log before
its first picture leaves, and its end whatever ends it: another choice of cameras, a closed page, a
dead connection, a session that ran out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.access.scope import Scope
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.standing import Standing
from api.cameras import service as cameras
from api.contract import VideoCodec
from api.kit.errors import NotFoundError
from api.viewing.feed import CameraRef
from api.viewing.last_words import until_written
from api.viewing.schemas import Tile
from api.viewing.viewer import Viewer

if TYPE_CHECKING:
    from api.runtime import Runtime

ALIVE_EVERY_S = 1.0

Accepts = tuple[VideoCodec, ...]
Chosen = Mapping[int, tuple[CameraRef, Accepts]]
"""Channel → camera, and the codecs to order it in."""


async def choose(
    runtime: Runtime, scope: Scope, tiles: Sequence[Tile], codecs: Sequence[VideoCodec]
) -> Chosen:
    """Check the cameras and settle in which codecs to order each.

    A camera known to send H.264 is ordered in it whatever else the browser plays, so that viewers
    with different browsers share one feed.

    Raises:
        NotFoundError: If one of the cameras does not exist in the scope.
    """
    wanted = sorted({tile.camera_key for tile in tiles})
    async with runtime.database.read(scope) as session:
        watch = cameras.Watch.of(runtime.settings, runtime.clock())
        known = {view.id: view for view in await cameras.list_views(session, watch, wanted)}
    accepts = tuple(sorted({VideoCodec.H264, *codecs}))
    chosen: dict[int, tuple[CameraRef, Accepts]] = {}
    for tile in tiles:
        camera = known.get(tile.camera_key)
        if camera is None:
            raise NotFoundError("no such camera")
        is_h264 = camera.stream is not None and camera.stream.codec == VideoCodec.H264
        ref = CameraRef(camera.id, camera.school.school_id, camera.camera_id)
        chosen[tile.channel] = (ref, (VideoCodec.H264,) if is_h264 else accepts)
    return chosen


async def show(runtime: Runtime, viewer: Viewer, chosen: Chosen) -> None:
    """Show these cameras and no others; what stays on its channel goes on undisturbed."""
    async with viewer.changing:
        if viewer.is_ended:
            return
        wanted = {camera for camera, _ in chosen.values()}
        await _log(runtime, viewer, begin=wanted - viewer.watched.keys())
        if viewer.is_ended:  # meanwhile; what has just begun ends with the viewing
            return
        for number in viewer.shown.keys() - chosen.keys():
            viewer.hide(number)
        for number, (camera, accepts) in chosen.items():
            if viewer.shown.get(number) != (camera, accepts):
                viewer.show(number, camera, accepts)
        await _log(runtime, viewer, end=viewer.watched.keys() - wanted)


async def frames(runtime: Runtime, viewer: Viewer, chosen: Chosen) -> AsyncIterator[bytes]:
    """The answer's bytes, until the person looks away or their session ends."""
    hub = runtime.viewing
    hub.enter(viewer)
    try:
        await show(runtime, viewer, chosen)
        standing = Standing(runtime, viewer.owner.session_key, hub.mono)
        while not viewer.is_ended and runtime.clock() < viewer.owner.expires_at:
            for frame in await viewer.next(ALIVE_EVERY_S):
                yield frame
            if await standing.has_ended():
                return
    finally:
        hub.leave_viewer(viewer)
        # A task of its own: whoever is cancelled here could not wait for the database.
        ended_at = runtime.clock()
        hub.finish(until_written(hub, lambda: _ended(runtime, viewer, ended_at)))


async def _ended(runtime: Runtime, viewer: Viewer, at: datetime) -> None:
    async with viewer.changing:
        await _log(runtime, viewer, end=set(viewer.watched), at=at)


async def _log(
    runtime: Runtime,
    viewer: Viewer,
    *,
    begin: set[CameraRef] | None = None,
    end: set[CameraRef] | None = None,
    at: datetime | None = None,
) -> None:
    """Write beginnings and ends, and remember what is being watched."""
    if not begin and not end:
        return
    owner = viewer.owner
    async with runtime.work(owner.scope) as work:
        for camera in sorted(begin or ()):
            # Before the commit: whoever is cut off while it runs still gets an end.
            viewer.watched[camera] = work.now
            audit.log(
                work,
                AccessAction.LIVE_STARTED,
                owner.username,
                owner.client,
                viewing=audit.Viewing(camera.school_id, camera.camera_id, work.now, None),
            )
        for camera in sorted(end or ()):
            audit.log(
                work,
                AccessAction.LIVE_ENDED,
                owner.username,
                owner.client,
                viewing=audit.Viewing(
                    camera.school_id, camera.camera_id, viewer.watched[camera], at or work.now
                ),
            )
    for camera in end or ():
        viewer.watched.pop(camera, None)

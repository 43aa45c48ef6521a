"""Keeps what is known about cameras, and tells consoles when a camera's state changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.cameras import approvals, views
from api.cameras.repository import CameraRepository, CameraRow
from api.cameras.schemas import AnalysedMinute, CameraView, CameraViewState
from api.cameras.views import Watch
from api.contract import (
    AnalysedTime,
    CameraHeartbeat,
    CameraRegistration,
    Heartbeat,
    HeartbeatOrders,
)
from api.db.models import Camera
from api.kit.errors import NoPictureError, NotFoundError
from api.workers import service as workers

_DELETED_AT_ONCE = timedelta(minutes=10)
"""So many minutes of hundreds of cameras are some ten thousand rows."""

__all__ = [
    "Watch",
    "announce_lost",
    "approve_picture",
    "delete_analysed_before",
    "ensure_cameras",
    "get_view",
    "list_intervals",
    "list_views",
    "record_analysed_time",
    "record_heartbeat",
    "register",
]


async def list_views(
    session: AsyncSession, watch: Watch, camera_ids: Sequence[str] | None = None
) -> list[CameraView]:
    """All cameras, or some, by id."""
    cameras = CameraRepository(session)
    rows = await cameras.list(camera_ids)
    rules = views.by_rule(await cameras.totals(camera_ids, watch.window_from))
    return [views.view(row, rules.get(row.camera.camera_id, []), watch) for row in rows]


async def get_view(session: AsyncSession, camera_id: str, watch: Watch) -> CameraView:
    """One camera.

    Raises:
        NotFoundError: If there is none.
    """
    found = await list_views(session, watch, [camera_id])
    if not found:
        raise NotFoundError("no such camera")
    return found[0]


async def list_intervals(
    session: AsyncSession, camera_id: str, begin: datetime, end: datetime
) -> list[AnalysedMinute]:
    """Analysed time of one camera as reported, of intervals that began then, by rule and time."""
    return list(await CameraRepository(session).intervals(camera_id, begin, end))


async def _emit(work: UnitOfWork, watch: Watch, camera_ids: Sequence[str]) -> None:
    for view in await list_views(work.session, watch, camera_ids):
        work.emit("camera", view.camera_id, view.model_dump_json())


async def ensure_cameras(work: UnitOfWork, watch: Watch, camera_ids: Iterable[str]) -> None:
    """Make placeholders for cameras that were named before they were registered."""
    cameras = CameraRepository(work.session)
    named = set(camera_ids)
    unknown = named.difference(await cameras.known(named))
    made = [each for each in sorted(unknown) if await cameras.ensure(each, work.now)]
    await _emit(work, watch, made)


async def register(work: UnitOfWork, watch: Watch, registration: CameraRegistration) -> bool:
    """Keep what the configuration says about a camera; answers whether that is new."""
    cameras = CameraRepository(work.session)
    await cameras.ensure(registration.camera_id, work.now)
    [camera] = await cameras.lock([registration.camera_id])
    school = registration.school
    told = {
        "name": registration.name,
        "location": registration.location,
        "source": registration.source,
        "rules": list(registration.rules),
        "config_sha256": registration.config_sha256,
        "school_id": None if school is None else school.school_id,
        "school_name": None if school is None else school.name,
    }
    if camera.registered_at is not None and all(
        getattr(camera, name) == value for name, value in told.items()
    ):
        return False
    for name, value in told.items():
        setattr(camera, name, value)
    camera.registered_at = work.now
    await _emit(work, watch, [registration.camera_id])
    return True


def _keep(camera: Camera, told: CameraHeartbeat, worker_id: str, now: datetime) -> None:
    if camera.worker_id not in (None, worker_id) and approvals.is_pending(camera, now):
        approvals.withdraw(camera)  # it was another box's to carry out
    camera.worker_id = worker_id
    camera.reported_at = now
    camera.state = told.state
    camera.reason = told.reason
    camera.detail = told.detail
    camera.since = told.since
    camera.last_frame_at = told.last_frame_at
    camera.last_analysed_at = told.last_analysed_at
    camera.stream = None if told.stream is None else told.stream.model_dump()
    camera.frames_analysed = told.frames_analysed
    camera.frames_dropped = told.frames_dropped
    camera.reconnects = told.reconnects
    camera.analysis_fps = told.analysis_fps
    camera.analysis_fps_configured = told.analysis_fps_configured
    camera.withheld = [each.model_dump(mode="json") for each in told.withheld]
    camera.picture = None if told.picture is None else told.picture.model_dump(mode="json")


def _face(row: CameraRow, watch: Watch) -> tuple[object, ...]:
    """What must differ for a console to be told; counters and moments alone do not."""
    shown = views.shown_state(row, watch)
    camera = row.camera
    rate = (camera.analysis_fps, camera.analysis_fps_configured)
    picture = (camera.picture, approvals.is_pending(camera, watch.now))
    return (
        shown.state,
        shown.reason,
        shown.since,
        camera.stream,
        camera.worker_id,
        rate,
        picture,
    )


async def record_heartbeat(work: UnitOfWork, watch: Watch, heartbeat: Heartbeat) -> HeartbeatOrders:
    """Keep a worker's word on its cameras; consoles hear of those whose state changed.

    Returns:
        What the worker is to do about them.
    """
    cameras = CameraRepository(work.session)
    reported = {camera.camera_id: camera for camera in heartbeat.cameras}
    await ensure_cameras(work, watch, reported)
    concerned = sorted({*reported, *await cameras.of_worker(heartbeat.worker_id)})
    before = {row.camera.camera_id: _face(row, watch) for row in await cameras.list(concerned)}
    was_lost = await workers.record_heartbeat(work, heartbeat, watch.lost_after_s)
    held = await cameras.lock(list(reported))
    for camera in held:
        _keep(camera, reported[camera.camera_id], heartbeat.worker_id, work.now)
    after = {row.camera.camera_id: _face(row, watch) for row in await cameras.list(concerned)}
    changed = [
        camera_id for camera_id in concerned if was_lost or before[camera_id] != after[camera_id]
    ]
    await _emit(work, watch, changed)
    return approvals.orders(held, work.now)


async def approve_picture(
    work: UnitOfWork, watch: Watch, camera_id: str, username: str, client: str
) -> CameraView:
    """Take a person's word that the camera's picture is right as it is now.

    Raises:
        NotFoundError: If there is no such camera.
        NoPictureError: If nobody sees its picture, or it is not examined.
    """
    cameras = CameraRepository(work.session)
    locked = await cameras.lock([camera_id])
    if not locked:
        raise NotFoundError("no such camera")
    [camera] = locked
    shown = await get_view(work.session, camera_id, watch)
    if shown.state is not CameraViewState.WATCHING or shown.picture is None:
        raise NoPictureError("the camera is not watched, or its picture is not examined")
    approvals.approve(camera, username, work.now)
    audit.log(work, AccessAction.REFERENCE_APPROVED, username, client, camera_id=camera_id)
    await _emit(work, watch, [camera_id])
    return await get_view(work.session, camera_id, watch)


async def announce_lost(work: UnitOfWork, watch: Watch) -> list[str]:
    """Tell consoles of cameras whose worker fell silent; answers those workers, each once."""
    lost = await workers.mark_lost(work, watch.lost_after_s)
    cameras = CameraRepository(work.session)
    for worker_id in lost:
        await _emit(work, watch, await cameras.of_worker(worker_id))
    return lost


async def delete_analysed_before(work: UnitOfWork, moment: datetime) -> int | None:
    """Delete some intervals that began before then; answers how many, None at the end."""
    cameras = CameraRepository(work.session)
    return await cameras.delete_analysed_before(moment, _DELETED_AT_ONCE) or None


async def record_analysed_time(
    work: UnitOfWork, watch: Watch, told: Sequence[AnalysedTime]
) -> bool:
    """Keep intervals of analysed time; answers whether any of them was news."""
    await ensure_cameras(work, watch, (interval.camera_id for interval in told))
    cameras = CameraRepository(work.session)
    return await cameras.put_intervals(told)

"""Keeps what is known about cameras, and tells consoles when a camera's state changes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.boxes import service as boxes
from api.boxes.errors import CameraOfAnotherBoxError
from api.boxes.schemas import BoxState, BoxView
from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.cameras import approvals, claims, views
from api.cameras.claims import claim
from api.cameras.hours_repository import HourRepository
from api.cameras.reading import (
    NamedCamera,
    clock_offsets,
    emit,
    get_view,
    is_known,
    list_named,
    list_shown,
    list_views,
)
from api.cameras.repository import CameraRepository
from api.cameras.schemas import AnalysedMinute, CameraView, CameraViewState
from api.cameras.views import ShownCamera, Watch, is_silent
from api.contract import (
    AnalysedTime,
    CameraHeartbeat,
    CameraRegistration,
    Heartbeat,
    HeartbeatOrders,
)
from api.db.camera import Camera
from api.kit.errors import ConflictError, NoPictureError, NotFoundError
from api.organisations import service as organisations
from api.workers import service as workers

_DELETED_AT_ONCE = timedelta(minutes=10)
"""So many minutes of hundreds of cameras are some ten thousand rows."""
_LEAP_S = 0.1
"""Of a camera's clock between two heartbeats; the table of an exam day shows tenths."""

__all__ = [
    "NamedCamera",
    "ShownCamera",
    "Watch",
    "announce_lost",
    "approve_picture",
    "claim",
    "clock_offsets",
    "delete_analysed_before",
    "get_view",
    "is_known",
    "is_silent",
    "list_intervals",
    "list_named",
    "list_shown",
    "list_views",
    "lock",
    "of_box",
    "record_analysed_time",
    "record_heartbeat",
    "register",
    "take_over",
]


async def list_intervals(
    session: AsyncSession, key: int, begin: datetime, end: datetime
) -> list[AnalysedMinute]:
    """Analysed time of one camera as reported, of intervals that began then, by rule and time."""
    return list(await CameraRepository(session).intervals(key, begin, end))


async def analysed_by_school(
    session: AsyncSession, begin: datetime, end: datetime
) -> dict[str, float]:
    """Seconds that were looked at between two full hours, by school; rules are not added up."""
    return await HourRepository(session).by_school(begin, end)


async def of_box(session: AsyncSession, box_id: int) -> dict[str, int]:
    """Numbers of the cameras a box reports, by id."""
    return await CameraRepository(session).of_box(box_id)


async def take_over(
    work: UnitOfWork, watch: Watch, key: int, box: BoxView, by: Actor
) -> CameraView:
    """Let another box of its school report a camera from now on.

    Raises:
        NotFoundError: If the school of the box has no such camera.
        ConflictError: If the box may not report.
    """
    cameras = CameraRepository(work.session)
    locked = await cameras.lock([key])
    if not locked or locked[0].school_id != box.school.school_id:
        raise NotFoundError("no such camera at the school of this box")
    if box.state is BoxState.REVOKED:
        raise ConflictError("the box was revoked", params={"why": "revoked"})
    [camera] = locked
    if camera.box_id != box.id:
        if camera.box_id is not None:
            await cameras.add_hold(key, camera.box_id, work.now)
        camera.box_id, camera.worker_id = box.id, None
        audit.log(
            work,
            AccessAction.CAMERA_TAKEN_OVER,
            by.username,
            by.client,
            subject=box.name,
            school_id=camera.school_id,
            camera_id=camera.camera_id,
        )
        await work.session.flush()
        await emit(work, watch, [key])
    return await get_view(work.session, key, watch)


async def register(
    work: UnitOfWork, watch: Watch, box: ReportingBox, registration: CameraRegistration
) -> bool:
    """Keep what the configuration says about a camera; answers whether that is new."""
    cameras = CameraRepository(work.session)
    keys = await claim(work, watch, box, [registration.camera_id])
    [camera] = await cameras.lock(list(keys.values()))
    told = {
        "name": registration.name,
        "location": registration.location,
        "source": registration.source,
        "rules": list(registration.rules),
        "config_sha256": registration.config_sha256,
        "retired_at": None,
    }
    is_renamed = await organisations.name_by_box(work, box.school_id, registration.school_name)
    if (
        not is_renamed
        and camera.registered_at is not None
        and all(getattr(camera, name) == value for name, value in told.items())
    ):
        return False
    for name, value in told.items():
        setattr(camera, name, value)
    camera.registered_at = work.now
    await emit(work, watch, [camera.id])
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
    camera.clock = None if told.clock is None else told.clock.model_dump(mode="json")


def _face(camera: Camera, seen_at: Mapping[str, datetime], watch: Watch) -> tuple[object, ...]:
    """What must differ for a console to be told; counters and moments alone do not."""
    shown = views.shown_state(camera, seen_at.get(camera.worker_id or ""), watch)
    rate = (camera.analysis_fps, camera.analysis_fps_configured)
    picture = (camera.picture, approvals.is_pending(camera, watch.now))
    return (
        shown.state,
        shown.reason,
        shown.since,
        camera.stream,
        camera.worker_id,
        camera.box_id,
        camera.retired_at,
        rate,
        picture,
        None if camera.clock is None else camera.clock["doubt"],
    )


def _leapt(before: dict[str, object] | None, now: dict[str, object] | None) -> bool:
    """Whether a clock is other than it was told last, by more than it drifts and is measured."""
    was, is_ = (None if told is None else told["offset_s"] for told in (before, now))
    if not isinstance(was, int | float) or not isinstance(is_, int | float):
        return was != is_
    return abs(is_ - was) >= _LEAP_S


async def record_heartbeat(
    work: UnitOfWork, watch: Watch, box: ReportingBox, heartbeat: Heartbeat
) -> HeartbeatOrders:
    """Keep a worker's word on its cameras; consoles hear of those whose state changed.

    A camera of this worker that is in its configuration no more is retired, one that is in it again
    is in use again.

    Returns:
        What the worker is to do about them.
    """
    cameras = CameraRepository(work.session)
    reported = {camera.camera_id: camera for camera in heartbeat.cameras}
    keys, refused = await claims.claim_some(work, watch, box, reported)
    if refused:
        await boxes.count_refusals(
            work, box.box_id, CameraOfAnotherBoxError.code, count=len(refused)
        )
    of_worker = await cameras.of_worker(box.box_id, heartbeat.worker_id)
    concerned = sorted({*keys.values(), *of_worker})
    # All of them are this box's by now, and so are the workers that spoke of them.
    seen_at = await workers.seen_at(work, box.box_id)
    was_lost = await workers.record_heartbeat(work, box.box_id, heartbeat, watch.lost_after_s)
    held = await cameras.lock(concerned)
    before = {camera.id: (_face(camera, seen_at, watch), camera.clock) for camera in held}
    for camera in held:
        if camera.id in keys.values():
            _keep(camera, reported[camera.camera_id], heartbeat.worker_id, work.now)
        is_configured = camera.camera_id in heartbeat.configured
        if is_configured:
            camera.retired_at = None
        elif camera.retired_at is None:
            camera.retired_at = work.now
    seen_at[heartbeat.worker_id] = work.now
    is_new = []
    for camera in held:
        face, clock = before[camera.id]
        if was_lost or face != _face(camera, seen_at, watch) or _leapt(clock, camera.clock):
            is_new.append(camera.id)
    await emit(work, watch, is_new)
    return approvals.orders((camera for camera in held if camera.id in keys.values()), work.now)


async def approve_picture(
    work: UnitOfWork, watch: Watch, key: int, username: str, client: str
) -> CameraView:
    """Take a person's word that the camera's picture is right as it is now.

    Raises:
        NotFoundError: If there is no such camera.
        NoPictureError: If nobody sees its picture, or it is not examined.
    """
    cameras = CameraRepository(work.session)
    locked = await cameras.lock([key])
    if not locked:
        raise NotFoundError("no such camera")
    [camera] = locked
    shown = await get_view(work.session, key, watch)
    if shown.state is not CameraViewState.WATCHING or shown.picture is None:
        raise NoPictureError("the camera is not watched, or its picture is not examined")
    approvals.approve(camera, username, work.now)
    audit.log(
        work,
        AccessAction.REFERENCE_APPROVED,
        username,
        client,
        school_id=camera.school_id,
        camera_id=camera.camera_id,
    )
    await emit(work, watch, [key])
    return await get_view(work.session, key, watch)


async def announce_lost(work: UnitOfWork, watch: Watch) -> list[tuple[int, str]]:
    """Tell consoles of cameras whose worker fell silent; answers those workers, as box and id, each
    once.
    """
    lost = await workers.mark_lost(work, watch.lost_after_s)
    cameras = CameraRepository(work.session)
    for box_id, worker_id in lost:
        await emit(work, watch, await cameras.of_worker(box_id, worker_id))
    return lost


async def delete_analysed_before(work: UnitOfWork, moment: datetime) -> int | None:
    """Delete some intervals that began before then; answers how many, None at the end."""
    cameras = CameraRepository(work.session)
    return await cameras.delete_analysed_before(moment, _DELETED_AT_ONCE) or None


async def record_analysed_time(
    work: UnitOfWork, keys: Mapping[str, int], told: Sequence[AnalysedTime]
) -> bool:
    """Keep intervals of analysed time; answers whether any of them was news.

    Args:
        work: The unit of work.
        keys: Numbers of the cameras by id.
        told: The intervals.
    """
    return await CameraRepository(work.session).put_intervals(keys, told)


async def lock(work: UnitOfWork, keys: Collection[int]) -> None:
    """Keep others from telling of these cameras until the unit of work ends."""
    await CameraRepository(work.session).lock(keys)

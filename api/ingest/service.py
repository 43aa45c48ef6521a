"""Takes what workers send. Every message may come twice, late, or before what it refers to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from api.alerts import service as alerts
from api.boxes import service as boxes
from api.boxes.service import ReportingBox
from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.compliance import service as compliance
from api.configurations import taking as configurations
from api.contract import (
    Acknowledgement,
    AlertEpisode,
    AnalysedTime,
    CameraRegistration,
    Heartbeat,
    HeartbeatOrders,
    RetentionStatus,
)
from api.evidence import service as evidence
from api.exams import telling as exams
from api.ingest.storable import refuse_unstorable
from api.kit.errors import IdentityMismatchError, UnsupportedMediaTypeError

if TYPE_CHECKING:
    from api.runtime import Runtime

_MEDIA_TYPES = frozenset({"image/jpeg", "video/mp4"})


def _watch(runtime: Runtime, work: UnitOfWork) -> cameras.Watch:
    return cameras.Watch.of(runtime.settings, work.now)


def _acknowledge(runtime: Runtime, kind: str, changed: bool) -> Acknowledgement:
    runtime.metrics.ingested.labels(kind, str(changed).lower()).inc()
    return Acknowledgement(changed=changed)


async def take_camera(
    runtime: Runtime,
    work: UnitOfWork,
    box: ReportingBox,
    camera_id: str,
    registration: CameraRegistration,
) -> Acknowledgement:
    """Take a registration.

    Raises:
        IdentityMismatchError: If it is another camera's.
    """
    if registration.camera_id != camera_id:
        raise IdentityMismatchError("camera_id")
    refuse_unstorable(registration)
    admitted = await boxes.admit(work, box, registration.school_id)
    changed = await cameras.register(work, _watch(runtime, work), admitted, registration)
    return _acknowledge(runtime, "camera", changed)


async def take_alert(
    runtime: Runtime, work: UnitOfWork, box: ReportingBox, alert_id: UUID, episode: AlertEpisode
) -> Acknowledgement:
    """Take an episode, also before its camera or its evidence.

    Raises:
        IdentityMismatchError: If it is another episode.
    """
    if episode.id != alert_id:
        raise IdentityMismatchError("id")
    refuse_unstorable(episode)
    admitted = await boxes.admit(work, box, episode.school_id)
    keys = await cameras.claim(
        work, _watch(runtime, work), admitted, [episode.camera_id], episode.started_at
    )
    key = keys[episode.camera_id]
    # Two boxes that tell of the same are heard one after the other.
    await cameras.lock(work, [key])
    origin = alerts.Origin(box.box_id, episode.school_id, key)
    changed = await alerts.record_episode(work, origin, episode, runtime.settings.undo_s)
    return _acknowledge(runtime, "alert", changed)


async def take_evidence(
    runtime: Runtime,
    work: UnitOfWork,
    box: ReportingBox,
    school_id: str,
    sha256: str,
    content_type: str,
    content_length: int | None,
    chunks: AsyncIterator[bytes],
) -> Acknowledgement:
    """Take a file as it streams in; alerts that name it are announced anew.

    Raises:
        UnsupportedMediaTypeError: If it is neither a JPEG picture nor an MP4 clip.
        TooLargeError: If it is larger than allowed.
        HashMismatchError: If its content has another hash.
        StorageUnavailableError: If it cannot be stored now.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise UnsupportedMediaTypeError(f"send {' or '.join(sorted(_MEDIA_TYPES))}")
    # A session of its own: the unit of work must not hold the database while bytes stream in.
    async with runtime.work(box.scope) as admission:
        await boxes.admit(admission, box, school_id)
    async with runtime.database.ask(box.scope) as session:
        known = await evidence.is_known(session, runtime.evidence, school_id, sha256)
    if known:
        async for _ in chunks:
            pass  # Read to the end, or the worker would see its connection break.
        return _acknowledge(runtime, "evidence", changed=False)
    size_bytes = await runtime.evidence.receive(sha256, content_length, chunks)
    changed = await evidence.record_arrival(work, school_id, sha256, media_type, size_bytes)
    if changed:
        await alerts.evidence_arrived(work, school_id, sha256, runtime.settings.undo_s)
    return _acknowledge(runtime, "evidence", changed)


async def take_analysed_time(
    runtime: Runtime, work: UnitOfWork, box: ReportingBox, told: Sequence[AnalysedTime]
) -> Acknowledgement:
    """Take intervals of analysed time."""
    refuse_unstorable(*told)
    admitted = box
    for school_id in sorted({interval.school_id for interval in told}):
        admitted = await boxes.admit(work, box, school_id)
    watch = _watch(runtime, work)
    keys: dict[str, int] = {}
    for interval in told:
        if interval.camera_id not in keys:
            keys |= await cameras.claim(
                work, watch, admitted, [interval.camera_id], interval.from_at
            )
    changed = await cameras.record_analysed_time(work, keys, told)
    return _acknowledge(runtime, "analysed_time", changed)


async def take_retention(
    runtime: Runtime, work: UnitOfWork, box: ReportingBox, camera_id: str, status: RetentionStatus
) -> Acknowledgement:
    """Take what a worker can prove about a camera's footage, also before the camera.

    Raises:
        IdentityMismatchError: If it is another camera's.
        InvalidError: If it cannot be stored or dated.
    """
    if status.camera_id != camera_id:
        raise IdentityMismatchError("camera_id")
    refuse_unstorable(status)
    admitted = await boxes.admit(work, box, status.school_id)
    keys = await cameras.claim(work, _watch(runtime, work), admitted, [camera_id], status.as_of)
    changed = await compliance.record_status(work, keys[camera_id], status)
    if changed:
        await exams.tell_of_cameras(work, keys.values())
    return _acknowledge(runtime, "retention", changed)


async def take_heartbeat(
    runtime: Runtime, work: UnitOfWork, box: ReportingBox, heartbeat: Heartbeat
) -> HeartbeatOrders:
    """Take a worker's word on itself and its cameras; answers what it is to do."""
    refuse_unstorable(heartbeat)
    admitted = await boxes.admit(work, box, heartbeat.school_id)
    orders = await cameras.record_heartbeat(work, _watch(runtime, work), admitted, heartbeat)
    ordered = await configurations.heard(work, admitted, heartbeat.configuration)
    runtime.metrics.ingested.labels("heartbeat", "true").inc()
    return orders.model_copy(update={"configuration": ordered})

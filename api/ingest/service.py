"""Takes what workers send. Every message may come twice, late, or before what it refers to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from api.alerts import service as alerts
from api.bus.work import UnitOfWork
from api.cameras import service as cameras
from api.compliance import service as compliance
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
    runtime: Runtime, work: UnitOfWork, camera_id: str, registration: CameraRegistration
) -> Acknowledgement:
    """Take a registration.

    Raises:
        IdentityMismatchError: If it is another camera's.
    """
    if registration.camera_id != camera_id:
        raise IdentityMismatchError("camera_id")
    refuse_unstorable(registration)
    changed = await cameras.register(work, _watch(runtime, work), registration)
    return _acknowledge(runtime, "camera", changed)


async def take_alert(
    runtime: Runtime, work: UnitOfWork, alert_id: UUID, episode: AlertEpisode
) -> Acknowledgement:
    """Take an episode, also before its camera or its evidence.

    Raises:
        IdentityMismatchError: If it is another episode.
    """
    if episode.id != alert_id:
        raise IdentityMismatchError("id")
    refuse_unstorable(episode)
    await cameras.ensure_cameras(work, _watch(runtime, work), [episode.camera_id])
    changed = await alerts.record_episode(work, episode, runtime.settings.undo_s)
    return _acknowledge(runtime, "alert", changed)


async def take_evidence(
    runtime: Runtime,
    work: UnitOfWork,
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
    async with runtime.database.read() as session:
        known = await evidence.is_known(session, runtime.evidence, sha256)
    if known:
        async for _ in chunks:
            pass  # Read to the end, or the worker would see its connection break.
        return _acknowledge(runtime, "evidence", changed=False)
    size_bytes = await runtime.evidence.receive(sha256, content_length, chunks)
    changed = await evidence.record_arrival(work, sha256, media_type, size_bytes)
    if changed:
        await alerts.evidence_arrived(work, sha256, runtime.settings.undo_s)
    return _acknowledge(runtime, "evidence", changed)


async def take_analysed_time(
    runtime: Runtime, work: UnitOfWork, told: Sequence[AnalysedTime]
) -> Acknowledgement:
    """Take intervals of analysed time."""
    refuse_unstorable(*told)
    changed = await cameras.record_analysed_time(work, _watch(runtime, work), told)
    return _acknowledge(runtime, "analysed_time", changed)


async def take_retention(
    runtime: Runtime, work: UnitOfWork, camera_id: str, status: RetentionStatus
) -> Acknowledgement:
    """Take what a worker can prove about a camera's footage, also before the camera.

    Raises:
        IdentityMismatchError: If it is another camera's.
        InvalidError: If it cannot be stored or dated.
    """
    if status.camera_id != camera_id:
        raise IdentityMismatchError("camera_id")
    refuse_unstorable(status)
    await cameras.ensure_cameras(work, _watch(runtime, work), [camera_id])
    changed = await compliance.record_status(work, status)
    return _acknowledge(runtime, "retention", changed)


async def take_heartbeat(
    runtime: Runtime, work: UnitOfWork, heartbeat: Heartbeat
) -> HeartbeatOrders:
    """Take a worker's word on itself and its cameras; answers what it is to do."""
    refuse_unstorable(heartbeat)
    orders = await cameras.record_heartbeat(work, _watch(runtime, work), heartbeat)
    runtime.metrics.ingested.labels("heartbeat", "true").inc()
    return orders

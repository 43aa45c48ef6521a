"""Messages of workers, valid by default, so that a test shows only what matters to it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from api.contract import (
    AlertEpisode,
    AnalysedTime,
    CameraHeartbeat,
    CameraRegistration,
    CameraState,
    EpisodeState,
    EvidenceKind,
    EvidenceRef,
    FootageGap,
    GapCause,
    Heartbeat,
    RecoveredSpan,
    RetentionState,
    RetentionStatus,
    RiskLevel,
)

T0 = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
MODEL_SHA = "a" * 64
CONFIG_SHA = "b" * 64
SCHOOL_ID = "no-1-primary"
SCHOOL_NAME = "第一小学"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def alert_uuid(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def episode(name: str = "one", revision: int = 1, **changes: Any) -> AlertEpisode:
    raised_at = changes.pop("raised_at", T0)
    values: dict[str, Any] = {
        "id": alert_uuid(name),
        "revision": revision,
        "school_id": SCHOOL_ID,
        "camera_id": "gate-north",
        "rule": "perimeter_intrusion",
        "rule_id": "north-wall",
        "zone": "north_wall",
        "risk": RiskLevel.CLASS_2,
        "state": EpisodeState.OPEN,
        "started_at": raised_at - timedelta(seconds=2),
        "raised_at": raised_at,
        "ended_at": raised_at + timedelta(seconds=3),
        "score": 0.87,
        "classes": ("person",),
        "track_count": 1,
        "box_norm_xyxy": (0.4, 0.3, 0.5, 0.8),
        "zone_norm": ((0.1, 0.2), (0.9, 0.2), (0.9, 0.9)),
        "facts": {"dwell_s": 3.0, "direction": "in"},
        "model_id": "campus_objects",
        "model_sha256": MODEL_SHA,
        "config_sha256": CONFIG_SHA,
    }
    return AlertEpisode(**(values | changes))


def evidence_ref(content: bytes, kind: EvidenceKind = EvidenceKind.SNAPSHOT) -> EvidenceRef:
    is_clip = kind is EvidenceKind.CLIP
    return EvidenceRef(
        kind=kind,
        sha256=sha256(content),
        media_type="video/mp4" if is_clip else "image/jpeg",
        size_bytes=len(content),
        width=1920,
        height=1080,
        starts_at=T0 - timedelta(seconds=5),
        duration_s=15.0 if is_clip else 0.0,
    )


def registration(camera_id: str = "gate-north", **changes: Any) -> CameraRegistration:
    values: dict[str, Any] = {
        "school_id": SCHOOL_ID,
        "camera_id": camera_id,
        "name": "北门",
        "location": "北围墙",
        "source": "rtsp://***@10.0.0.8:554/…",
        "rules": ("perimeter_intrusion",),
        "config_sha256": CONFIG_SHA,
        "school_name": SCHOOL_NAME,
    }
    return CameraRegistration(**(values | changes))


def camera_beat(
    camera_id: str = "gate-north", state: CameraState = CameraState.WATCHING, **changes: Any
) -> CameraHeartbeat:
    values: dict[str, Any] = {"camera_id": camera_id, "state": state, "since": T0}
    return CameraHeartbeat(**(values | changes))


def heartbeat(*cameras: CameraHeartbeat, worker_id: str = "box-1", **changes: Any) -> Heartbeat:
    values: dict[str, Any] = {
        "school_id": SCHOOL_ID,
        "worker_id": worker_id,
        "version": "0.1.0",
        "contract_version": 2,
        "sent_at": T0,
        "started_at": T0 - timedelta(hours=1),
        "outbox_pending": 3,
        "outbox_bytes": 4096,
        "disk_free_bytes": 10**12,
        "cameras": cameras,
        "configured": tuple(camera.camera_id for camera in cameras),
    }
    return Heartbeat(**(values | changes))


def analysed(
    from_at: datetime, analysed_s: float, *, rule_id: str = "north-wall", **changes: Any
) -> AnalysedTime:
    values: dict[str, Any] = {
        "school_id": SCHOOL_ID,
        "camera_id": "gate-north",
        "rule": "perimeter_intrusion",
        "rule_id": rule_id,
        "from_at": from_at,
        "to_at": from_at + timedelta(seconds=60),
        "analysed_s": analysed_s,
    }
    return AnalysedTime(**(values | changes))


def footage_gap(
    hours_ago: float, seconds: float = 58.0, cause: GapCause = GapCause.OFFLINE
) -> FootageGap:
    from_at = T0 - timedelta(hours=hours_ago)
    return FootageGap(from_at=from_at, to_at=from_at + timedelta(seconds=seconds), cause=cause)


def recovered(hours_ago: float, seconds: float) -> RecoveredSpan:
    from_at = T0 - timedelta(hours=hours_ago)
    to_at = from_at + timedelta(seconds=seconds)
    return RecoveredSpan(from_at=from_at, to_at=to_at, device="nvr", channel="3")


def retention(
    camera_id: str = "gate-north", as_of: datetime = T0, **changes: Any
) -> RetentionStatus:
    values: dict[str, Any] = {
        "school_id": SCHOOL_ID,
        "camera_id": camera_id,
        "as_of": as_of,
        "state": RetentionState.COMPLIANT,
        "required_days": 30,
        "required_source": "国务院令799号 §17",
        "time_zone": "Asia/Shanghai",
        "proven_days": 31.5,
        "completeness": 1.0,
    }
    return RetentionStatus(**(values | changes))

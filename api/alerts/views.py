"""Rows as the console reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from api.alerts.repository import AlertRow, EvidenceRow
from api.alerts.schemas import (
    AlertDetail,
    AlertStatus,
    AlertSummary,
    EpisodeFacts,
    EvidenceView,
    FalsePositiveReason,
    HistoryAction,
    HistoryEntry,
    PictureSize,
)
from api.contract import AlertEpisode, EpisodeState, EvidenceKind, RiskLevel
from api.db.models import Alert, AlertHistory

_CLOCKS_DIFFER = timedelta(minutes=1)
"""Less than that is no fault of a clock that anybody must look after."""
_EVIDENCE_URL = "/api/v1/evidence/{sha256}"


def evidence_url(sha256: str) -> str:
    """Where a file of evidence is served."""
    return _EVIDENCE_URL.format(sha256=sha256)


def first_of(evidence: Sequence[EvidenceRow], kind: EvidenceKind) -> EvidenceRow | None:
    """The piece to show of a kind: the first that arrived, else the first named.

    What was named only after the judgement is never shown in the place of what was judged.
    """
    of_kind = [row for row in evidence if row.reference.kind == kind]
    of_kind = [row for row in of_kind if not row.is_later] or of_kind
    return next((row for row in of_kind if row.is_available), of_kind[0] if of_kind else None)


def _url(row: EvidenceRow | None) -> str | None:
    if row is None or not row.is_available:
        return None
    return evidence_url(row.reference.sha256)


def undo_until(row: AlertRow, now: datetime, undo_s: float) -> datetime | None:
    """Until when the judgement may be taken back; ``None`` once that has passed."""
    reviewed_at = row.alert.reviewed_at
    if reviewed_at is None or row.alert.status == AlertStatus.PENDING_REVIEW:
        return None
    until = reviewed_at + timedelta(seconds=undo_s)
    return until if now <= until else None


def summary(
    row: AlertRow, evidence: Sequence[EvidenceRow], now: datetime, undo_s: float
) -> AlertSummary:
    """One row of the queue."""
    alert = row.alert
    snapshot = first_of(evidence, EvidenceKind.SNAPSHOT)
    clip = first_of(evidence, EvidenceKind.CLIP)
    original = first_of(evidence, EvidenceKind.SNAPSHOT_ORIGINAL)
    x1, y1, x2, y2 = alert.box_norm_xyxy
    return AlertSummary(
        id=alert.id,
        version=alert.version,
        status=AlertStatus(alert.status),
        rule=alert.rule,
        rule_id=alert.rule_id,
        zone=alert.zone,
        risk=RiskLevel(alert.risk),
        state=EpisodeState(alert.state),
        camera_key=alert.camera_key,
        camera_id=row.camera_id,
        camera_name=row.camera_name,
        camera_location=row.camera_location,
        school=row.school,
        started_at=alert.started_at,
        raised_at=alert.raised_at,
        queued_at=alert.queued_at,
        is_dated_ahead=alert.raised_at - alert.received_at > _CLOCKS_DIFFER,
        ended_at=alert.ended_at,
        duration_s=(alert.ended_at - alert.started_at).total_seconds(),
        score=alert.score,
        classes=alert.classes,
        snapshot_url=_url(snapshot),
        snapshot_size=None
        if snapshot is None
        else PictureSize(width=snapshot.reference.width, height=snapshot.reference.height),
        clip_url=_url(clip),
        clip_starts_at=None if clip is None else clip.reference.starts_at,
        clip_duration_s=None if clip is None else clip.reference.duration_s,
        has_original=original is not None and original.is_available,
        box_norm_xyxy=(x1, y1, x2, y2),
        zone_norm=[(x, y) for x, y in alert.zone_norm],
        reviewed_by=alert.reviewed_by,
        reviewed_at=alert.reviewed_at,
        undo_until=undo_until(row, now, undo_s),
        reason=None if alert.reason is None else FalsePositiveReason(alert.reason),
        note=alert.note,
    )


def _evidence(row: EvidenceRow) -> EvidenceView:
    reference = row.reference
    is_original = reference.kind == EvidenceKind.SNAPSHOT_ORIGINAL
    return EvidenceView(
        kind=EvidenceKind(reference.kind),
        sha256=reference.sha256,
        media_type=reference.media_type,
        size_bytes=reference.size_bytes,
        width=reference.width,
        height=reference.height,
        starts_at=reference.starts_at,
        duration_s=reference.duration_s,
        is_later=row.is_later,
        available=row.is_available,
        deleted_at=row.deleted_at,
        url=None if is_original else _url(row),
    )


def later_of(alert: Alert) -> AlertEpisode:
    """What stands beside a judged alert; one of before there were schools names none."""
    return AlertEpisode.model_validate({"school_id": alert.school_id} | (alert.later or {}))


def detail(
    row: AlertRow,
    evidence: Sequence[EvidenceRow],
    history: Sequence[AlertHistory],
    now: datetime,
    undo_s: float,
) -> AlertDetail:
    """Everything about one alert."""
    alert = row.alert
    return AlertDetail(
        **summary(row, evidence, now, undo_s).model_dump(),
        episode=EpisodeFacts(
            revision=alert.revision,
            track_count=alert.track_count,
            facts=alert.facts,
            model_id=alert.model_id,
            model_sha256=alert.model_sha256,
            config_sha256=alert.config_sha256,
            received_at=alert.received_at,
            updated_at=alert.updated_at,
        ),
        held_at=alert.held_at,
        held_by=alert.held_by,
        later=None if alert.later is None else later_of(alert),
        evidence=[_evidence(piece) for piece in evidence],
        history=[
            HistoryEntry(
                at=entry.at,
                action=HistoryAction(entry.action),
                by=entry.by,
                reason=entry.reason,
                note=entry.note,
            )
            for entry in history
        ],
    )

"""A person's judgement: the state machine of review, and the opening of originals.

::

    pending_review ──confirm──▶ confirmed
          │  ▲                      │
          │  └────undo (10 s)───────┤ ▲
          │                         │ │ revise
          └──false-positive──▶ false_positive

A digest is no claim that could be true or false: ``pending_review`` ──see──▶ ``seen``; back by
undo, and by itself when it ends with more than was seen.

Each step is written to the alert's history and to the access log, and announced to all consoles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from api.alerts import service
from api.alerts.errors import AlertChangedError, BadTransitionError
from api.alerts.repository import AlertRepository
from api.alerts.requests import OriginalGrant, ReviseRequest
from api.alerts.schemas import (
    DECISIONS,
    AlertStatus,
    AlertSummary,
    FalsePositiveReason,
    HistoryAction,
    OriginalReason,
)
from api.alerts.views import evidence_url, first_of
from api.audit import service as audit
from api.audit.changes import Actor
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import ALERT_DIGEST, EvidenceKind, RiskLevel
from api.db.models import Alert
from api.evidence import service as evidence
from api.kit.errors import NoOriginalError
from api.kit.versions import etag
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, take_back, tell_all


def _refuse(alert: Alert, why: str) -> BadTransitionError:
    """Also tells what somebody else decided, and when."""
    told = {"why": why, "status": alert.status}
    if alert.reviewed_by is not None and alert.reviewed_at is not None:
        told |= {"by": alert.reviewed_by, "at": alert.reviewed_at.isoformat()}
    return BadTransitionError(f"the alert is {alert.status}", params=told)


def _refuse_digest(alert: Alert, status: AlertStatus) -> None:
    """A digest is opened and nothing else, and nothing else is."""
    is_digest = alert.rule == ALERT_DIGEST
    if is_digest != (status is AlertStatus.SEEN):
        raise _refuse(alert, "digest" if is_digest else "no_digest")


async def _changed(work: UnitOfWork, alert: Alert) -> AlertChangedError:
    """Tells what the first decided."""
    params = {"version": str(alert.version), "status": alert.status}
    history = await AlertRepository(work.session).history(alert.id)
    decisions = [entry for entry in history if entry.action in DECISIONS]
    # None where whoever revises names a version that the alert never had.
    for last in decisions[-1:]:
        params |= {"action": last.action, "by": last.by or "", "at": last.at.isoformat()}
    return AlertChangedError(
        f"version {alert.version} is there now", params=params, headers=etag(alert.version)
    )


async def _judge(
    work: UnitOfWork,
    alert_id: UUID,
    by: Actor,
    status: AlertStatus,
    reason: FalsePositiveReason | None,
    note: str,
    undo_s: float,
) -> AlertSummary:
    alert = await service.lock_alert(work, alert_id)
    _refuse_digest(alert, status)
    if alert.status != AlertStatus.PENDING_REVIEW:
        raise _refuse(alert, "not_pending")
    await settle(work, alert, by.username, status, reason, note, undo_s)
    _log(work, AccessAction.ALERT_JUDGED, by, alert, status)
    return await service.emit(work, alert_id, undo_s)


def _log(
    work: UnitOfWork, action: AccessAction, by: Actor, alert: Alert, reason: str | None = None
) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        alert_id=alert.id,
        reason=reason,
        school_id=alert.school_id,
    )


async def settle(
    work: UnitOfWork,
    alert: Alert,
    username: str,
    status: AlertStatus,
    reason: FalsePositiveReason | None,
    note: str,
    undo_s: float,
) -> None:
    """Note a judgement on a locked alert, the first or another than before, in its history and for
    its notices.
    """
    is_first = alert.status == AlertStatus.PENDING_REVIEW
    if not is_first:
        await take_back(work, NoticeEvent.ALERT_CONFIRMED, _told_key(alert))
    action = HistoryAction(status if is_first else f"revised_to_{status}")
    _note(work, alert, username, status, reason, note, action)
    await _tell_of_confirmed(work, [alert], undo_s)


async def settle_all(
    work: UnitOfWork,
    waiting: Sequence[Alert],
    username: str,
    status: AlertStatus,
    reason: FalsePositiveReason | None,
    note: str,
    undo_s: float,
) -> None:
    """Note the first judgement of many locked alerts, as :func:`settle` of one."""
    for alert in waiting:
        _note(work, alert, username, status, reason, note, HistoryAction(status))
    await _tell_of_confirmed(work, waiting, undo_s)


def _note(
    work: UnitOfWork,
    alert: Alert,
    username: str,
    status: AlertStatus,
    reason: FalsePositiveReason | None,
    note: str,
    action: HistoryAction,
) -> None:
    alert.version += 1
    alert.status, alert.reason, alert.note = status, reason, note
    alert.reviewed_by, alert.reviewed_at = username, work.now
    AlertRepository(work.session).add_history(
        alert.id, work.now, action, by=username, reason=reason, note=note
    )


def _told_key(alert: Alert) -> str:
    """Names one judgement of an alert."""
    return f"{alert.id} {alert.reviewed_at}"


async def _tell_of_confirmed(work: UnitOfWork, judged: Iterable[Alert], undo_s: float) -> None:
    """Have people told outside of the console, once it cannot be undone any more."""
    told = [
        Told(
            NoticeEvent.ALERT_CONFIRMED,
            about=str(alert.id),
            key=_told_key(alert),
            school_id=alert.school_id,
            risk=RiskLevel(alert.risk),
            facts={"rule": alert.rule},
        )
        for alert in judged
        if alert.status == AlertStatus.CONFIRMED
    ]
    await tell_all(work, told, after_s=undo_s)


async def confirm(
    work: UnitOfWork, alert_id: UUID, by: Actor, note: str, undo_s: float
) -> AlertSummary:
    """The alert is true.

    Raises:
        NotFoundError: If there is no such alert.
        BadTransitionError: If it was judged already.
    """
    return await _judge(work, alert_id, by, AlertStatus.CONFIRMED, None, note, undo_s)


async def refute(
    work: UnitOfWork,
    alert_id: UUID,
    by: Actor,
    reason: FalsePositiveReason,
    note: str,
    undo_s: float,
) -> AlertSummary:
    """The alert is false.

    Raises:
        NotFoundError: If there is no such alert.
        BadTransitionError: If it was judged already.
    """
    return await _judge(work, alert_id, by, AlertStatus.FALSE_POSITIVE, reason, note, undo_s)


async def see(work: UnitOfWork, alert_id: UUID, by: Actor, undo_s: float) -> AlertSummary:
    """Somebody opened a digest and knows what it counts; that judges none of it.

    Raises:
        NotFoundError: If there is no such alert.
        BadTransitionError: If it is no digest, or was seen already.
    """
    return await _judge(work, alert_id, by, AlertStatus.SEEN, None, "", undo_s)


async def revise(
    work: UnitOfWork,
    alert_id: UUID,
    version: int,
    by: Actor,
    wanted: ReviseRequest,
    *,
    undo_s: float,
) -> AlertSummary:
    """Judge otherwise what was judged before, by anyone who may judge, at any time.

    Args:
        work: The unit of work.
        alert_id: The alert.
        version: As whoever revises saw it.
        by: Who revises.
        wanted: The other judgement, and why.
        undo_s: How long a judgement can be taken back.

    Raises:
        NotFoundError: If there is no such alert.
        AlertChangedError: If somebody decided in the meantime; says what.
        BadTransitionError: If it was not judged, is judged just so, or is a digest.
    """
    alert = await service.lock_alert(work, alert_id)
    if alert.version != version:
        raise await _changed(work, alert)
    _refuse_digest(alert, wanted.status)
    if alert.status == AlertStatus.PENDING_REVIEW:
        raise _refuse(alert, "not_reviewed")
    if alert.status == wanted.status:
        raise _refuse(alert, "judged_so")
    await settle(work, alert, by.username, wanted.status, wanted.reason, wanted.note, undo_s)
    _log(work, AccessAction.ALERT_REVISED, by, alert, wanted.status)
    return await service.emit(work, alert_id, undo_s)


async def undo(work: UnitOfWork, alert_id: UUID, by: Actor, undo_s: float) -> AlertSummary:
    """Take one's own judgement back.

    Raises:
        NotFoundError: If there is no such alert.
        BadTransitionError: If it was not judged, by someone else, or too long ago.
    """
    alert = await service.lock_alert(work, alert_id)
    if alert.status == AlertStatus.PENDING_REVIEW or alert.reviewed_at is None:
        raise _refuse(alert, "not_reviewed")
    if alert.reviewed_by != by.username:
        raise _refuse(alert, "other_person")
    if work.now > alert.reviewed_at + timedelta(seconds=undo_s):
        raise _refuse(alert, "expired")
    await take_back(work, NoticeEvent.ALERT_CONFIRMED, _told_key(alert))
    alerts = AlertRepository(work.session)
    await service.wait_again(alert, alerts)
    alerts.add_history(alert_id, work.now, HistoryAction.UNDONE, by=by.username)
    _log(work, AccessAction.ALERT_JUDGEMENT_UNDONE, by, alert)
    return await service.emit(work, alert_id, undo_s)


async def open_original(
    work: UnitOfWork,
    alert_id: UUID,
    by: Actor,
    reason: OriginalReason,
    *,
    grant_s: float,
) -> OriginalGrant:
    """Log who opens the unblurred snapshot and why, then grant it for a short while.

    Blurred snapshots are everyday work of a reviewer and are not logged.

    Raises:
        NotFoundError: If there is no such alert.
        NoOriginalError: If it has no original, or its bytes have not arrived.
    """
    alert = await service.lock_alert(work, alert_id)
    alerts = AlertRepository(work.session)
    pieces = (await alerts.evidence_of([alert_id])).get(alert_id, [])
    piece = first_of(pieces, EvidenceKind.SNAPSHOT_ORIGINAL)
    if piece is None or not piece.is_available:
        raise NoOriginalError(f"alert {alert_id} has no original to open")
    original = piece.reference
    alerts.add_history(
        alert_id, work.now, HistoryAction.ORIGINAL_OPENED, by=by.username, reason=reason
    )
    _log(work, AccessAction.ORIGINAL_OPENED, by, alert, reason)
    expires_at = work.now + timedelta(seconds=grant_s)
    token = await evidence.grant(work, original.sha256, by.username, expires_at)
    return OriginalGrant(
        url=f"{evidence_url(original.sha256)}?grant={token}", expires_at=expires_at
    )

"""One judgement on many alerts that wait, each with its own entry in history and access log.

A call is one transaction on at most ``MAX_TOGETHER`` alerts, so that thousands hold up nobody:
whoever judges more calls again.
"""

from __future__ import annotations

from api.alerts import review, service
from api.alerts.repository import AlertRepository
from api.alerts.requests import BulkRequest, BulkResult, DecidedBefore
from api.alerts.schemas import AlertStatus
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import ALERT_DIGEST
from api.db.models import Alert
from api.kit.errors import NotFoundError


async def judge(
    work: UnitOfWork, username: str, wanted: BulkRequest, *, client: str, undo_s: float
) -> BulkResult:
    """Judge those that still wait; what somebody decided meanwhile stays and is answered, and
    so is what is a digest.

    Raises:
        NotFoundError: If one of them is none, and then none is judged.
    """
    alerts = await AlertRepository(work.session).lock_all(wanted.alert_ids)
    if len(alerts) != len(set(wanted.alert_ids)):
        missing = set(wanted.alert_ids) - {alert.id for alert in alerts}
        raise NotFoundError(f"no alert {min(missing)}")
    pending = [alert for alert in alerts if alert.status == AlertStatus.PENDING_REVIEW]
    before = [_decided(alert) for alert in alerts if alert.status != AlertStatus.PENDING_REVIEW]
    digests = [alert.id for alert in pending if alert.rule == ALERT_DIGEST]
    waiting = [alert for alert in pending if alert.rule != ALERT_DIGEST]
    await review.settle_all(
        work, waiting, username, wanted.status, wanted.reason, wanted.note, undo_s
    )
    for alert in waiting:
        audit.log(
            work,
            AccessAction.ALERT_JUDGED_TOGETHER,
            username,
            client,
            alert_id=alert.id,
            reason=wanted.status,
            school_id=alert.school_id,
        )
    judged = [alert.id for alert in waiting]
    await service.emit_all(work, judged, undo_s)
    return BulkResult(judged=judged, decided_before=before, digests=digests)


def _decided(alert: Alert) -> DecidedBefore:
    return DecidedBefore(
        id=alert.id,
        status=AlertStatus(alert.status),
        by=alert.reviewed_by,
        at=alert.reviewed_at,
    )

"""What becomes of alerts that nobody needs any more: first their pictures, much later their record.

An alert counts from when it arrived and from when it was judged, by our clock: a recording analysed
years later is as new as any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.alerts.repository import AlertRepository
from api.alerts.schemas import AlertStatus, AlertSummary, HistoryAction
from api.alerts.service import emit, lock_alert
from api.bus.work import UnitOfWork
from api.evidence import service as evidence
from api.evidence.store import EvidenceStore

_ALERTS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Due:
    """The moments before which alerts have been kept long enough, by what became of them.

    Attributes:
        false_positive: Pictures of what a person judged false.
        unjudged: Pictures of what nobody judged.
        confirmed: Pictures of what a person confirmed; None keeps them.
        records: The record of what nobody confirmed.
    """

    false_positive: datetime
    unjudged: datetime
    confirmed: datetime | None
    records: datetime

    def by_status(self) -> dict[AlertStatus, datetime]:
        """As the pictures of each status are kept; what is not named is kept for good."""
        found = {
            AlertStatus.FALSE_POSITIVE: self.false_positive,
            AlertStatus.PENDING_REVIEW: self.unjudged,
            AlertStatus.SEEN: self.unjudged,
        }
        return found if self.confirmed is None else found | {AlertStatus.CONFIRMED: self.confirmed}


async def delete_evidence(work: UnitOfWork, store: EvidenceStore, past: Due) -> int | None:
    """Delete the pictures of some alerts whose time has come; answers of how many, None at the end.

    The alerts are locked meanwhile: whoever takes hold of one a moment earlier keeps its pictures.
    """
    alerts = AlertRepository(work.session)
    found = await alerts.lock_due_evidence(past.by_status(), _ALERTS_AT_ONCE)
    if not found:
        return None
    gone = {alert.id for alert in found}
    await evidence.delete_files(work, store, await alerts.evidence_only_of(gone))
    for alert in found:
        alert.evidence_deleted_at = work.now
    for alert_id in await alerts.with_evidence(gone):
        alerts.add_history(alert_id, work.now, HistoryAction.EVIDENCE_DELETED)
    return len(found)


async def delete_records(work: UnitOfWork, past: Due) -> int | None:
    """Delete some alerts that nobody confirmed or holds, with their history, and the rows of their
    files; answers how many, None at the end.
    """
    alerts = AlertRepository(work.session)
    count, named = await alerts.delete_due_records(past.records, _ALERTS_AT_ONCE)
    await evidence.forget_deleted(work, named)
    return count or None


async def hold(work: UnitOfWork, alert_id: UUID, username: str, undo_s: float) -> AlertSummary:
    """Keep everything about an alert until it is released.

    Raises:
        NotFoundError: If there is no such alert.
    """
    return await _set_hold(work, alert_id, username, undo_s, HistoryAction.HELD)


async def release(work: UnitOfWork, alert_id: UUID, username: str, undo_s: float) -> AlertSummary:
    """Let an alert go the way of the others again.

    Raises:
        NotFoundError: If there is no such alert.
    """
    return await _set_hold(work, alert_id, username, undo_s, HistoryAction.RELEASED)


async def _set_hold(
    work: UnitOfWork, alert_id: UUID, username: str, undo_s: float, action: HistoryAction
) -> AlertSummary:
    alert = await lock_alert(work, alert_id)
    is_held = action is HistoryAction.HELD
    if (alert.held_at is not None) != is_held:
        alert.held_at = work.now if is_held else None
        alert.held_by = username if is_held else None
        AlertRepository(work.session).add_history(alert_id, work.now, action, by=username)
    return await emit(work, alert_id, undo_s)

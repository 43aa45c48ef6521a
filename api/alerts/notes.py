"""What people write to an alert beside any judgement; only ever appended to."""

from __future__ import annotations

from uuid import UUID

from api.alerts import service
from api.alerts.repository import AlertRepository
from api.alerts.schemas import AlertSummary, HistoryAction
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork


async def add(
    work: UnitOfWork, alert_id: UUID, username: str, note: str, *, client: str, undo_s: float
) -> AlertSummary:
    """Add words to an alert's history, judged or not; they are no judgement and change none.

    The words stand in the history alone, the access log says who wrote some.

    Raises:
        NotFoundError: If there is no such alert.
    """
    alert = await service.lock_alert(work, alert_id)
    AlertRepository(work.session).add_history(
        alert_id, work.now, HistoryAction.NOTED, by=username, note=note
    )
    audit.log(
        work,
        AccessAction.ALERT_NOTED,
        username,
        client,
        alert_id=alert_id,
        school_id=alert.school_id,
    )
    return await service.emit(work, alert_id, undo_s)

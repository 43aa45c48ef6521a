"""The queue of alerts in the database."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts.filters import AlertFilters, QueueOrder, rules_matching
from api.alerts.queue.cursor import QueueCursor
from api.alerts.repository import AlertRow, alert_rows
from api.alerts.schemas import AlertStatus
from api.db.camera import Camera
from api.db.models import Alert
from api.db.organisation import School


def _conditions(filters: AlertFilters) -> list[ColumnElement[bool]]:
    """All filters but the status."""
    found: list[ColumnElement[bool]] = []
    if filters.camera_keys:
        found.append(Alert.camera_key.in_(filters.camera_keys))
    if filters.school_ids:
        found.append(Alert.school_id.in_(filters.school_ids))
    if filters.rules:
        found.append(Alert.rule.in_(filters.rules))
    if filters.risks:
        found.append(Alert.risk.in_(filters.risks))
    if filters.raised_from is not None:
        found.append(Alert.queued_at >= filters.raised_from)
    if filters.raised_before is not None:
        found.append(Alert.queued_at < filters.raised_before)
    found += [_holds(word) for word in filters.words()]
    return found


def _holds(word: str) -> ColumnElement[bool]:
    """The word stands somewhere in what a reviewer reads of the alert."""
    columns = (
        School.name_zh,
        School.name_en,
        Camera.name,
        Camera.location,
        Camera.camera_id,
    )
    # Cameras are few: looked through once, not again for each alert.
    cameras = (
        select(Camera.id)
        .join(School, School.school_id == Camera.school_id)
        .where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    )
    return or_(
        Alert.camera_key.in_(cameras),
        Alert.zone.icontains(word, autoescape=True),
        Alert.rule_id.icontains(word, autoescape=True),
        Alert.rule.in_(rules_matching(word)),
    )


class QueueRepository:
    """Reads pages of ``alerts``, and counts them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, filters: AlertFilters, order: QueueOrder, after: QueueCursor | None, limit: int
    ) -> list[AlertRow]:
        """Alerts after the cursor."""
        newest = (Alert.queued_at.desc(), Alert.id.desc())
        by_class = (Alert.risk, Alert.queued_at, Alert.id)
        query = (
            alert_rows()
            .where(*_conditions(filters))
            .order_by(*(newest if order is QueueOrder.NEWEST else by_class))
            .limit(limit)
        )
        if filters.statuses:
            query = query.where(Alert.status.in_(filters.statuses))
        if after is not None:
            query = query.where(_after(after))
        return [AlertRow(*row) for row in await self._session.execute(query)]

    async def counts(self, filters: AlertFilters) -> dict[str, int]:
        """Number of alerts by status."""
        # Not grouped: for that SQLite would fetch the rows in the order of the status.
        each = (func.count().filter(Alert.status == status) for status in AlertStatus)
        query = select(*each).select_from(Alert).where(*_conditions(filters))
        row = (await self._session.execute(query)).one()
        return dict(zip(AlertStatus, row, strict=True))


def _after(last: QueueCursor) -> ColumnElement[bool]:
    """What stands behind the last row seen."""
    at, alert_id = last.at, last.alert_id
    if last.risk is None:
        return or_(Alert.queued_at < at, and_(Alert.queued_at == at, Alert.id < alert_id))
    # Bounded by one comparison first, so that the index is entered where the page begins.
    return and_(
        Alert.risk >= last.risk,
        or_(
            Alert.risk > last.risk,
            Alert.queued_at > at,
            and_(Alert.queued_at == at, Alert.id > alert_id),
        ),
    )

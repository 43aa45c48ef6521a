"""The queue of alerts in the database."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.alerts.filters import AlertFilters, QueueOrder, rules_matching
from api.alerts.queue.cursor import QueueCursor
from api.alerts.repository import AlertRow, alert_rows
from api.alerts.schemas import AlertStatus
from api.db.camera import Camera
from api.db.models import Alert
from api.db.organisation import School

_FEW = 100
"""Alerts of so many cameras are found by the camera, and so many names are listed; of more, all
alerts are looked through."""
_Conditions = Sequence[ColumnElement[bool]]


def _without_words(filters: AlertFilters) -> list[ColumnElement[bool]]:
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
    return found


def _cameras(word: str) -> Select[int]:
    """Cameras that hold the word in what a reviewer reads of them and of their school."""
    columns = (
        School.name_zh,
        School.name_en,
        Camera.name,
        Camera.location,
        Camera.camera_id,
    )
    return (
        select(Camera.id)
        .join(School, School.school_id == Camera.school_id)
        .where(or_(*(column.icontains(word, autoescape=True) for column in columns)))
    )


class QueueRepository:
    """Reads pages of ``alerts``, and counts them."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def conditions(self, filters: AlertFilters) -> _Conditions:
        """All filters but the status.

        Words are looked for where each name stands once: alerts repeat the same few for ever.
        """
        found = _without_words(filters)
        words = filters.words()
        if not words:
            return found
        named = select(Alert.rule_id, Alert.zone).distinct()
        names = [(rule_id, zone) for rule_id, zone in await self._session.execute(named)]
        rule_ids, zones = {rule_id for rule_id, _ in names}, {zone for _, zone in names}
        for word in words:
            holds = (
                await self._by_camera(word),
                _by_name(Alert.rule_id, word, rule_ids),
                _by_name(Alert.zone, word, zones),
                _by_rule(word),
            )
            found.append(or_(false(), *(each for each in holds if each is not None)))
        return found

    async def _by_camera(self, word: str) -> ColumnElement[bool] | None:
        keys = list(await self._session.scalars(_cameras(word).limit(_FEW + 1)))
        if len(keys) > _FEW:
            # A sum, so that SQLite does not fetch and sort the alerts of nearly all cameras.
            return (Alert.camera_key + 0).in_(_cameras(word))
        return Alert.camera_key.in_(keys) if keys else None

    async def page(
        self,
        conditions: _Conditions,
        statuses: Sequence[AlertStatus],
        order: QueueOrder,
        after: QueueCursor | None,
        limit: int,
    ) -> list[AlertRow]:
        """Alerts after the cursor."""
        newest = (Alert.queued_at.desc(), Alert.id.desc())
        by_class = (Alert.risk, Alert.queued_at, Alert.id)
        query = (
            alert_rows()
            .where(*conditions)
            .order_by(*(newest if order is QueueOrder.NEWEST else by_class))
            .limit(limit)
        )
        if statuses:
            query = query.where(Alert.status.in_(statuses))
        if after is not None:
            query = query.where(_after(after))
        return [AlertRow(*row) for row in await self._session.execute(query)]

    async def counts(self, conditions: _Conditions) -> dict[str, int]:
        """Number of alerts by status."""
        # Not grouped: for that SQLite would fetch the rows in the order of the status.
        each = (func.count().filter(Alert.status == status) for status in AlertStatus)
        query = select(*each).select_from(Alert).where(*conditions)
        row = (await self._session.execute(query)).one()
        return dict(zip(AlertStatus, row, strict=True))


def _by_name(
    column: InstrumentedAttribute[str], word: str, names: Collection[str]
) -> ColumnElement[bool] | None:
    held = [name for name in names if word.lower() in name.lower()]
    if len(held) > _FEW:
        return column.icontains(word, autoescape=True)
    return column.in_(held) if held else None


def _by_rule(word: str) -> ColumnElement[bool] | None:
    rules = rules_matching(word)
    return Alert.rule.in_(rules) if rules else None


def _after(last: QueueCursor) -> ColumnElement[bool]:
    """What stands behind the last row seen.

    Bounded by one comparison first, so that the index is entered where the page begins.
    """
    at, alert_id = last.at, last.alert_id
    if last.risk is None:
        return and_(Alert.queued_at <= at, or_(Alert.queued_at < at, Alert.id < alert_id))
    return and_(
        Alert.risk >= last.risk,
        or_(
            Alert.risk > last.risk,
            Alert.queued_at > at,
            and_(Alert.queued_at == at, Alert.id > alert_id),
        ),
    )

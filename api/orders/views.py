"""Orders as the console reads them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import service as alerts
from api.alerts.schemas import AlertSummary
from api.contract import RiskLevel
from api.db.order import OrderSource, WorkOrder
from api.kit.errors import NotFoundError
from api.orders.deadlines import DeadlineRule, Deadlines
from api.orders.machine import EDGES, WITH_SCHOOL, OrderState, Step, way
from api.orders.people import TOOK_PART, Actor
from api.orders.repository import OrderRepository, OrderRow, PhotographRow
from api.orders.schemas import (
    AlertBrief,
    DeadlineView,
    OrderAction,
    OrderDetail,
    OrderHistoryEntry,
    OrderSummary,
    PhotographView,
    SourceKind,
    SourceView,
)
from api.orders.subjects import Subject
from api.organisations import service as organisations


def is_overdue(order: WorkOrder, now: datetime) -> bool:
    """Whether it is past its deadline while it is the school's turn."""
    return order.due_at < now and order.state in WITH_SCHOOL


def photograph_url(order_id: int, photograph_id: int) -> str:
    """Where a photograph is served."""
    return f"/api/v1/order-photographs/{order_id}/{photograph_id}"


def deadline(rule: DeadlineRule) -> DeadlineView:
    """A row of the table of deadlines as people read it."""
    return DeadlineView(rule=rule.id, due_h=rule.due_h, source=rule.source, verified=rule.verified)


async def summaries(
    session: AsyncSession, rows: Sequence[OrderRow], now: datetime
) -> list[OrderSummary]:
    """Rows of the board."""
    orders = OrderRepository(session)
    ids = [row.order.id for row in rows]
    sources = await orders.first_sources(ids)
    photographs = await orders.photograph_counts(ids)
    known = await _alerts(session, {first.alert_id for first, _ in sources.values()}, now)
    found = []
    for row in rows:
        first, count = sources.get(row.order.id, (None, 0))
        pictures = photographs.get(row.order.id, 0)
        found.append(_summary(row, first, count, pictures, known, now))
    return found


async def _alerts(
    session: AsyncSession, ids: Collection[UUID | None], now: datetime
) -> Mapping[UUID, AlertSummary]:
    return await alerts.get_summaries(session, [each for each in ids if each is not None], now)


def _brief(alert: AlertSummary) -> AlertBrief:
    return AlertBrief(**{name: getattr(alert, name) for name in AlertBrief.model_fields})


def _summary(
    row: OrderRow,
    first: OrderSource | None,
    source_count: int,
    photograph_count: int,
    known: Mapping[UUID, AlertSummary],
    now: datetime,
) -> OrderSummary:
    order = row.order
    alert = None if first is None or first.alert_id is None else known.get(first.alert_id)
    return OrderSummary(
        id=order.id,
        version=order.version,
        state=OrderState(order.state),
        risk=RiskLevel(order.risk),
        subject=Subject(order.subject),
        school=organisations.name_of(row.school),
        assignee=order.assignee,
        responsible=order.assignee or row.duty,
        created_at=order.created_at,
        created_by=order.created_by,
        due_at=order.due_at,
        is_overdue=is_overdue(order, now),
        escalated_at=order.escalated_at,
        rectified_by=order.rectified_by,
        rectified_at=order.rectified_at,
        closed_by=order.closed_by,
        closed_at=order.closed_at,
        merged_into=order.merged_into,
        alert=None if alert is None else _brief(alert),
        text="" if first is None else first.text,
        source_count=source_count,
        photograph_count=photograph_count,
    )


async def known(session: AsyncSession, order_id: int, now: datetime) -> OrderSummary | None:
    """One order as a row of the board; None of one that is not in the session's scope."""
    row = await OrderRepository(session).get(order_id)
    if row is None:
        return None
    [found] = await summaries(session, [row], now)
    return found


async def summary(session: AsyncSession, order_id: int, now: datetime) -> OrderSummary:
    """One order that is there as a row of the board."""
    found = await known(session, order_id, now)
    assert found is not None, "asked for one that is there"
    return found


async def detail(
    session: AsyncSession, order_id: int, now: datetime, by: Actor, deadlines: Deadlines
) -> OrderDetail:
    """Everything about one order.

    Raises:
        NotFoundError: If there is none.
    """
    orders = OrderRepository(session)
    row = await orders.get(order_id)
    if row is None:
        raise NotFoundError("no such work order")
    sources = await orders.sources(order_id)
    photographs = await orders.photographs(order_id)
    known = await _alerts(session, {each.alert_id for each in sources}, now)
    found_by = await orders.inspections_of({each.item_id for each in sources} - {None})
    first = sources[0] if sources else None
    rule = deadlines.of_id(row.order.due_rule)
    took_part = await orders.did(order_id, TOOK_PART)
    return OrderDetail(
        **dict(_summary(row, first, len(sources), len(photographs), known, now)),
        round=row.order.round,
        deadline=None if rule is None else deadline(rule),
        sources=[_source(each, known, found_by) for each in sources],
        photographs=[photograph(each) for each in photographs],
        history=[
            OrderHistoryEntry(
                at=entry.at,
                action=OrderAction(entry.action),
                by=entry.by,
                state=OrderState(entry.state),
                note=entry.note,
            )
            for entry in await orders.history(order_id)
        ],
        steps=_steps(row.order, by, took_part),
        merged=await orders.merged_into(order_id),
    )


def _source(
    source: OrderSource, known: Mapping[UUID, AlertSummary], found_by: Mapping[int, int]
) -> SourceView:
    return SourceView(
        id=source.id,
        kind=SourceKind(source.kind),
        alert=None if source.alert_id is None else known.get(source.alert_id),
        inspection_id=None if source.item_id is None else found_by.get(source.item_id),
        text=source.text,
    )


def photograph(row: PhotographRow) -> PhotographView:
    """A photograph as people read of it."""
    return PhotographView(
        id=row.id,
        url=photograph_url(row.order_id, row.id),
        round=row.round,
        at=row.at,
        by=row.by,
        width=row.width,
        height=row.height,
    )


def _steps(order: WorkOrder, by: Actor, took_part: Collection[str]) -> list[Step]:
    if order.merged_into is not None:
        return []
    return [
        step
        for step, edge in EDGES.items()
        if edge.needs in by.permissions
        and way(OrderState(order.state), step)
        and not (step in (Step.RETURN, Step.CLOSE) and by.username in took_part)
    ]

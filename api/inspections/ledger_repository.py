"""Hazards that signed forms name, with the orders they became."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from api.contract.profile import InspectionKind
from api.db.inspection import Inspection, InspectionItem
from api.db.order import OrderSource, WorkOrder
from api.inspections.ledger_schemas import HazardState
from api.inspections.schemas import HazardGrade, InspectionSubject
from api.kit.pagination import Cursor
from api.orders.machine import WITH_SCHOOL, OrderState


@dataclass(frozen=True, slots=True)
class HazardFilters:
    """Filters of the ledger; an empty one does not narrow."""

    school_ids: tuple[str, ...] = ()
    grades: tuple[HazardGrade, ...] = ()
    states: tuple[HazardState, ...] = ()
    kinds: tuple[InspectionKind, ...] = ()
    subjects: tuple[InspectionSubject, ...] = ()
    found_from: dt.datetime | None = None
    found_to: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """A hazard, the form that names it, and its order; None of one that is not in scope."""

    item: InspectionItem
    inspection: Inspection
    order: WorkOrder | None


def _is(state: HazardState, now: dt.datetime) -> ColumnElement[bool]:
    with_school = WorkOrder.state.in_(WITH_SCHOOL)
    match state:
        case HazardState.OPEN:
            return with_school
        case HazardState.OVERDUE:
            return and_(with_school, WorkOrder.due_at < now)
        case HazardState.TO_CHECK:
            return WorkOrder.state == OrderState.PENDING_VERIFICATION
        case HazardState.CLOSED:
            return WorkOrder.state == OrderState.CLOSED


def _conditions(filters: HazardFilters) -> list[ColumnElement[bool]]:
    """All filters but those of the state."""
    found: list[ColumnElement[bool]] = [
        InspectionItem.hazard.is_not(None),
        Inspection.signed_at.is_not(None),
    ]
    if filters.school_ids:
        found.append(Inspection.school_id.in_(filters.school_ids))
    if filters.grades:
        found.append(InspectionItem.hazard.in_(filters.grades))
    if filters.kinds:
        found.append(Inspection.kind.in_(filters.kinds))
    if filters.subjects:
        found.append(Inspection.subject.in_(filters.subjects))
    if filters.found_from is not None:
        found.append(Inspection.signed_at >= filters.found_from)
    if filters.found_to is not None:
        found.append(Inspection.signed_at < filters.found_to)
    return found


def _rows() -> Select[InspectionItem, Inspection, WorkOrder | None]:
    return (
        select(InspectionItem, Inspection, WorkOrder)
        .join(Inspection, Inspection.id == InspectionItem.inspection_id)
        .outerjoin(OrderSource, OrderSource.item_id == InspectionItem.id)
        .outerjoin(WorkOrder, WorkOrder.id == OrderSource.order_id)
    )


class LedgerRepository:
    """Reads hazards."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, filters: HazardFilters, now: dt.datetime, after: Cursor | None, limit: int
    ) -> list[LedgerRow]:
        """Hazards after the cursor, found last first."""
        key = (Inspection.signed_at, InspectionItem.id)
        query = _rows().where(*_conditions(filters))
        if filters.states:
            query = query.where(or_(*(_is(state, now) for state in filters.states)))
        if after is not None:
            query = query.where(tuple_(*key) < (after.at, after.number))
        query = query.order_by(*(column.desc() for column in key)).limit(limit)
        return [LedgerRow(*row) for row in await self._session.execute(query)]

    async def counts(self, filters: HazardFilters, now: dt.datetime) -> dict[str, int]:
        """Number of hazards by state."""
        each = [func.count().filter(_is(state, now)) for state in HazardState]
        query = (
            select(*each)
            .select_from(InspectionItem)
            .join(Inspection, Inspection.id == InspectionItem.inspection_id)
            .join(OrderSource, OrderSource.item_id == InspectionItem.id)
            .join(WorkOrder, WorkOrder.id == OrderSource.order_id)
            .where(*_conditions(filters))
        )
        found = (await self._session.execute(query)).one()
        return dict(zip(map(str, HazardState), found, strict=True))

    async def orders_of(self, inspection_id: int) -> dict[int, WorkOrder]:
        """The orders that a form's items became, by item."""
        query = (
            select(InspectionItem.id, WorkOrder)
            .join(OrderSource, OrderSource.item_id == InspectionItem.id)
            .join(WorkOrder, WorkOrder.id == OrderSource.order_id)
            .where(InspectionItem.inspection_id == inspection_id)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

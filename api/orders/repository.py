"""Work orders, their sources, photographs and history, and duties in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.access.roles import have
from api.contract import RiskLevel
from api.db.inspection import InspectionItem
from api.db.locking import FROM_WRITERS
from api.db.models import User
from api.db.order import (
    Duty,
    OrderHistory,
    OrderPhotograph,
    OrderRequest,
    OrderSource,
    WorkOrder,
)
from api.db.organisation import School
from api.db.upsert import insert_if_absent
from api.kit.pagination import Cursor
from api.orders.machine import WITH_SCHOOL, OrderState
from api.orders.subjects import Subject


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """Filters of the board; an empty one does not narrow.

    Attributes:
        states: One of these.
        is_overdue: Only those past their deadline.
        mine: Only what this person has to put right.
        school_ids: One of these.
        risks: One of these.
        subjects: One of these.
        alert_id: Only the one that this alert is in.
    """

    states: tuple[OrderState, ...] = ()
    is_overdue: bool = False
    mine: str | None = None
    school_ids: tuple[str, ...] = ()
    risks: tuple[RiskLevel, ...] = ()
    subjects: tuple[Subject, ...] = ()
    alert_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order with what its summary takes from other tables."""

    order: WorkOrder
    school: School
    duty: str | None


class PhotographRow(NamedTuple):
    """A photograph without its bytes."""

    id: int
    order_id: int
    round: int
    at: datetime
    by: str
    width: int
    height: int


def _is_overdue(now: datetime) -> ColumnElement[bool]:
    return and_(WorkOrder.state.in_(WITH_SCHOOL), WorkOrder.due_at < now)


def _there(now: datetime) -> Select[str, str | None]:
    """Who may still put something right, and at which school.

    Asked so, and not whether they left: who went to another school is not found by this one's
    people.
    """
    return select(User.username, User.school_id).where(
        User.school_id.is_not(None),
        User.role.in_(have(Permission.RECTIFY_ORDERS)),
        User.disabled_at.is_(None),
        or_(User.ends_at.is_(None), User.ends_at > now),
    )


def _is_of(username: str, now: datetime) -> ColumnElement[bool]:
    """Given to them; or to a duty they have, or that nobody has.

    What was given to a person who left, or puts nothing right there any more, is the duty's again;
    and a duty such a person has, nobody has.
    """
    # Selects of their own: only those are narrowed. None asks about the order it is for: each is
    # read once, where PostgreSQL would ask anew for each of twenty thousand orders.
    duty = tuple_(WorkOrder.school_id, WorkOrder.subject)
    duties = select(Duty.school_id, Duty.subject)
    has_duty = duty.in_(duties.where(Duty.username == username))
    is_held = duty.in_(duties.where(tuple_(Duty.username, Duty.school_id).in_(_there(now))))
    is_there = tuple_(WorkOrder.assignee, WorkOrder.school_id).in_(_there(now))
    return or_(
        WorkOrder.assignee == username,
        and_(or_(WorkOrder.assignee.is_(None), ~is_there), or_(has_duty, ~is_held)),
    )


def _conditions(filters: OrderFilters, now: datetime) -> list[ColumnElement[bool]]:
    """All filters but those of the board's columns."""
    found: list[ColumnElement[bool]] = [WorkOrder.merged_into.is_(None)]
    if filters.mine is not None:
        found.append(_is_of(filters.mine, now))
    if filters.school_ids:
        found.append(WorkOrder.school_id.in_(filters.school_ids))
    if filters.risks:
        found.append(WorkOrder.risk.in_(filters.risks))
    if filters.subjects:
        found.append(WorkOrder.subject.in_(filters.subjects))
    if filters.alert_id is not None:
        is_about = (OrderSource.order_id == WorkOrder.id, OrderSource.alert_id == filters.alert_id)
        found.append(exists(select(OrderSource.id).where(*is_about)))
    return found


_DUTY = (
    select(Duty.username)
    .where(Duty.school_id == WorkOrder.school_id, Duty.subject == WorkOrder.subject)
    .correlate(WorkOrder)
    .scalar_subquery()
)


class OrderRepository:
    """Reads and writes ``work_orders`` with what belongs to them, and ``duties``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, row: WorkOrder | OrderSource | OrderHistory) -> None:
        """Add a row, so that its number is known."""
        self._session.add(row)
        await self._session.flush()

    async def lock(self, order_id: int) -> WorkOrder | None:
        """One order, kept from others until the unit of work ends."""
        return await self._session.get(WorkOrder, order_id, with_for_update=FROM_WRITERS)

    async def get(self, order_id: int) -> OrderRow | None:
        """One order."""
        await self._session.flush()
        query = (
            select(WorkOrder, School, _DUTY)
            .join(School, School.school_id == WorkOrder.school_id)
            .where(WorkOrder.id == order_id)
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else OrderRow(*row)

    async def page(
        self, filters: OrderFilters, now: datetime, after: Cursor | None, limit: int
    ) -> list[OrderRow]:
        """Orders after the cursor, the first due first; only closed ones, the last due first."""
        key = (WorkOrder.due_at, WorkOrder.id)
        is_backwards = filters.states == (OrderState.CLOSED,)
        query = (
            select(WorkOrder, School, _DUTY)
            .join(School, School.school_id == WorkOrder.school_id)
            .where(*_conditions(filters, now))
            .order_by(*(column.desc() if is_backwards else column for column in key))
            .limit(limit)
        )
        if filters.states:
            query = query.where(WorkOrder.state.in_(filters.states))
        if filters.is_overdue:
            query = query.where(_is_overdue(now))
        if after is not None:
            place, last = tuple_(*key), (after.at, after.number)
            query = query.where(place < last if is_backwards else place > last)
        return [OrderRow(*row) for row in await self._session.execute(query)]

    async def counts(self, filters: OrderFilters, now: datetime) -> tuple[dict[str, int], int]:
        """Number of orders by state, and of overdue ones."""
        each = [func.count().filter(WorkOrder.state == state) for state in OrderState]
        overdue = func.count().filter(_is_overdue(now))
        query = select(*each, overdue).select_from(WorkOrder).where(*_conditions(filters, now))
        *found, late = (await self._session.execute(query)).one()
        return dict(zip(OrderState, found, strict=True)), late

    # --- what belongs to orders ---------------------------------------------------------------

    async def sources(self, order_id: int) -> list[OrderSource]:
        """What an order is about, in the order it was added."""
        query = select(OrderSource).where(OrderSource.order_id == order_id)
        return list(await self._session.scalars(query.order_by(OrderSource.id)))

    async def first_sources(self, order_ids: Collection[int]) -> dict[int, tuple[OrderSource, int]]:
        """What orders are about first of all, and how much they are about."""
        each = (
            select(func.min(OrderSource.id).label("first"), func.count().label("number"))
            .where(OrderSource.order_id.in_(order_ids))
            .group_by(OrderSource.order_id)
            .subquery()
        )
        query = select(OrderSource, each.c.number).join(each, each.c.first == OrderSource.id)
        return {
            source.order_id: (source, number)
            for source, number in await self._session.execute(query)
        }

    async def inspections_of(self, item_ids: Collection[int | None]) -> dict[int, int]:
        """The inspections that items belong to, by item; those in scope."""
        if not item_ids:
            return {}
        query = select(InspectionItem.id, InspectionItem.inspection_id)
        rows = await self._session.execute(query.where(InspectionItem.id.in_(item_ids)))
        return {row[0]: row[1] for row in rows}

    async def order_of_alerts(self, alert_ids: Collection[UUID]) -> int | None:
        """An order that one of these alerts is in."""
        query = select(OrderSource.order_id).where(OrderSource.alert_id.in_(alert_ids))
        return await self._session.scalar(query.limit(1))

    async def take_over(self, orders: Collection[WorkOrder], into: WorkOrder) -> None:
        """Hand what orders are about, their photographs of this round, and what they themselves
        took over, to another one.
        """
        rounds = {order.id: order.round for order in orders}
        await self._session.execute(
            update(OrderSource).where(OrderSource.order_id.in_(rounds)).values(order_id=into.id)
        )
        # Straight to the one that is worked on: whoever took part in these may not check it.
        await self._session.execute(
            update(WorkOrder).where(WorkOrder.merged_into.in_(rounds)).values(merged_into=into.id)
        )
        # The same picture may have been sent to both: it stays where it is, nothing is lost.
        known = select(OrderPhotograph.sent_sha256).where(
            OrderPhotograph.order_id == into.id, OrderPhotograph.round == into.round
        )
        taken: set[str] = set(await self._session.scalars(known))
        rows = select(OrderPhotograph).where(OrderPhotograph.order_id.in_(rounds))
        for row in list(await self._session.scalars(rows.order_by(OrderPhotograph.id))):
            # What was sent back shows nothing that was put right since.
            if row.round == rounds[row.order_id] and row.sent_sha256 not in taken:
                taken.add(row.sent_sha256)
                row.order_id, row.round = into.id, into.round
        await self._session.flush()

    async def merged_into(self, order_id: int) -> list[int]:
        """Orders that this one took over."""
        query = select(WorkOrder.id).where(WorkOrder.merged_into == order_id)
        return list(await self._session.scalars(query.order_by(WorkOrder.id)))

    async def photographs(self, order_id: int) -> list[PhotographRow]:
        """An order's photographs, oldest first, without their bytes."""
        columns = [getattr(OrderPhotograph, name) for name in PhotographRow._fields]
        query = select(*columns).where(OrderPhotograph.order_id == order_id)
        rows = await self._session.execute(query.order_by(OrderPhotograph.id))
        return [PhotographRow(*row) for row in rows]

    async def photograph_counts(self, order_ids: Collection[int]) -> dict[int, int]:
        """How many photographs orders have; those without one are left out."""
        query = (
            select(OrderPhotograph.order_id, func.count())
            .where(OrderPhotograph.order_id.in_(order_ids))
            .group_by(OrderPhotograph.order_id)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def photographs_in_round(self, order: WorkOrder) -> int:
        """How many photographs were sent in an order's present round."""
        query = select(func.count(OrderPhotograph.id)).where(
            OrderPhotograph.order_id == order.id, OrderPhotograph.round == order.round
        )
        return await self._session.scalar(query) or 0

    async def add_photograph(self, row: OrderPhotograph) -> bool:
        """Keep a photograph; answers whether it was not sent before in this round."""
        values = {
            name: getattr(row, name)
            for name in ("order_id", "sent_sha256", "round", "at", "by", "width", "height", "jpeg")
        }
        return await insert_if_absent(self._session, OrderPhotograph, values)

    async def photograph_sent(self, order_id: int, round_: int, sent_sha256: str) -> PhotographRow:
        """The photograph that was made of what was sent."""
        columns = [getattr(OrderPhotograph, name) for name in PhotographRow._fields]
        query = select(*columns).where(
            OrderPhotograph.order_id == order_id,
            OrderPhotograph.round == round_,
            OrderPhotograph.sent_sha256 == sent_sha256,
        )
        return PhotographRow(*(await self._session.execute(query)).one())

    async def photograph(self, photograph_id: int) -> PhotographRow | None:
        """A photograph; None where it went to an order that is not in scope."""
        columns = [getattr(OrderPhotograph, name) for name in PhotographRow._fields]
        query = select(*columns).where(OrderPhotograph.id == photograph_id)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else PhotographRow(*row)

    async def jpeg(self, order_id: int, photograph_id: int) -> tuple[bytes, str] | None:
        """The bytes of a photograph, and the school it is of."""
        query = (
            select(OrderPhotograph.jpeg, WorkOrder.school_id)
            .join(WorkOrder, WorkOrder.id == OrderPhotograph.order_id)
            .where(OrderPhotograph.id == photograph_id, OrderPhotograph.order_id == order_id)
        )
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else (row[0], row[1])

    async def request(self, username: str, key: UUID) -> OrderRequest | None:
        """A request that somebody named, if it was done."""
        query = select(OrderRequest).where(
            OrderRequest.username == username, OrderRequest.key == key
        )
        return await self._session.scalar(query)

    async def add_request(self, values: Mapping[str, object]) -> bool:
        """Keep that a request was done; answers whether its name was free."""
        return await insert_if_absent(self._session, OrderRequest, values)

    async def history(self, order_id: int) -> list[OrderHistory]:
        """An order's history, oldest first."""
        query = select(OrderHistory).where(OrderHistory.order_id == order_id)
        return list(await self._session.scalars(query.order_by(OrderHistory.id)))

    async def did(self, order_id: int, actions: Collection[str]) -> set[str]:
        """Who did any of this to an order, or to one that it took over."""
        ours = select(WorkOrder.id).where(
            or_(WorkOrder.id == order_id, WorkOrder.merged_into == order_id)
        )
        query = select(OrderHistory.by).where(
            OrderHistory.order_id.in_(ours), OrderHistory.action.in_(actions)
        )
        return {by for by in await self._session.scalars(query) if by is not None}

"""The steps of a work order, its comments and photographs, and the board.

Each step is written to the order's history and to the chained access log, and announced to the
consoles of those who may see it. A decision names the version it was made on: of two people who
decide at the same time one is told what the other decided.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import RiskLevel
from api.db.order import OrderPhotograph, WorkOrder
from api.kit.errors import NotFoundError
from api.kit.pagination import Cursor
from api.orders import assigning, people, repeats, views, watch
from api.orders.deadlines import Deadlines
from api.orders.duty_repository import DutyRepository
from api.orders.errors import (
    BadPhotographError,
    NoPhotographError,
    SamePersonError,
)
from api.orders.machine import EDGES, OrderState, Step, way
from api.orders.people import TOOK_PART, Actor
from api.orders.photographs import Photograph
from api.orders.record import check_turn, emit, lock, record, refusal
from api.orders.repeats import Named
from api.orders.repository import OrderFilters, OrderRepository
from api.orders.schemas import (
    DutyList,
    DutyView,
    OrderAction,
    OrderCounts,
    OrderDetail,
    OrderPage,
    OrderSummary,
    PhotographView,
)
from api.orders.subjects import Subject

MAX_PHOTOGRAPHS = 30
"""Of one round."""


async def take_step(
    work: UnitOfWork,
    order_id: int,
    version: int,
    step: Step,
    by: Actor,
    deadlines: Deadlines,
    *,
    note: str = "",
    due_at: datetime | None = None,
) -> OrderSummary:
    """Take a step, and those before it that were skipped.

    Args:
        work: The unit of work.
        order_id: The order.
        version: As whoever decides saw it.
        step: The step.
        by: Who takes it; the permission was asked for.
        deadlines: The table of deadlines.
        note: Their words.
        due_at: The new deadline of what is reopened; that of the table by default.

    Raises:
        NotFoundError: If there is no such order.
        OrderChangedError: If somebody decided in the meantime.
        OrderStateError: If the order's state does not allow it.
        SamePersonError: If they took part in what they check.
        NoPhotographError: If what they submit has no photograph.
        InvalidError: If the new deadline is over.
    """
    order = await lock(work, order_id, version)
    steps = way(OrderState(order.state), step)
    if not steps:
        raise refusal(order, step)
    match step:
        case Step.SUBMIT:
            await _put_right(work, order, by)
        case Step.CLOSE | Step.RETURN:
            await _check_other(work, order, by)
            if step is Step.CLOSE:
                order.closed_by, order.closed_at = by.username, work.now
        case Step.REOPEN:
            rule = deadlines.rule(Subject(order.subject), RiskLevel(order.risk))
            order.due_at = assigning.due(work.now, due_at, rule)
            order.due_rule = rule.id if due_at is None else None
            order.closed_by = order.closed_at = order.escalated_at = None
    if step in (Step.RETURN, Step.REOPEN):
        order.round += 1
        order.rectified_by = order.rectified_at = None
    for each in steps:
        order.state = EDGES[each].after
        words = note if each is step else ""
        await record(work, order, OrderAction(each.value), by, words)
    order.version += 1
    await watch.over(work, order, deadlines)
    return await emit(work, order_id)


async def submit(
    work: UnitOfWork,
    order_id: int,
    version: int,
    by: Actor,
    deadlines: Deadlines,
    *,
    note: str,
    request: Named | None = None,
) -> OrderSummary:
    """Say that it was put right; asked again it is answered how the order stands.

    Raises:
        KeyReusedError: If another request has its name.
        Others: As `take_step`.
    """
    if await repeats.earlier(work, order_id, request) is not None:
        return await views.summary(work.session, order_id, work.now)
    shown = await take_step(work, order_id, version, Step.SUBMIT, by, deadlines, note=note)
    await repeats.remember(work, order_id, request)
    return shown


async def _put_right(work: UnitOfWork, order: WorkOrder, by: Actor) -> None:
    if not await OrderRepository(work.session).photographs_in_round(order):
        raise NoPhotographError("a photograph shows that it was put right")
    order.rectified_by, order.rectified_at = by.username, work.now


async def _check_other(work: UnitOfWork, order: WorkOrder, by: Actor) -> None:
    if by.username in await OrderRepository(work.session).did(order.id, TOOK_PART):
        raise SamePersonError(f"{by.username} took part in it")


async def comment(work: UnitOfWork, order_id: int, note: str, by: Actor) -> OrderSummary:
    """Add words to an order in any state; no decision, so it needs no version.

    Raises:
        NotFoundError: If there is no such order.
        OrderStateError: If another order took it over.
    """
    order = await lock(work, order_id)
    await record(work, order, OrderAction.COMMENTED, by, note)
    return await emit(work, order_id)


async def may_take_photograph(session: AsyncSession, order_id: int) -> None:
    """Ask before a large body is read.

    Raises:
        NotFoundError: If there is no such order.
    """
    if await OrderRepository(session).get(order_id) is None:
        raise NotFoundError("no such work order")


async def add_photograph(
    work: UnitOfWork,
    order_id: int,
    sent_sha256: str,
    photograph: Photograph,
    by: Actor,
    request: Named | None = None,
) -> PhotographView:
    """Keep a photograph of the rectification; the same one sent again is kept once.

    Raises:
        NotFoundError: If there is no such order.
        KeyReusedError: If another request has its name.
        OrderStateError: If it is not the school's turn, or another order took it over.
        BadPhotographError: If there are too many already.
    """
    orders = OrderRepository(work.session)
    done = await repeats.earlier(work, order_id, request)
    if done is not None and done.photograph_id is not None:
        kept = await orders.photograph(done.photograph_id)
        if kept is not None:
            return views.photograph(kept)
    # Of a photograph that went elsewhere with its order this tells that the order was taken over.
    order = await lock(work, order_id)
    check_turn(order, "photograph")
    if await orders.photographs_in_round(order) >= MAX_PHOTOGRAPHS:
        raise BadPhotographError(f"at most {MAX_PHOTOGRAPHS}", params={"why": "too_many"})
    is_new = await orders.add_photograph(
        OrderPhotograph(
            order_id=order_id,
            sent_sha256=sent_sha256,
            round=order.round,
            at=work.now,
            by=by.username,
            width=photograph.width,
            height=photograph.height,
            jpeg=photograph.jpeg,
        )
    )
    if is_new:
        await record(work, order, OrderAction.PHOTOGRAPHED, by)
        await emit(work, order_id)
    found = await orders.photograph_sent(order_id, order.round, sent_sha256)
    await repeats.remember(work, order_id, request, found.id)
    return views.photograph(found)


def log_opening(
    work: UnitOfWork, order_id: int, photograph_id: int, school_id: str, by: Actor
) -> None:
    """Write to the access log that somebody opened a photograph: nobody is blurred on it."""
    audit.log(
        work,
        AccessAction.ORDER_PHOTOGRAPH_OPENED,
        by.username,
        by.client,
        subject=f"order {order_id} photograph {photograph_id}",
        school_id=school_id,
    )


async def jpeg(session: AsyncSession, order_id: int, photograph_id: int) -> tuple[bytes, str]:
    """The bytes of a photograph, and the school it is of.

    Raises:
        NotFoundError: If there is no such photograph of this order.
    """
    found = await OrderRepository(session).jpeg(order_id, photograph_id)
    if found is None:
        raise NotFoundError("no such photograph")
    return found


async def get(
    session: AsyncSession, order_id: int, now: datetime, by: Actor, deadlines: Deadlines
) -> OrderDetail:
    """Everything about one order.

    Raises:
        NotFoundError: If there is none.
    """
    return await views.detail(session, order_id, now, by, deadlines)


async def list_orders(
    session: AsyncSession, filters: OrderFilters, *, limit: int, cursor: str | None, now: datetime
) -> OrderPage:
    """A page of the board.

    Raises:
        BadCursorError: If the cursor was not made here.
    """
    orders = OrderRepository(session)
    after = None if cursor is None else Cursor.decode(cursor)
    rows = await orders.page(filters, now, after, limit + 1)
    counted, overdue = await orders.counts(filters, now)
    last = rows[limit - 1].order if len(rows) > limit else None
    return OrderPage(
        items=await views.summaries(session, rows[:limit], now),
        next_cursor=None if last is None else Cursor(last.due_at, str(last.id)).encode(),
        counts=OrderCounts(**{str(state): counted[state] for state in OrderState}, overdue=overdue),
        as_of=now,
    )


async def count(
    session: AsyncSession, school_id: str, subjects: Sequence[Subject], now: datetime
) -> OrderCounts:
    """Orders of a school about some subjects, by state."""
    filters = OrderFilters(school_ids=(school_id,), subjects=tuple(subjects))
    counted, overdue = await OrderRepository(session).counts(filters, now)
    return OrderCounts(**{str(state): counted[state] for state in OrderState}, overdue=overdue)


async def on_duty(
    session: AsyncSession, school_id: str, subject: Subject, now: datetime
) -> str | None:
    """Who has a duty at a school and may still do it; None if nobody."""
    duty = await DutyRepository(session).duty(school_id, subject)
    able = await people.candidates(session, school_id, now)
    return duty.username if duty is not None and duty.username in able else None


async def list_duties(session: AsyncSession) -> DutyList:
    """All duties that somebody has."""
    return DutyList(
        items=[
            DutyView(school_id=row.school_id, subject=Subject(row.subject), username=row.username)
            for row in await DutyRepository(session).duties()
        ]
    )

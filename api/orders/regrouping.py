"""Makes one order of several, and several of one.

An order that another takes over is not closed: nobody checked it. It is worked on no more, and
what it was about goes on, under the earlier deadline and the higher class, in the other one.
"""

from __future__ import annotations

from api.bus.work import UnitOfWork
from api.db.order import OrderSource, WorkOrder
from api.kit.errors import FieldError, InvalidError
from api.orders import watch
from api.orders.deadlines import Deadlines
from api.orders.machine import OrderState
from api.orders.people import Actor
from api.orders.record import changed, check_turn, emit, lock, record
from api.orders.repository import OrderRepository
from api.orders.schemas import Merge, OrderAction, OrderSummary, Split


async def merge(
    work: UnitOfWork, order_id: int, version: int, told: Merge, by: Actor, deadlines: Deadlines
) -> OrderSummary:
    """Let an order take over others.

    Raises:
        NotFoundError: If one of them does not exist.
        OrderChangedError: If somebody decided about one of them in the meantime.
        OrderStateError: If it is not the school's turn in one of them.
        InvalidError: If they are of several schools, or one is named twice.
    """
    wanted = {each.order_id: each.version for each in told.orders}
    if order_id in wanted or len(wanted) < len(told.orders):
        fault = FieldError("body.orders", "each order once, and not the one that takes them over")
        raise InvalidError("an order is named twice", errors=[fault])
    wanted[order_id] = version
    # In one order, so that two who merge the same orders do not wait for each other.
    locked = {each: await lock(work, each) for each in sorted(wanted)}
    for each, order in locked.items():
        if order.version != wanted[each]:
            raise await changed(work, order)
        check_turn(order, "merge")
    into = locked.pop(order_id)
    others = list(locked.values())
    if {order.school_id for order in others} != {into.school_id}:
        fault = FieldError("body.orders", "orders of one school are merged")
        raise InvalidError("orders of several schools", errors=[fault])
    await OrderRepository(work.session).take_over(others, into)
    for order in others:
        order.merged_into = order_id
        order.version += 1
        await record(work, order, OrderAction.MERGED, by, f"→ {order_id}")
        await emit(work, order.id)
    first = min((into, *others), key=lambda order: order.due_at)
    into.due_at, into.due_rule = first.due_at, first.due_rule
    into.risk = min(order.risk for order in (into, *others))
    into.version += 1
    names = ", ".join(str(order.id) for order in others)
    await record(work, into, OrderAction.MERGED, by, f"← {names} {told.note}".strip())
    await watch.over(work, into, deadlines)
    return await emit(work, order_id)


async def split(
    work: UnitOfWork, order_id: int, version: int, told: Split, by: Actor, deadlines: Deadlines
) -> OrderSummary:
    """Make part of what an order is about an order of its own, given to the same people.

    Photographs stay where they were sent to.

    Raises:
        NotFoundError: If there is no such order.
        OrderChangedError: If somebody decided in the meantime.
        OrderStateError: If it is not the school's turn.
        InvalidError: If nothing would be left, or a part is not this order's.
    """
    order = await lock(work, order_id, version)
    check_turn(order, "split")
    orders = OrderRepository(work.session)
    sources = await orders.sources(order_id)
    moved = [source for source in sources if source.id in set(told.source_ids)]
    if len(moved) < len(set(told.source_ids)) or len(moved) == len(sources):
        fault = FieldError("body.source_ids", "some of this order's, and not all of them")
        raise InvalidError("cannot be split so", errors=[fault])
    made = _like(order, by, work)
    await orders.add(made)
    _hand(moved, made)
    order.version += 1
    await record(work, order, OrderAction.SPLIT, by, f"→ {made.id} {told.note}".strip())
    await record(work, made, OrderAction.SPLIT, by, f"← {order_id} {told.note}".strip())
    await watch.over(work, made, deadlines)
    await emit(work, order_id)
    return await emit(work, made.id)


def _like(order: WorkOrder, by: Actor, work: UnitOfWork) -> WorkOrder:
    return WorkOrder(
        school_id=order.school_id,
        version=1,
        state=OrderState.ASSIGNED,
        round=0,
        risk=order.risk,
        subject=order.subject,
        assignee=order.assignee,
        created_at=work.now,
        created_by=by.username,
        due_at=order.due_at,
        due_rule=order.due_rule,
        escalated_at=order.escalated_at,
    )


def _hand(sources: list[OrderSource], order: WorkOrder) -> None:
    for source in sources:
        source.order_id = order.id

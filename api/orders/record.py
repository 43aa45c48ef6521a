"""What every step of an order leaves behind: history, an entry of the access log, a live event."""

from __future__ import annotations

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import RiskLevel
from api.db.order import OrderHistory, WorkOrder
from api.kit.errors import NotFoundError
from api.kit.versions import etag
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, tell
from api.orders import views
from api.orders.errors import OrderChangedError, OrderStateError
from api.orders.machine import WITH_SCHOOL
from api.orders.people import Actor
from api.orders.repository import OrderRepository
from api.orders.schemas import OrderAction, OrderSummary

_EVENTS = {
    OrderAction.ASSIGNED: NoticeEvent.ORDER_ASSIGNED,
    OrderAction.REASSIGNED: NoticeEvent.ORDER_ASSIGNED,
    OrderAction.REOPEN: NoticeEvent.ORDER_ASSIGNED,
    OrderAction.RETURN: NoticeEvent.ORDER_RETURNED,
    OrderAction.OVERDUE: NoticeEvent.ORDER_OVERDUE,
    OrderAction.ESCALATED: NoticeEvent.ORDER_ESCALATED,
}
"""What people are told of outside of the console."""


async def record(
    work: UnitOfWork, order: WorkOrder, action: OrderAction, by: Actor | None, note: str = ""
) -> None:
    """Append to the order's history and to the access log.

    Args:
        work: The unit of work.
        order: As it stands after the step.
        action: The step.
        by: Who took it; None for the command centre itself.
        note: Their words; they stand in the history alone.
    """
    username = None if by is None else by.username
    entry = OrderHistory(
        order_id=order.id, at=work.now, action=action, by=username, state=order.state, note=note
    )
    await OrderRepository(work.session).add(entry)
    if (event := _EVENTS.get(action)) is not None:
        due_at = "" if event is NoticeEvent.ORDER_RETURNED else order.due_at.isoformat()
        told = Told(
            event,
            about=f"order {order.id}",
            key=str(entry.id),
            school_id=order.school_id,
            risk=RiskLevel(order.risk),
            facts={"order_id": str(order.id), "due_at": due_at},
        )
        await tell(work, told)
    audit.log(
        work,
        AccessAction(f"order_{action}"),
        username or "",
        "" if by is None else by.client,
        subject=f"order {order.id}",
        school_id=order.school_id,
    )


async def emit(work: UnitOfWork, order_id: int) -> OrderSummary:
    """Announce an order as it stands now, and answer it."""
    shown = await views.summary(work.session, order_id, work.now)
    work.emit("order", str(order_id), shown.school.school_id, shown.model_dump_json())
    return shown


async def lock(work: UnitOfWork, order_id: int, version: int | None = None) -> WorkOrder:
    """One order, kept from others until the unit of work ends.

    Args:
        work: The unit of work.
        order_id: The order.
        version: As whoever decides saw it; None for what is no decision.

    Raises:
        NotFoundError: If there is none.
        OrderChangedError: If somebody decided in the meantime; says what.
        OrderStateError: If another order took it over.
    """
    order = await OrderRepository(work.session).lock(order_id)
    if order is None:
        raise NotFoundError("no such work order")
    if version is not None and version != order.version:
        raise await changed(work, order)
    if order.merged_into is not None:
        raise OrderStateError(
            f"order {order.merged_into} took it over",
            params={"state": "merged", "into": str(order.merged_into)},
        )
    return order


def refusal(order: WorkOrder, step: str) -> OrderStateError:
    """That the order's state does not allow a step."""
    return OrderStateError(
        f"the order is {order.state}", params={"state": order.state, "step": step}
    )


def check_turn(order: WorkOrder, step: str) -> None:
    """A step that is taken while it is the school's turn.

    Raises:
        OrderStateError: If it is not.
    """
    if order.state not in WITH_SCHOOL:
        raise refusal(order, step)


async def changed(work: UnitOfWork, order: WorkOrder) -> OrderChangedError:
    """Tells what the first decided."""
    decisions = [
        entry
        for entry in await OrderRepository(work.session).history(order.id)
        if entry.action not in (OrderAction.COMMENTED, OrderAction.PHOTOGRAPHED)
    ]
    last = decisions[-1]
    return OrderChangedError(
        f"version {order.version} is there now",
        params={
            "version": str(order.version),
            "state": order.state,
            "action": last.action,
            "by": last.by or "",
            "at": last.at.isoformat(),
        },
        headers=etag(order.version),
    )

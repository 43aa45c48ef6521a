"""Notes when a deadline passes and when a leader has to look after an order, 督办.

Whether an order is overdue is told by its deadline alone. That it became so, and that it was
escalated, are facts with a moment of their own: durable jobs write them, once, whichever process
is alive by then. A job that finds another deadline than the one it was asked for does nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.bus.work import UnitOfWork
from api.contract import RiskLevel
from api.db.order import WorkOrder
from api.jobs import service as jobs
from api.jobs.kinds import ClaimedJob, JobKind
from api.orders.deadlines import Deadlines
from api.orders.machine import WITH_SCHOOL
from api.orders.record import emit, record
from api.orders.repository import OrderRepository
from api.orders.schemas import OrderAction
from api.orders.subjects import Subject

if TYPE_CHECKING:
    from api.runtime import Runtime

_OVERDUE = "order_overdue"
_ESCALATION = "order_escalation"


async def over(work: UnitOfWork, order: WorkOrder, deadlines: Deadlines) -> None:
    """Have an order looked at when its deadline passes, and when it is to be escalated."""
    if order.state not in WITH_SCHOOL or order.merged_into is not None:
        return
    told = {"order_id": str(order.id), "due_at": order.due_at.isoformat()}
    # By round: what comes back after its deadline is overdue again, at once.
    key = f"{order.id} {order.round} {told['due_at']}"
    await jobs.ask(work, _OVERDUE, key, told, due_at=max(order.due_at, work.now))
    at = deadlines.escalates_at(Subject(order.subject), RiskLevel(order.risk), order.due_at)
    if at is not None and order.escalated_at is None:
        await jobs.ask(work, _ESCALATION, key, told, due_at=max(at, work.now))


async def _found(work: UnitOfWork, job: ClaimedJob) -> WorkOrder | None:
    """The order of a job, if it is still overdue by the deadline the job was asked for."""
    order = await OrderRepository(work.session).lock(int(job.payload["order_id"]))
    if order is None or order.merged_into is not None or order.state not in WITH_SCHOOL:
        return None
    is_same = order.due_at.isoformat() == job.payload["due_at"]
    return order if is_same and order.due_at <= work.now else None


async def _note_overdue(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
    if (order := await _found(work, job)) is not None:
        await record(work, order, OrderAction.OVERDUE, None)
        await emit(work, order.id)


async def _escalate(runtime: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
    order = await _found(work, job)
    if order is None or order.escalated_at is not None:
        return
    subject, risk = Subject(order.subject), RiskLevel(order.risk)
    at = runtime.deadlines.escalates_at(subject, risk, order.due_at)
    if at is not None and at <= work.now:
        order.escalated_at = work.now
        await record(work, order, OrderAction.ESCALATED, None)
        await emit(work, order.id)


def kinds() -> list[JobKind]:
    """The kinds of jobs of this room."""
    return [
        JobKind(_OVERDUE, within=_note_overdue),
        JobKind(_ESCALATION, within=_escalate),
    ]

"""Gives orders away: new ones, to others, and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.alerts import service as alerts
from api.alerts.schemas import AlertStatus
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import RiskLevel
from api.db.models import Alert
from api.db.order import OrderSource, WorkOrder
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.orders import people, views, watch
from api.orders.deadlines import DeadlineRule, Deadlines
from api.orders.duty_repository import DutyRepository
from api.orders.errors import AlertHasOrderError, OrderStateError
from api.orders.machine import OrderState
from api.orders.people import Actor
from api.orders.record import check_turn, emit, lock, record
from api.orders.repository import OrderRepository
from api.orders.schemas import (
    AssigneeList,
    DutyView,
    OrderAction,
    OrderAssign,
    OrderCreate,
    OrderProposal,
    OrderSummary,
    SourceKind,
)
from api.orders.subjects import Subject, subject_of
from api.organisations import service as organisations

_FURTHEST = timedelta(days=3653)
"""Of a deadline from now; what is counted from it is a moment too."""


async def create(
    work: UnitOfWork, wanted: OrderCreate, by: Actor, deadlines: Deadlines
) -> OrderSummary:
    """Make an order and give it to a person or a duty.

    Raises:
        NotFoundError: If one of the alerts does not exist.
        OrderStateError: If one of them is not confirmed.
        AlertHasOrderError: If one of them is in an order already.
        InvalidError: If they are of several schools, the school does not exist, the assignee may
            not put it right, or the deadline is over.
    """
    about = await _confirmed(work, wanted.alert_ids)
    school_id, risk, subject = await _what(work, wanted, about)
    await people.check_assignee(work, school_id, wanted.assignee)
    sources = [OrderSource(kind=SourceKind.ALERT, alert_id=alert.id, text="") for alert in about]
    if not about:
        sources = [OrderSource(kind=wanted.kind, text=wanted.text)]
    order = WorkOrder(school_id=school_id, risk=risk, subject=subject, assignee=wanted.assignee)
    return await _give(work, order, sources, by, deadlines, wanted.due_at, wanted.note)


@dataclass(frozen=True, slots=True)
class Finding:
    """A hazard that an inspection found.

    Attributes:
        school_id: Where.
        item_id: The item of the form.
        text: What was found.
        subject: Whose duty it is.
        risk: Its class.
        due_at: Until when it is put right; None for the table's deadline.
    """

    school_id: str
    item_id: int
    text: str
    subject: Subject
    risk: RiskLevel
    due_at: datetime | None


async def create_of_finding(
    work: UnitOfWork, found: Finding, by: Actor, deadlines: Deadlines
) -> OrderSummary:
    """Make the order of a hazard and give it to the duty it belongs to.

    Raises:
        InvalidError: If the day by which it is to be put right is over.
    """
    source = OrderSource(kind=SourceKind.INSPECTION, item_id=found.item_id, text=found.text)
    order = WorkOrder(school_id=found.school_id, risk=found.risk, subject=found.subject)
    return await _give(work, order, [source], by, deadlines, found.due_at)


async def _give(
    work: UnitOfWork,
    order: WorkOrder,
    sources: list[OrderSource],
    by: Actor,
    deadlines: Deadlines,
    due_at: datetime | None,
    note: str = "",
) -> OrderSummary:
    """Keep a new order, of which is known what it is about, and have it looked after."""
    rule = deadlines.rule(Subject(order.subject), RiskLevel(order.risk))
    order.version, order.round, order.state = 1, 0, OrderState.ASSIGNED
    order.created_at, order.created_by = work.now, by.username
    order.due_at = due(work.now, due_at, rule)
    order.due_rule = rule.id if due_at is None else None
    orders = OrderRepository(work.session)
    await orders.add(order)
    for source in sources:
        source.order_id = order.id
        await orders.add(source)
    await record(work, order, OrderAction.ASSIGNED, by, note)
    await watch.over(work, order, deadlines)
    return await emit(work, order.id)


async def _confirmed(work: UnitOfWork, alert_ids: list[UUID]) -> list[Alert]:
    # In one order, so that two who want the same alerts do not wait for each other.
    locked = {each: await alerts.lock_alert(work, each) for each in sorted(alert_ids)}
    for alert in locked.values():
        if alert.status != AlertStatus.CONFIRMED:
            raise OrderStateError(
                "only what was confirmed is put right",
                params={"state": alert.status, "step": "assign"},
            )
    if (order_id := await OrderRepository(work.session).order_of_alerts(alert_ids)) is not None:
        raise AlertHasOrderError(f"order {order_id}", params={"order_id": str(order_id)})
    return [locked[each] for each in alert_ids]


async def _what(
    work: UnitOfWork, wanted: OrderCreate, about: list[Alert]
) -> tuple[str, RiskLevel, Subject]:
    """School, class and subject of a new order."""
    if not about:
        assert wanted.school_id is not None
        assert wanted.risk is not None
        assert wanted.subject is not None
        if not await organisations.is_known(work.session, wanted.school_id):
            fault = FieldError("body.school_id", "there is no such school")
            raise InvalidError("no such school", errors=[fault])
        return wanted.school_id, wanted.risk, wanted.subject
    schools = {alert.school_id for alert in about}
    if len(schools) > 1:
        fault = FieldError("body.alert_ids", "alerts of one order are of one school")
        raise InvalidError("alerts of several schools", errors=[fault])
    # class_1 stands before class_2 in the alphabet too.
    highest = RiskLevel(min(alert.risk for alert in about))
    return schools.pop(), wanted.risk or highest, wanted.subject or subject_of(about[0].rule)


def due(now: datetime, chosen: datetime | None, rule: DeadlineRule) -> datetime:
    """The deadline a person chose, or that of the table.

    Raises:
        InvalidError: If it is over already, or so far away that nobody can mean it.
    """
    if chosen is None:
        return now + timedelta(hours=rule.due_h)
    if not now < chosen <= now + _FURTHEST:
        fault = FieldError("body.due_at", "a deadline lies in the future, within ten years")
        raise InvalidError("the deadline is over or too far away", errors=[fault])
    return chosen


async def reassign(
    work: UnitOfWork, order_id: int, version: int, told: OrderAssign, by: Actor, table: Deadlines
) -> OrderSummary:
    """Give an order to somebody else, or until another moment.

    Raises:
        OrderStateError: If it is not the school's turn.
        InvalidError: As of a new one.
    """
    order = await lock(work, order_id, version)
    check_turn(order, "assign")
    await people.check_assignee(work, order.school_id, told.assignee)
    order.subject, order.assignee = told.subject, told.assignee
    if told.due_at is not None:
        order.due_at = due(work.now, told.due_at, table.rule(told.subject, RiskLevel(order.risk)))
        order.due_rule, order.escalated_at = None, None
    order.version += 1
    await record(work, order, OrderAction.REASSIGNED, by, told.note)
    await watch.over(work, order, table)
    return await emit(work, order_id)


async def propose(
    session: AsyncSession, alert_id: UUID, now: datetime, deadlines: Deadlines
) -> OrderProposal:
    """How an alert would be given away.

    Raises:
        NotFoundError: If there is no such alert.
    """
    alert = (await alerts.get_summaries(session, [alert_id], now)).get(alert_id)
    if alert is None:
        raise NotFoundError(f"no alert {alert_id}")
    subject = subject_of(alert.rule)
    rule = deadlines.rule(subject, alert.risk)
    orders = OrderRepository(session)
    able = await people.candidates(session, alert.school.school_id, now)
    duty = await DutyRepository(session).duty(alert.school.school_id, subject)
    return OrderProposal(
        school=alert.school,
        risk=alert.risk,
        subject=subject,
        assignee=duty.username if duty is not None and duty.username in able else None,
        candidates=able,
        due_at=due(now, None, rule),
        deadline=views.deadline(rule),
        order_id=await orders.order_of_alerts([alert_id]),
    )


async def assignees(session: AsyncSession, school_id: str, now: datetime) -> AssigneeList:
    """Who may be given orders of a school.

    Raises:
        NotFoundError: If there is no such school.
    """
    if not await organisations.is_known(session, school_id):
        raise NotFoundError("no such school")
    return AssigneeList(items=await people.candidates(session, school_id, now))


async def set_duty(
    work: UnitOfWork, school_id: str, subject: Subject, username: str | None, by: Actor
) -> DutyView | None:
    """Say who answers for a subject at a school.

    Raises:
        NotFoundError: If there is no such school.
        InvalidError: If they may not put anything right there.
    """
    if not await organisations.is_known(work.session, school_id):
        raise NotFoundError("no such school")
    await people.check_assignee(work, school_id, username)
    await DutyRepository(work.session).set_duty(school_id, subject, username)
    audit.log(
        work,
        AccessAction.DUTY_GIVEN,
        by.username,
        by.client,
        subject=username,
        reason=subject,
        school_id=school_id,
    )
    return (
        None
        if username is None
        else DutyView(school_id=school_id, subject=subject, username=username)
    )

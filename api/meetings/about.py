"""What a meeting is opened from."""

from __future__ import annotations

from dataclasses import dataclass

from api.alerts import service as alerts
from api.bus.work import UnitOfWork
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.meetings.schemas import MeetingCreate
from api.notices.people import Subject
from api.notices.schemas import NoticeEvent
from api.orders import service as orders
from api.orders.deadlines import Deadlines
from api.orders.people import Actor as OrderActor
from api.organisations import service as organisations


@dataclass(frozen=True, slots=True)
class About:
    """What a meeting is opened from: its school, and what those who may know of it are asked by."""

    school_id: str | None
    subject: Subject | None


async def find_about(
    work: UnitOfWork, wanted: MeetingCreate, by: OrderActor, deadlines: Deadlines
) -> About:
    """What a meeting is about, as far as who asks may know of it.

    Raises:
        InvalidError: If it is not there for them.
    """
    try:
        if wanted.alert_id is not None:
            alert = await alerts.get_summary(work.session, wanted.alert_id, work.now, 0.0)
            school_id, event = alert.school.school_id, NoticeEvent.ALERT_CONFIRMED
            return About(school_id, Subject(event, school_id, str(wanted.alert_id)))
        if wanted.order_id is not None:
            order = await orders.get(work.session, wanted.order_id, work.now, by, deadlines)
            school_id, event = order.school.school_id, NoticeEvent.ORDER_ASSIGNED
            return About(school_id, Subject(event, school_id, f"order {wanted.order_id}"))
    except NotFoundError as error:
        field = "alert_id" if wanted.alert_id is not None else "order_id"
        fault = FieldError(f"body.{field}", "there is none")
        raise InvalidError("what it is about is not there", errors=[fault]) from error
    if wanted.school_id is not None and not await organisations.is_known(
        work.session, wanted.school_id
    ):
        fault = FieldError("body.school_id", "there is no such school")
        raise InvalidError("what it is about is not there", errors=[fault])
    return About(wanted.school_id, None)

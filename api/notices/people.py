"""Which people a rule's roles are, and what each of them may know of.

Somebody is told of what the console would show them, and asked about it twice: when it happens, and
when it is sent. Between the two they may be disabled, change schools, or lose a place.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from api.access.scope import Scope
from api.auth import people
from api.db.models import User
from api.notices.repository import NoticeRepository
from api.notices.schemas import NoticeEvent

NEEDS: Mapping[NoticeEvent, Permission] = {
    NoticeEvent.ALERT_CONFIRMED: Permission.VIEW_ALERTS,
    NoticeEvent.ORDER_ASSIGNED: Permission.VIEW_ORDERS,
    NoticeEvent.ORDER_RETURNED: Permission.VIEW_ORDERS,
    NoticeEvent.ORDER_OVERDUE: Permission.VIEW_ORDERS,
    NoticeEvent.ORDER_ESCALATED: Permission.VIEW_ORDERS,
    NoticeEvent.INSPECTION_DUE: Permission.VIEW_INSPECTIONS,
    NoticeEvent.INSPECTION_OVERDUE: Permission.VIEW_INSPECTIONS,
    NoticeEvent.BOX_LOST: Permission.VIEW_CAMERAS,
    NoticeEvent.JOB_DEAD: Permission.SEE_JOBS,
    NoticeEvent.REPORT_READY: Permission.EXPORT,
    NoticeEvent.MEETING_CALLED: Permission.ATTEND_MEETINGS,
}
"""What somebody must be allowed to see to be told of it."""


_ALERTS, _ORDERS, _CAMERAS, _FORMS = (
    Permission.VIEW_ALERTS,
    Permission.VIEW_ORDERS,
    Permission.VIEW_CAMERAS,
    Permission.VIEW_INSPECTIONS,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What something tells of: enough to say who may know of it."""

    event: NoticeEvent
    school_id: str | None
    about: str


async def who_may_know(
    session: AsyncSession, roles: Collection[Role], subject: Subject, now: datetime
) -> list[User]:
    """People with one of these roles who may be told of something, by name."""
    able = [role for role in roles if NEEDS[subject.event] in ROLES[role].permissions]
    if not able:
        return []
    found = await people.standing_with(session, able, subject.school_id, now)
    return [user for user in found if await known_to(session, user, [subject])]


async def known_to(
    session: AsyncSession, user: User, subjects: Sequence[Subject]
) -> frozenset[Subject]:
    """Those of some subjects that a person may know of now."""
    scope = await people.scope_of(session, user)
    permissions = ROLES[Role(user.role)].permissions
    found = frozenset(
        each
        for each in subjects
        if NEEDS[each.event] in permissions and scope.covers(each.school_id)
    )
    if scope.place_ids is not None:
        found = await _at_places(session, scope, found)
    return found - _called(subjects) | await _invited(session, user.username, subjects)


def _called(subjects: Sequence[Subject]) -> frozenset[Subject]:
    return frozenset(each for each in subjects if each.event is NoticeEvent.MEETING_CALLED)


async def _invited(
    session: AsyncSession, username: str, subjects: Sequence[Subject]
) -> frozenset[Subject]:
    """Meetings that somebody is invited to, of whichever school they are about."""
    called = {each: number_of(each) for each in _called(subjects)}
    numbers = await NoticeRepository(session).meetings_of(username, list(called.values()))
    return frozenset(each for each, number in called.items() if number in numbers)


async def _at_places(
    session: AsyncSession, scope: Scope, subjects: frozenset[Subject]
) -> frozenset[Subject]:
    """Those about the places of a scope, asked as the console would ask for them."""
    notices = NoticeRepository(session)
    alerts = {each: _alert_id(each) for each in subjects if NEEDS[each.event] is _ALERTS}
    orders = {each: number_of(each) for each in subjects if NEEDS[each.event] is _ORDERS}
    boxes = {each: number_of(each) for each in subjects if NEEDS[each.event] is _CAMERAS}
    forms = {each: number_of(each) for each in subjects if NEEDS[each.event] is _FORMS}
    seen_alerts = await notices.alerts_within(scope, [n for n in alerts.values() if n is not None])
    seen_orders = await notices.orders_within(scope, list(orders.values()))
    seen_boxes = await notices.boxes_within(scope, list(boxes.values()))
    seen_forms = await notices.inspections_within(scope, list(forms.values()))
    return frozenset(
        [each for each, number in alerts.items() if number in seen_alerts]
        + [each for each, number in orders.items() if number in seen_orders]
        + [each for each, number in boxes.items() if number in seen_boxes]
        + [each for each, number in forms.items() if number in seen_forms]
    )


def _alert_id(subject: Subject) -> UUID | None:
    try:
        return UUID(subject.about)
    except ValueError:
        return None


def number_of(subject: Subject) -> int:
    """Of ``order 12``, ``box 3`` or ``report 5``."""
    return int(subject.about.rpartition(" ")[2])

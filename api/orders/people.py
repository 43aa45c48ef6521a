"""Who acts on an order, and who may be given one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.permissions import Permission
from api.auth import people
from api.bus.work import UnitOfWork
from api.kit.errors import FieldError, InvalidError
from api.orders.schemas import OrderAction

TOOK_PART = frozenset(
    {OrderAction.FEEDBACK, OrderAction.BEGIN, OrderAction.SUBMIT, OrderAction.PHOTOGRAPHED}
)
"""Whoever did any of this may not check the order."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something to an order.

    Attributes:
        username: The person.
        client: Address of the request.
        permissions: Theirs.
    """

    username: str
    client: str
    permissions: frozenset[Permission]


async def candidates(session: AsyncSession, school_id: str, now: datetime) -> list[str]:
    """People who may put right what concerns a school."""
    return await people.who_may(session, Permission.RECTIFY_ORDERS, school_id, now)


async def check_assignee(work: UnitOfWork, school_id: str, username: str | None) -> None:
    """An order is given to somebody who may put it right, or to a duty.

    Raises:
        InvalidError: They may not, or left.
    """
    if username is None:
        return
    if username not in await candidates(work.session, school_id, work.now):
        fault = FieldError("body.assignee", "nobody of that name may put it right at this school")
        raise InvalidError("not an assignee", errors=[fault])

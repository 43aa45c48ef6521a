"""Requests that their sender names, so that one whose answer was lost can be asked again.

A phone that loses its network does not know whether its photograph arrived, or its rectification
was submitted. Asked again under the same ``Idempotency-Key`` a request is answered as the first
was, whatever the order has become since, and nothing is done twice. Only what succeeded is
remembered: what was refused changed nothing, and may be tried again under the same name.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Header

from api.bus.work import UnitOfWork
from api.db.order import OrderRequest
from api.kit.errors import NotFoundError
from api.orders.errors import KeyReusedError
from api.orders.repository import OrderRepository

IdempotencyKey = Annotated[
    UUID | None,
    Header(
        alias="Idempotency-Key",
        description="Made by the sender for this request: asked again with it, it is answered the "
        "same and done once.",
    ),
]


@dataclass(frozen=True, slots=True)
class Named:
    """A request with the name its sender gave it.

    Attributes:
        key: The name; of one person, so that nobody can take another's.
        username: The person.
        sha256: Of what is asked for.
    """

    key: UUID
    username: str
    sha256: str


def named(
    key: UUID | None, username: str, operation: str, order_id: int, body: str
) -> Named | None:
    """The request as it is remembered; None of one without a name."""
    if key is None:
        return None
    asked = "\n".join((operation, str(order_id), body))
    return Named(key, username, hashlib.sha256(asked.encode()).hexdigest())


async def earlier(work: UnitOfWork, order_id: int, request: Named | None) -> OrderRequest | None:
    """What this request did before; a twin that runs beside it is waited for.

    Raises:
        NotFoundError: If there is no such order.
        KeyReusedError: If another request has its name.
    """
    if request is None:
        return None
    orders = OrderRepository(work.session)
    if await orders.lock(order_id) is None:
        raise NotFoundError("no such work order")
    found = await orders.request(request.username, request.key)
    if found is not None and found.asked_sha256 != request.sha256:
        raise _reused()
    return found


async def remember(
    work: UnitOfWork, order_id: int, request: Named | None, photograph_id: int | None = None
) -> None:
    """Note that a request was done.

    Raises:
        KeyReusedError: If another took its name meanwhile; nothing of this one stays.
    """
    if request is None:
        return
    values = {
        "username": request.username,
        "key": request.key,
        "order_id": order_id,
        "asked_sha256": request.sha256,
        "photograph_id": photograph_id,
        "at": work.now,
    }
    if not await OrderRepository(work.session).add_request(values):
        raise _reused()


def _reused() -> KeyReusedError:
    return KeyReusedError("another request was sent under this Idempotency-Key")

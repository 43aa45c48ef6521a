"""Photographs of a rectification: sent as bytes, encoded anew, shown to who may see pictures."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Request, Response

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    StorageUnavailableError,
    TooLargeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.orders import repeats, service
from api.orders.decoding import BINARY, decode
from api.orders.errors import BadPhotographError, KeyReusedError, OrderStateError
from api.orders.photographs import MAX_BYTES
from api.orders.repeats import IdempotencyKey
from api.orders.requests import actor
from api.orders.schemas import PhotographView
from api.runtime import RuntimeDep

PHOTOGRAPHS = "/api/v1/order-photographs/"
router = RoomRouter(prefix=PHOTOGRAPHS.rstrip("/"), tags=["orders"])
_Rectifier = Annotated[SignedIn, Depends(allowed(Permission.RECTIFY_ORDERS))]
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_ORDERS, Permission.SEE_PICTURES))]


@router.post(
    "/{order_id}",
    operation_id="order_photographs_add",
    summary="Add a photograph of the rectification",
    status_code=201,
    openapi_extra={
        "requestBody": {"required": True, "content": {"image/jpeg": BINARY, "image/png": BINARY}}
    },
    responses=problems(
        NotSignedInError,
        ForbiddenError,
        BadCsrfError,
        NotFoundError,
        OrderStateError,
        TooLargeError,
        BadPhotographError,
        KeyReusedError,
        InvalidError,
        StorageUnavailableError,
    ),
)
async def add_photograph(
    order_id: RowNumber,
    person: _Rectifier,
    request: Request,
    runtime: RuntimeDep,
    key: IdempotencyKey = None,
) -> PhotographView:
    """The body is a JPEG or PNG of at most 10 MiB; sent again it is the same photograph.

    What is kept is encoded anew: upright, at most 2048 pixels long, without metadata.
    """
    async with runtime.database.read(person.scope) as session:
        await service.may_take_photograph(session, order_id)
    if runtime.database.is_sqlite:
        # They are kept in the database, on this disk: the last of it is for what people decide.
        await runtime.evidence.check_space(MAX_BYTES)
    sent = await request.body()
    photograph = await decode(sent)
    sent_sha256 = hashlib.sha256(sent).hexdigest()
    asked = repeats.named(key, person.username, "photograph", order_id, sent_sha256)
    async with runtime.work(person.scope) as work:
        return await service.add_photograph(
            work, order_id, sent_sha256, photograph, actor(person, request), asked
        )


@router.get(
    "/{order_id}/{photograph_id}",
    operation_id="order_photographs_get",
    summary="A photograph of the rectification",
    response_class=Response,
    responses={
        200: {"description": "The photograph.", "content": {"image/jpeg": BINARY}},
        **problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
    },
)
async def get_photograph(
    order_id: RowNumber,
    photograph_id: RowNumber,
    person: _Viewer,
    request: Request,
    runtime: RuntimeDep,
) -> Response:
    """JPEG. People on it are not blurred, so that each opening is in the access log."""
    # Given back before the log is written: who holds one connection while waiting for another
    # can empty the pool together with others who do.
    async with runtime.database.read(person.scope) as session:
        jpeg, school_id = await service.jpeg(session, order_id, photograph_id)
    async with runtime.work(person.scope) as work:
        service.log_opening(work, order_id, photograph_id, school_id, actor(person, request))
    # People may be seen on it: it must not stay behind for whoever signs in next.
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})

"""What people decide about a work order.

Each decision needs ``If-Match`` with the version it was made on.
"""

from __future__ import annotations

from fastapi import Request

from api.auth.sessions import Writer
from api.kit.errors import ApiError, VersionRequiredError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import IfMatch, version_of
from api.orders import assigning, regrouping, repeats, service
from api.orders.errors import (
    KeyReusedError,
    NoPhotographError,
    OrderChangedError,
    SamePersonError,
)
from api.orders.machine import Step
from api.orders.repeats import IdempotencyKey
from api.orders.requests import (
    ADD,
    Assigner,
    Rectifier,
    Verifier,
    actor,
)
from api.orders.schemas import (
    Explained,
    Merge,
    Noted,
    OrderAssign,
    OrderSummary,
    Reopen,
    Split,
)
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1", tags=["orders"])


def decided(*more: type[ApiError]) -> dict[int | str, dict[str, object]]:
    """The ``responses`` of a decision."""
    return problems(*ADD, OrderChangedError, VersionRequiredError, *more)


@router.put(
    "/orders/{order_id}/assignment",
    operation_id="orders_assign",
    summary="Give it to somebody else",
    responses=decided(),
)
async def assign(
    order_id: RowNumber,
    body: OrderAssign,
    person: Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> OrderSummary:
    """Another person, duty or deadline, while it is the school's turn."""
    by = actor(person, request)
    return await assigning.reassign(
        work, order_id, version_of(if_match), body, by, runtime.deadlines
    )


@router.post(
    "/orders/{order_id}/feedback",
    operation_id="orders_feedback",
    summary="Answer as the school",
    responses=decided(),
)
async def feedback(
    order_id: RowNumber,
    body: Explained,
    person: Rectifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> OrderSummary:
    """`assigned` → `feedback_received`."""
    by, version = actor(person, request), version_of(if_match)
    return await service.take_step(
        work, order_id, version, Step.FEEDBACK, by, runtime.deadlines, note=body.note
    )


@router.post(
    "/orders/{order_id}/begin",
    operation_id="orders_begin",
    summary="Begin to put it right",
    responses=decided(),
)
async def begin(
    order_id: RowNumber,
    person: Rectifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    body: Noted | None = None,
    if_match: IfMatch = None,
) -> OrderSummary:
    """`assigned`, `feedback_received` → `rectifying`."""
    by, version = actor(person, request), version_of(if_match)
    note = "" if body is None else body.note
    return await service.take_step(
        work, order_id, version, Step.BEGIN, by, runtime.deadlines, note=note
    )


@router.post(
    "/orders/{order_id}/submit",
    operation_id="orders_submit",
    summary="Say that it was put right",
    responses=decided(NoPhotographError, KeyReusedError),
)
async def submit(
    order_id: RowNumber,
    body: Explained,
    person: Rectifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
    key: IdempotencyKey = None,
) -> OrderSummary:
    """While it is the school's turn → `pending_verification`; needs a photograph of this round."""
    by, version = actor(person, request), version_of(if_match)
    asked = repeats.named(key, by.username, "submit", order_id, body.note)
    return await service.submit(
        work, order_id, version, by, runtime.deadlines, note=body.note, request=asked
    )


@router.post(
    "/orders/{order_id}/return",
    operation_id="orders_return",
    summary="Send it back",
    responses=decided(SamePersonError),
)
async def send_back(
    order_id: RowNumber,
    body: Explained,
    person: Verifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> OrderSummary:
    """`pending_verification` → `rectifying`, by somebody who took no part in it."""
    by, version = actor(person, request), version_of(if_match)
    return await service.take_step(
        work, order_id, version, Step.RETURN, by, runtime.deadlines, note=body.note
    )


@router.post(
    "/orders/{order_id}/close",
    operation_id="orders_close",
    summary="Close it",
    responses=decided(SamePersonError),
)
async def close(
    order_id: RowNumber,
    person: Verifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    body: Noted | None = None,
    if_match: IfMatch = None,
) -> OrderSummary:
    """`pending_verification` → `closed`, by somebody who took no part in it."""
    by, version = actor(person, request), version_of(if_match)
    note = "" if body is None else body.note
    return await service.take_step(
        work, order_id, version, Step.CLOSE, by, runtime.deadlines, note=note
    )


@router.post(
    "/orders/{order_id}/reopen",
    operation_id="orders_reopen",
    summary="Open it again",
    responses=decided(),
)
async def reopen(
    order_id: RowNumber,
    body: Reopen,
    person: Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> OrderSummary:
    """`closed` → `assigned`, with a new deadline."""
    return await service.take_step(
        work,
        order_id,
        version_of(if_match),
        Step.REOPEN,
        actor(person, request),
        runtime.deadlines,
        note=body.note,
        due_at=body.due_at,
    )


@router.post(
    "/orders/{order_id}/merge",
    operation_id="orders_merge",
    summary="Take over other orders",
    responses=decided(),
)
async def merge(
    order_id: RowNumber,
    body: Merge,
    person: Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> OrderSummary:
    """What the others were about goes on in this one."""
    by = actor(person, request)
    return await regrouping.merge(work, order_id, version_of(if_match), body, by, runtime.deadlines)


@router.post(
    "/orders/{order_id}/split",
    operation_id="orders_split",
    summary="Make part of it an order of its own",
    status_code=201,
    responses=decided(),
)
async def split(
    order_id: RowNumber,
    body: Split,
    person: Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> OrderSummary:
    """Answers the new order."""
    by = actor(person, request)
    return await regrouping.split(work, order_id, version_of(if_match), body, by, runtime.deadlines)

"""Work orders over HTTP: the board, one order, and what people do to it.

Every decision needs ``If-Match`` with the version it was made on; comments and photographs only
add.
"""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.sessions import Reader, Writer
from api.contract import RiskLevel
from api.contract.text import StorableText
from api.kit.errors import (
    ApiError,
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.orders import assigning, regrouping, service
from api.orders.errors import (
    AlertHasOrderError,
    NoPhotographError,
    OrderChangedError,
    OrderStateError,
    SamePersonError,
    VersionRequiredError,
)
from api.orders.machine import OrderState, Step
from api.orders.people import Actor
from api.orders.repository import OrderFilters
from api.orders.schemas import (
    MAX_ID,
    DutyList,
    DutyView,
    DutyWrite,
    Explained,
    Merge,
    Noted,
    OrderAssign,
    OrderCreate,
    OrderDetail,
    OrderPage,
    OrderProposal,
    OrderSummary,
    Reopen,
    Split,
)
from api.orders.subjects import Subject
from api.runtime import RuntimeDep

router = APIRouter(prefix="/api/v1", tags=["orders"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_ORDERS))]
_Assigner = Annotated[SignedIn, Depends(allowed(Permission.ASSIGN_ORDERS))]
_Rectifier = Annotated[SignedIn, Depends(allowed(Permission.RECTIFY_ORDERS))]
_Verifier = Annotated[SignedIn, Depends(allowed(Permission.VERIFY_ORDERS))]
_OrderId = Annotated[int, Path(ge=1, le=MAX_ID)]
_SchoolId = Annotated[StorableText, Path(max_length=64)]
_IfMatch = Annotated[
    StorableText | None, Header(alias="If-Match", max_length=64, description="The `ETag`.")
]
_ETAG = re.compile(r'^\s*"(\d{1,18})"\s*$', re.ASCII)
_READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
_ADD = (*_READ, BadCsrfError, OrderStateError)
_DECIDE = (*_ADD, OrderChangedError, VersionRequiredError)


def decided(*more: type[ApiError]) -> dict[int | str, dict[str, object]]:
    """The ``responses`` of a decision."""
    return problems(*_DECIDE, *more)


def actor(person: SignedIn, request: Request) -> Actor:
    """Who acts."""
    return Actor(person.username, client_of(request), person.permissions)


def _version(if_match: str | None) -> int:
    if if_match is None:
        raise VersionRequiredError("send the order's ETag as If-Match")
    match = _ETAG.match(if_match)
    # What is no version of ours is one that the order does not have.
    return -1 if match is None else int(match[1])


@router.get(
    "/orders",
    operation_id="orders_list",
    summary="The board of work orders",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_orders(
    person: _Viewer,
    session: Reader,
    runtime: RuntimeDep,
    state: Annotated[list[OrderState], Query(description="May repeat.")] = [],  # noqa: B006
    overdue: Annotated[bool, Query(description="Only those past their deadline.")] = False,
    mine: Annotated[bool, Query(description="Only what who asks has to put right.")] = False,
    school_id: Annotated[list[StorableText], Query(max_length=256)] = [],  # noqa: B006
    risk: Annotated[list[RiskLevel], Query(description="May repeat.")] = [],  # noqa: B006
    subject: Annotated[list[Subject], Query(description="May repeat.")] = [],  # noqa: B006
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[
        StorableText | None, Query(max_length=512, description="`next_cursor` of the page before.")
    ] = None,
) -> OrderPage:
    """A page of orders, with the counts of the same filters by column."""
    filters = OrderFilters(
        states=tuple(state),
        is_overdue=overdue,
        mine=person.username if mine else None,
        school_ids=tuple(school_id),
        risks=tuple(risk),
        subjects=tuple(subject),
    )
    return await service.list_orders(
        session, filters, limit=limit, cursor=cursor, now=runtime.clock()
    )


@router.post(
    "/orders",
    operation_id="orders_create",
    summary="Give something away to be put right",
    status_code=201,
    responses=problems(*_ADD, AlertHasOrderError),
)
async def create_order(
    body: OrderCreate, person: _Assigner, request: Request, work: Writer, runtime: RuntimeDep
) -> OrderSummary:
    """A new order, `assigned`, about confirmed alerts, a finding or a call."""
    return await assigning.create(work, body, actor(person, request), runtime.deadlines)


@router.get(
    "/order-proposals/{alert_id}",
    operation_id="orders_propose",
    summary="How an alert would be given away",
    responses=problems(*_READ),
)
async def propose(alert_id: UUID, _: _Assigner, work: Writer, runtime: RuntimeDep) -> OrderProposal:
    """Who has the duty, and the deadline with its source."""
    return await assigning.propose(work, alert_id, runtime.deadlines)


@router.get(
    "/orders/{order_id}",
    operation_id="orders_get",
    summary="One work order",
    responses=problems(*_READ),
)
async def get_order(
    order_id: _OrderId,
    person: _Viewer,
    request: Request,
    response: Response,
    session: Reader,
    runtime: RuntimeDep,
) -> OrderDetail:
    """The order with what it is about, photographs and history; its version is the `ETag`."""
    found = await service.get(
        session, order_id, runtime.clock(), actor(person, request), runtime.deadlines
    )
    response.headers["ETag"] = f'"{found.version}"'
    return found


@router.put(
    "/orders/{order_id}/assignment",
    operation_id="orders_assign",
    summary="Give it to somebody else",
    responses=decided(),
)
async def assign(
    order_id: _OrderId,
    body: OrderAssign,
    person: _Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """Another person, duty or deadline, while it is the school's turn."""
    by = actor(person, request)
    return await assigning.reassign(work, order_id, _version(if_match), body, by, runtime.deadlines)


@router.post(
    "/orders/{order_id}/feedback",
    operation_id="orders_feedback",
    summary="Answer as the school",
    responses=decided(),
)
async def feedback(
    order_id: _OrderId,
    body: Explained,
    person: _Rectifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """`assigned` → `feedback_received`."""
    by, version = actor(person, request), _version(if_match)
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
    order_id: _OrderId,
    person: _Rectifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    body: Noted | None = None,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """`assigned`, `feedback_received` → `rectifying`."""
    by, version = actor(person, request), _version(if_match)
    note = "" if body is None else body.note
    return await service.take_step(
        work, order_id, version, Step.BEGIN, by, runtime.deadlines, note=note
    )


@router.post(
    "/orders/{order_id}/submit",
    operation_id="orders_submit",
    summary="Say that it was put right",
    responses=decided(NoPhotographError),
)
async def submit(
    order_id: _OrderId,
    body: Explained,
    person: _Rectifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """While it is the school's turn → `pending_verification`; needs a photograph of this round."""
    by, version = actor(person, request), _version(if_match)
    return await service.take_step(
        work, order_id, version, Step.SUBMIT, by, runtime.deadlines, note=body.note
    )


@router.post(
    "/orders/{order_id}/return",
    operation_id="orders_return",
    summary="Send it back",
    responses=decided(SamePersonError),
)
async def send_back(
    order_id: _OrderId,
    body: Explained,
    person: _Verifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """`pending_verification` → `rectifying`, by somebody who took no part in it."""
    by, version = actor(person, request), _version(if_match)
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
    order_id: _OrderId,
    person: _Verifier,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    body: Noted | None = None,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """`pending_verification` → `closed`, by somebody who took no part in it."""
    by, version = actor(person, request), _version(if_match)
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
    order_id: _OrderId,
    body: Reopen,
    person: _Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """`closed` → `assigned`, with a new deadline."""
    return await service.take_step(
        work,
        order_id,
        _version(if_match),
        Step.REOPEN,
        actor(person, request),
        runtime.deadlines,
        note=body.note,
        due_at=body.due_at,
    )


@router.post(
    "/orders/{order_id}/comments",
    operation_id="orders_comment",
    summary="Add words",
    responses=problems(*_ADD),
)
async def comment(
    order_id: _OrderId, body: Explained, person: _Viewer, request: Request, work: Writer
) -> OrderSummary:
    """Words in its history, in any state."""
    return await service.comment(work, order_id, body.note, actor(person, request))


@router.post(
    "/orders/{order_id}/merge",
    operation_id="orders_merge",
    summary="Take over other orders",
    responses=decided(),
)
async def merge(
    order_id: _OrderId,
    body: Merge,
    person: _Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """What the others were about goes on in this one."""
    by = actor(person, request)
    return await regrouping.merge(work, order_id, _version(if_match), body, by, runtime.deadlines)


@router.post(
    "/orders/{order_id}/split",
    operation_id="orders_split",
    summary="Make part of it an order of its own",
    status_code=201,
    responses=decided(),
)
async def split(
    order_id: _OrderId,
    body: Split,
    person: _Assigner,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
    if_match: _IfMatch = None,
) -> OrderSummary:
    """Answers the new order."""
    by = actor(person, request)
    return await regrouping.split(work, order_id, _version(if_match), body, by, runtime.deadlines)


@router.get(
    "/duties",
    operation_id="duties_list",
    summary="Who answers for what",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_duties(_: _Viewer, session: Reader) -> DutyList:
    """Duties by school and subject."""
    return await service.list_duties(session)


@router.put(
    "/schools/{school_id}/duties/{subject}",
    operation_id="duties_put",
    summary="Say who answers for a subject at a school",
    responses=problems(*_READ, BadCsrfError),
)
async def put_duty(
    school_id: _SchoolId,
    subject: Subject,
    body: DutyWrite,
    person: _Assigner,
    request: Request,
    work: Writer,
) -> DutyView | None:
    """Null for nobody."""
    return await assigning.set_duty(work, school_id, subject, body.username, actor(person, request))

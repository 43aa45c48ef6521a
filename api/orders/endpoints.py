"""Work orders over HTTP: the board, one order, words to it, and who has which duty."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from api.auth.sessions import Reader, Writer
from api.contract import RiskLevel
from api.contract.text import AnyIdentifier, StorableText
from api.kit.errors import (
    BadCsrfError,
    BadCursorError,
    ForbiddenError,
    InvalidError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import etag
from api.orders import assigning, service
from api.orders.errors import AlertHasOrderError
from api.orders.machine import OrderState
from api.orders.repository import OrderFilters
from api.orders.requests import ADD, READ, Assigner, Viewer, actor
from api.orders.schemas import (
    AssigneeList,
    DutyList,
    DutyView,
    DutyWrite,
    Explained,
    OrderCreate,
    OrderDetail,
    OrderPage,
    OrderProposal,
    OrderSummary,
)
from api.orders.subjects import Subject
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1", tags=["orders"])


@router.get(
    "/orders",
    operation_id="orders_list",
    summary="The board of work orders",
    responses=problems(NotSignedInError, ForbiddenError, InvalidError, BadCursorError),
)
async def list_orders(
    session: Reader,
    person: Viewer,
    runtime: RuntimeDep,
    state: Annotated[list[OrderState], Query(description="May repeat.")] = [],  # noqa: B006
    overdue: Annotated[bool, Query(description="Only those past their deadline.")] = False,
    mine: Annotated[bool, Query(description="Only what who asks has to put right.")] = False,
    school_id: Annotated[list[AnyIdentifier], Query(max_length=256)] = [],  # noqa: B006
    risk: Annotated[list[RiskLevel], Query(description="May repeat.")] = [],  # noqa: B006
    subject: Annotated[list[Subject], Query(description="May repeat.")] = [],  # noqa: B006
    alert_id: Annotated[UUID | None, Query(description="Only the one this alert is in.")] = None,
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
        alert_id=alert_id,
    )
    return await service.list_orders(
        session, filters, limit=limit, cursor=cursor, now=runtime.clock()
    )


@router.post(
    "/orders",
    operation_id="orders_create",
    summary="Give something away to be put right",
    status_code=201,
    responses=problems(*ADD, AlertHasOrderError),
)
async def create_order(
    body: OrderCreate, person: Assigner, request: Request, work: Writer, runtime: RuntimeDep
) -> OrderSummary:
    """A new order, `assigned`, about confirmed alerts, a finding or a call."""
    return await assigning.create(work, body, actor(person, request), runtime.deadlines)


@router.get(
    "/order-proposals/{alert_id}",
    operation_id="orders_propose",
    summary="How an alert would be given away",
    responses=problems(*READ),
)
async def propose(
    session: Reader, alert_id: UUID, _: Assigner, runtime: RuntimeDep
) -> OrderProposal:
    """Who has the duty, and the deadline with its source."""
    return await assigning.propose(session, alert_id, runtime.clock(), runtime.deadlines)


@router.get(
    "/orders/{order_id}",
    operation_id="orders_get",
    summary="One work order",
    responses=problems(*READ),
)
async def get_order(
    session: Reader,
    order_id: RowNumber,
    person: Viewer,
    request: Request,
    response: Response,
    runtime: RuntimeDep,
) -> OrderDetail:
    """The order with what it is about, photographs and history; its version is the `ETag`."""
    found = await service.get(
        session, order_id, runtime.clock(), actor(person, request), runtime.deadlines
    )
    response.headers.update(etag(found.version))
    return found


@router.post(
    "/orders/{order_id}/comments",
    operation_id="orders_comment",
    summary="Add words",
    responses=problems(*ADD),
)
async def comment(
    order_id: RowNumber, body: Explained, person: Viewer, request: Request, work: Writer
) -> OrderSummary:
    """Words in its history, in any state."""
    return await service.comment(work, order_id, body.note, actor(person, request))


@router.get(
    "/duties",
    operation_id="duties_list",
    summary="Who answers for what",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_duties(session: Reader, _: Viewer) -> DutyList:
    """Duties by school and subject."""
    return await service.list_duties(session)


@router.get(
    "/schools/{school_id}/assignees",
    operation_id="assignees_list",
    summary="Who may be given what has to be put right at a school",
    responses=problems(*READ),
)
async def list_assignees(
    session: Reader, school_id: AnyIdentifier, _: Assigner, runtime: RuntimeDep
) -> AssigneeList:
    """People of the school who may put it right."""
    return await assigning.assignees(session, school_id, runtime.clock())


@router.put(
    "/schools/{school_id}/duties/{subject}",
    operation_id="duties_put",
    summary="Say who answers for a subject at a school",
    responses=problems(*READ, BadCsrfError),
)
async def put_duty(
    school_id: AnyIdentifier,
    subject: Subject,
    body: DutyWrite,
    person: Assigner,
    request: Request,
    work: Writer,
) -> DutyView | None:
    """Null for nobody."""
    return await assigning.set_duty(work, school_id, subject, body.username, actor(person, request))

"""Photographs of inspections over HTTP."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Request, Response

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.inspections import photographs
from api.inspections.errors import InspectionSignedError, NotInspectorError
from api.inspections.requests import READ, actor_of, inspector_of, scope_of_form
from api.inspections.schemas import InspectionPhotographView
from api.kit.errors import BadCsrfError, StorageUnavailableError, TooLargeError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.orders.decoding import BINARY, decode
from api.orders.errors import BadPhotographError
from api.orders.photographs import MAX_BYTES
from api.runtime import RuntimeDep

PHOTOGRAPHS = "/api/v1/inspection-photographs/"
router = RoomRouter(prefix=PHOTOGRAPHS.rstrip("/"), tags=["inspections"])
_Performer = Annotated[SignedIn, Depends(allowed(Permission.PERFORM_INSPECTIONS))]
_Viewer = Annotated[
    SignedIn, Depends(allowed(Permission.VIEW_INSPECTIONS, Permission.SEE_PICTURES))
]


@router.post(
    "/{inspection_id}/{item_id}",
    operation_id="inspection_photographs_add",
    summary="Add a photograph to an item",
    status_code=201,
    openapi_extra={
        "requestBody": {"required": True, "content": {"image/jpeg": BINARY, "image/png": BINARY}}
    },
    responses=problems(
        *READ,
        BadCsrfError,
        InspectionSignedError,
        NotInspectorError,
        TooLargeError,
        BadPhotographError,
        StorageUnavailableError,
    ),
)
async def add_photograph(
    inspection_id: RowNumber,
    item_id: RowNumber,
    person: _Performer,
    request: Request,
    runtime: RuntimeDep,
) -> InspectionPhotographView:
    """The body is a JPEG or PNG of at most 10 MiB; sent again it is the same photograph.

    What is kept is encoded anew: upright, at most 2048 pixels long, without metadata.
    """
    scope = await scope_of_form(runtime, person, inspection_id)
    async with runtime.database.read(scope) as session:
        await photographs.may_take_photograph(session, inspection_id, item_id)
    if runtime.database.is_sqlite:
        await runtime.evidence.check_space(MAX_BYTES)
    sent = await request.body()
    photograph = await decode(sent)
    sha256 = hashlib.sha256(sent).hexdigest()
    by = inspector_of(person, request, runtime)
    async with runtime.work(scope) as work:
        return await photographs.add_photograph(
            work, inspection_id, item_id, sha256, photograph, by
        )


@router.get(
    "/{inspection_id}/{photograph_id}",
    operation_id="inspection_photographs_get",
    summary="A photograph of an inspection",
    response_class=Response,
    responses={
        200: {"description": "The photograph.", "content": {"image/jpeg": BINARY}},
        **problems(*READ),
    },
)
async def get_photograph(
    inspection_id: RowNumber,
    photograph_id: RowNumber,
    person: _Viewer,
    request: Request,
    runtime: RuntimeDep,
) -> Response:
    """JPEG. People on it are not blurred, so that each opening is in the access log."""
    scope = await scope_of_form(runtime, person, inspection_id)
    async with runtime.database.read(scope) as session:
        jpeg, school_id = await photographs.jpeg(session, inspection_id, photograph_id)
    async with runtime.work(scope) as work:
        by = actor_of(person, request)
        photographs.log_opening(work, inspection_id, photograph_id, school_id, by)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})

"""Pictures of floor plans: sent as bytes, encoded anew."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query, Request, Response

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader
from api.floor_plans import pictures, service
from api.floor_plans.endpoints import READ, SAVED, SchoolId
from api.floor_plans.errors import BadPlanPictureError, TooManyPlansError
from api.floor_plans.schemas import FloorPlanView, Title, TitleEn
from api.floor_plans.views import PICTURES
from api.kit.errors import (
    BadCsrfError,
    StorageUnavailableError,
    TooLargeError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import IfMatch, etag, version_of
from api.orders.decoding import BINARY
from api.orders.photographs import MAX_BYTES, Photograph
from api.organisations.errors import TakenError
from api.runtime import Runtime, RuntimeDep

router = RoomRouter(prefix=PICTURES.rstrip("/"), tags=["floor plans"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_CAMERAS))]
_BODY = {
    "requestBody": {
        "required": True,
        "content": {f"image/{kind}": BINARY for kind in ("jpeg", "png", "webp")},
    }
}
_SENT = (TooLargeError, BadPlanPictureError, StorageUnavailableError)


@router.post(
    "/{school_id}",
    operation_id="floor_plan_pictures_add",
    summary="Add a floor plan",
    status_code=201,
    openapi_extra=_BODY,
    responses=problems(*READ, BadCsrfError, TakenError, TooManyPlansError, *_SENT),
)
async def add_plan(
    school_id: SchoolId,
    person: _Manager,
    by: By,
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    title_zh: Annotated[Title, Query(examples=["一层"])],
    title_en: Annotated[TitleEn, Query()] = "",
) -> FloorPlanView:
    """The body is a JPEG, PNG or WebP of at most 10 MiB.

    What is kept is encoded anew: upright, at most 3072 pixels long, on white, without metadata.
    """
    picture = await _picture(school_id, None, person, request, runtime)
    title = service.PlanTitle(title_zh, title_en)
    async with runtime.work(person.scope) as work:
        found = await service.create(work, school_id, title, picture, by)
    response.headers.update(etag(found.version))
    return found


@router.put(
    "/{school_id}/{plan_id}",
    operation_id="floor_plan_pictures_put",
    summary="Give a floor plan another picture",
    openapi_extra=_BODY,
    responses=problems(*SAVED, *_SENT),
)
async def put_picture(
    school_id: SchoolId,
    plan_id: RowNumber,
    person: _Manager,
    by: By,
    request: Request,
    response: Response,
    runtime: RuntimeDep,
    if_match: IfMatch = None,
) -> FloorPlanView:
    """As for a new plan; cameras stay at the same part of the picture."""
    version = version_of(if_match)
    picture = await _picture(school_id, plan_id, person, request, runtime)
    async with runtime.work(person.scope) as work:
        found = await service.put_picture(work, school_id, plan_id, version, picture, by)
    response.headers.update(etag(found.version))
    return found


@router.get(
    "/{school_id}/{plan_id}",
    operation_id="floor_plan_pictures_get",
    summary="The picture of a floor plan",
    response_class=Response,
    responses={
        200: {"description": "The picture.", "content": {"image/jpeg": BINARY}},
        **problems(*READ),
    },
)
async def get_picture(
    session: Reader, school_id: SchoolId, plan_id: RowNumber, _: _Viewer
) -> Response:
    """JPEG. Where a school's doors are is nobody else's to know: it is kept by no browser."""
    jpeg = await service.jpeg(session, school_id, plan_id)
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


async def _picture(
    school_id: str, plan_id: int | None, person: SignedIn, request: Request, runtime: Runtime
) -> Photograph:
    """Make a picture of what is being sent, once it is known to be wanted."""
    async with runtime.database.read(person.scope) as session:
        await service.may_take_picture(session, school_id, plan_id)
    if runtime.database.is_sqlite:
        # They are kept in the database, on this disk: the last of it is for what people decide.
        await runtime.evidence.check_space(MAX_BYTES)
    return await pictures.decode(await request.body())

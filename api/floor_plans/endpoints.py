"""Floor plans over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Response

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.cameras.service import Watch
from api.contract.text import StorableText
from api.floor_plans import service
from api.floor_plans.errors import FloorPlanChangedError
from api.floor_plans.schemas import FloorPlanList, FloorPlanView, FloorPlanWrite
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
    VersionRequiredError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.kit.versions import IfMatch, etag, version_of
from api.organisations.errors import TakenError
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/floor-plans", tags=["floor plans"])
READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
SAVED = (*READ, BadCsrfError, VersionRequiredError, FloorPlanChangedError)
SchoolId = Annotated[StorableText, Path(max_length=64)]
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE))]
# Who writes in the register where a camera hangs draws it, too.
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_CAMERAS))]


@router.get(
    "/{school_id}",
    operation_id="floor_plans_list",
    summary="Floor plans of a school",
    responses=problems(*READ),
)
async def list_plans(
    session: Reader, school_id: SchoolId, _: _Viewer, runtime: RuntimeDep
) -> FloorPlanList:
    """Its plans with where cameras hang on them, and what each of its cameras is worth."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await service.list_plans(session, school_id, watch, runtime.profiles)


@router.put(
    "/{school_id}/{plan_id}",
    operation_id="floor_plans_put",
    summary="Write a floor plan",
    responses=problems(*SAVED, TakenError),
)
async def put_plan(
    school_id: SchoolId,
    plan_id: RowNumber,
    body: FloorPlanWrite,
    _: _Manager,
    by: By,
    work: Writer,
    response: Response,
    if_match: IfMatch = None,
) -> FloorPlanView:
    """Its title and all its cameras; one that is left out is taken from it, and from it alone."""
    version = version_of(if_match)
    found = await service.put(work, school_id, plan_id, version, body, by)
    response.headers.update(etag(found.version))
    return found


@router.delete(
    "/{school_id}/{plan_id}",
    operation_id="floor_plans_delete",
    summary="Delete a floor plan",
    status_code=204,
    responses=problems(*SAVED),
)
async def delete_plan(
    school_id: SchoolId,
    plan_id: RowNumber,
    _: _Manager,
    by: By,
    work: Writer,
    if_match: IfMatch = None,
) -> None:
    """With its picture; cameras stay what and where they are."""
    await service.delete(work, school_id, plan_id, version_of(if_match), by)

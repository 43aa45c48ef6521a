"""Whether the places that the rules name are seen by a camera."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader
from api.cameras.service import Watch
from api.contract.text import StorableText
from api.coverage import service
from api.coverage.schemas import CoverageDetail, CoverageList
from api.kit.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/coverage", tags=["coverage"])
_Id = Annotated[StorableText, Path(max_length=64)]
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.SEE_COMPLIANCE))]


@router.get(
    "",
    operation_id="coverage",
    summary="Coverage of all schools",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_coverage(session: Reader, _: _Viewer, runtime: RuntimeDep) -> CoverageList:
    """Each school in use: how many of the places asked for are seen."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await service.list_schools(session, watch, runtime.profiles)


@router.get(
    "/{school_id}",
    operation_id="coverage_get",
    summary="Coverage of one school",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def get_coverage(
    session: Reader, school_id: _Id, _: _Viewer, runtime: RuntimeDep
) -> CoverageDetail:
    """Every place asked for, with the cameras that hang there and who asks for it."""
    watch = Watch.of(runtime.settings, runtime.clock())
    return await service.get_school(session, school_id, watch, runtime.profiles)

"""The first hour of a box, for who manages boxes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed
from api.auth.sessions import Reader
from api.first_hour import service
from api.first_hour.schemas import FirstHourView
from api.kit.errors import ForbiddenError, InvalidError, NotFoundError, NotSignedInError
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.runtime import RuntimeDep
from api.workers.service import Silence

router = RoomRouter(prefix="/api/v1/first-hour", tags=["boxes"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_BOXES))]


@router.get(
    "",
    operation_id="first_hour_get",
    summary="How far a box is on its way to the first reviewed alert",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def get_first_hour(
    session: Reader,
    _: _Manager,
    runtime: RuntimeDep,
    box_id: Annotated[
        RowNumber | None, Query(description="The newest that is not through if not given.")
    ] = None,
) -> FirstHourView:
    """Each step as facts show it now: nobody ticks anything off."""
    return await service.get(session, Silence.of(runtime.settings, runtime.clock()), box_id)

"""The camera register 一机一档."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from api.access.permissions import Permission
from api.auth.guards import By, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.cameras.schemas import CameraKey
from api.cameras.service import Watch
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.organisations.errors import TakenError
from api.register import service
from api.register.schemas import RecordView, RecordWrite, RegisterList
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/register", tags=["register"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_CAMERAS))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_CAMERAS))]


@router.get(
    "",
    operation_id="register_list",
    summary="The register of all cameras",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_register(session: Reader, _: _Viewer, runtime: RuntimeDep) -> RegisterList:
    """Cameras in use with what is written about them, how they are and what they keep."""
    now = runtime.clock()
    watch = Watch.of(runtime.settings, now)
    return RegisterList(items=await service.list_rows(session, watch), as_of=now)


@router.get(
    "/{camera_key}",
    operation_id="register_get",
    summary="One camera in the register",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def get_record(session: Reader, camera_key: CameraKey, _: _Viewer) -> RecordView:
    """In use or not; empty while nobody wrote anything."""
    return await service.get_record(session, camera_key)


@router.put(
    "/{camera_key}",
    operation_id="register_put",
    summary="Describe a camera in the register",
    responses=problems(
        NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, InvalidError, TakenError
    ),
)
async def put_record(
    camera_key: CameraKey, body: RecordWrite, _: _Manager, by: By, work: Writer
) -> RecordView:
    """The whole record; what is left out becomes empty. What was changed is logged."""
    return await service.put_record(work, camera_key, body, by)

"""What is watched, and whether it really is."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from api.access.permissions import Permission
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.sessions import Reader, Writer
from api.cameras import service
from api.cameras.schemas import CameraKey, CameraList, CameraView
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NoPictureError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/cameras", tags=["cameras"])
_Viewer = Annotated[SignedIn, Depends(allowed(Permission.VIEW_CAMERAS))]
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_CAMERAS))]


@router.get(
    "",
    operation_id="cameras_list",
    summary="All cameras",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_cameras(session: Reader, _: _Viewer, runtime: RuntimeDep) -> CameraList:
    """Every camera with its state now and how well it was watched."""
    now = runtime.clock()
    return CameraList(
        items=await service.list_views(session, service.Watch.of(runtime.settings, now)),
        as_of=now,
    )


@router.get(
    "/{camera_key}",
    operation_id="cameras_get",
    summary="One camera",
    responses=problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError),
)
async def get_camera(
    session: Reader,
    camera_key: CameraKey,
    _: _Viewer,
    runtime: RuntimeDep,
) -> CameraView:
    """One camera with its state now and how well it was watched."""
    return await service.get_view(
        session, camera_key, service.Watch.of(runtime.settings, runtime.clock())
    )


@router.post(
    "/{camera_key}/reference",
    operation_id="cameras_approve_picture",
    summary="The picture is right as it is",
    responses=problems(
        NotSignedInError, ForbiddenError, BadCsrfError, NotFoundError, NoPictureError, InvalidError
    ),
)
async def approve_picture(
    camera_key: CameraKey,
    person: _Manager,
    request: Request,
    work: Writer,
    runtime: RuntimeDep,
) -> CameraView:
    """Log who says so, and have the camera's box make it the reference within minutes."""
    return await service.approve_picture(
        work,
        service.Watch.of(runtime.settings, work.now),
        camera_key,
        person.username,
        client_of(request),
    )

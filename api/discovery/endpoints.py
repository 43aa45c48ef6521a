"""Finding cameras, for who manages boxes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from api.access.permissions import Permission
from api.audit.changes import Actor
from api.auth.guards import SignedIn, allowed, client_of
from api.auth.sessions import Reader
from api.contract.finding import MAX_CANDIDATES
from api.discovery import service
from api.discovery.errors import NetworkNotNamedError, SearchRunsError
from api.discovery.schemas import DiscoveryView, ScanStart
from api.kit.errors import (
    BadCsrfError,
    BoxAwayError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.runtime import RuntimeDep

router = RoomRouter(prefix="/api/v1/boxes/{box_id}/discovery", tags=["boxes"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_BOXES))]
_READ = (NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
_PictureNumber = Annotated[int, Path(ge=0, lt=MAX_CANDIDATES)]


@router.get(
    "",
    operation_id="discovery_get",
    summary="Where a box may search for cameras, and what it found",
    responses=problems(*_READ),
)
async def get_discovery(
    session: Reader, box_id: RowNumber, _: _Manager, runtime: RuntimeDep
) -> DiscoveryView:
    """Networks and accounts stand in the box's configuration; passwords are never shown."""
    return await service.get(session, runtime.scans, box_id, runtime.clock())


@router.post(
    "",
    operation_id="discovery_begin",
    summary="Let a box search for cameras",
    status_code=202,
    responses=problems(*_READ, BadCsrfError, NetworkNotNamedError, SearchRunsError, BoxAwayError),
)
async def begin(
    box_id: RowNumber,
    body: ScanStart,
    person: _Manager,
    request: Request,
    runtime: RuntimeDep,
) -> DiscoveryView:
    """Only networks of its configuration; one login at each device, never more. Logged."""
    by = Actor(person.username, client_of(request))
    async with runtime.work(person.scope) as work:
        order = await service.order(work, runtime.scans, box_id, body, by)
        now = work.now
    # Only now, since the box is to hear of nothing that the access log does not hold.
    runtime.scans.begin(box_id, order, person.username, now)
    async with runtime.database.read(person.scope) as session:
        return await service.get(session, runtime.scans, box_id, runtime.clock())


@router.delete(
    "",
    operation_id="discovery_stop",
    summary="Stop a search",
    responses=problems(*_READ, BadCsrfError),
)
async def stop(
    session: Reader, box_id: RowNumber, _: _Manager, runtime: RuntimeDep
) -> DiscoveryView:
    """What was found so far stays to be looked at."""
    return await service.stop(session, runtime.scans, box_id, runtime.clock())


@router.get(
    "/pictures/{number}",
    operation_id="discovery_picture",
    summary="A candidate's picture",
    response_class=Response,
    responses={
        200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
        **problems(*_READ),
    },
)
async def get_picture(
    session: Reader, box_id: RowNumber, number: _PictureNumber, _: _Manager, runtime: RuntimeDep
) -> Response:
    """Too coarse to know anybody on; kept nowhere."""
    found = await service.picture(session, runtime.scans, box_id, number)
    return Response(found, media_type="image/jpeg", headers={"Cache-Control": "no-store"})

"""The bureau, its communities and schools, and their places."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Query

from api.access.permissions import Permission
from api.auth.guards import By, Person, SignedIn, allowed
from api.auth.sessions import Reader, Writer
from api.contract.text import StorableText
from api.kit.errors import (
    BadCsrfError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotSignedInError,
)
from api.kit.problems import problems
from api.kit.routing import RoomRouter
from api.kit.row_number import RowNumber
from api.organisations import communities, places, service
from api.organisations.errors import InUseError, TakenError
from api.organisations.schemas import (
    BureauView,
    BureauWrite,
    CommunityCreate,
    CommunityList,
    CommunityView,
    CommunityWrite,
    PlaceList,
    PlaceView,
    PlaceWrite,
    SchoolCreate,
    SchoolList,
    SchoolView,
    SchoolWrite,
)

router = RoomRouter(prefix="/api/v1", tags=["organisations"])
_Manager = Annotated[SignedIn, Depends(allowed(Permission.MANAGE_ORGANISATION))]
_READ = problems(NotSignedInError, ForbiddenError, NotFoundError, InvalidError)
_WRITE = problems(
    NotSignedInError,
    ForbiddenError,
    BadCsrfError,
    NotFoundError,
    InvalidError,
    TakenError,
    InUseError,
)
_Id = Annotated[StorableText, Path(max_length=64)]


@router.get("/bureau", operation_id="bureau_get", summary="The bureau", responses=_READ)
async def get_bureau(session: Reader, _: Person) -> BureauView:
    """The education bureau; its name is empty while nobody wrote it."""
    return await communities.get_bureau(session)


@router.put("/bureau", operation_id="bureau_put", summary="Name the bureau", responses=_WRITE)
async def put_bureau(body: BureauWrite, _: _Manager, by: By, work: Writer) -> BureauView:
    """Answers it as it is then."""
    return await communities.put_bureau(work, body, by)


@router.get("/communities", operation_id="communities_list", summary="Communities", responses=_READ)
async def list_communities(session: Reader, _: Person) -> CommunityList:
    """All communities, by id."""
    return await communities.list_communities(session)


@router.post(
    "/communities",
    operation_id="communities_create",
    summary="Make a community",
    status_code=201,
    responses=_WRITE,
)
async def create_community(
    body: CommunityCreate, _: _Manager, by: By, work: Writer
) -> CommunityView:
    """Answers it as it is then."""
    return await communities.create_community(work, body, by)


@router.put(
    "/communities/{community_id}",
    operation_id="communities_put",
    summary="Rename a community",
    responses=_WRITE,
)
async def put_community(
    community_id: _Id, body: CommunityWrite, _: _Manager, by: By, work: Writer
) -> CommunityView:
    """Answers it as it is then."""
    return await communities.put_community(work, community_id, body, by)


@router.delete(
    "/communities/{community_id}",
    operation_id="communities_delete",
    summary="Delete a community",
    status_code=204,
    responses=_WRITE,
)
async def delete_community(community_id: _Id, _: _Manager, by: By, work: Writer) -> None:
    """One that no school belongs to; it is kept for the past of schools that did."""
    await communities.close_community(work, community_id, by)


@router.get("/schools", operation_id="schools_list", summary="Schools", responses=_READ)
async def list_schools(
    session: Reader,
    _: Person,
    closed: Annotated[bool, Query(description="Those that were closed as well.")] = False,
) -> SchoolList:
    """Schools, by id."""
    return await service.list_schools(session, closed=closed)


@router.post(
    "/schools",
    operation_id="schools_create",
    summary="Make a school",
    status_code=201,
    responses=_WRITE,
)
async def create_school(body: SchoolCreate, _: _Manager, by: By, work: Writer) -> SchoolView:
    """Its id is chosen once."""
    return await service.create_school(work, body, by)


@router.get(
    "/schools/{school_id}", operation_id="schools_get", summary="One school", responses=_READ
)
async def get_school(session: Reader, school_id: _Id, _: Person) -> SchoolView:
    """One school, closed or not."""
    return await service.get_school(session, school_id)


@router.put(
    "/schools/{school_id}",
    operation_id="schools_put",
    summary="Describe a school",
    responses=_WRITE,
)
async def put_school(
    school_id: _Id, body: SchoolWrite, _: _Manager, by: By, work: Writer
) -> SchoolView:
    """The whole description; what is left out becomes empty."""
    return await service.put_school(work, school_id, body, by)


@router.post(
    "/schools/{school_id}/close",
    operation_id="schools_close",
    summary="Close a school",
    responses=_WRITE,
)
async def close_school(school_id: _Id, _: _Manager, by: By, work: Writer) -> SchoolView:
    """Its cameras leave the lists, its history stays, its boxes' words wait."""
    return await service.set_closed(work, school_id, by, closed=True)


@router.post(
    "/schools/{school_id}/reopen",
    operation_id="schools_reopen",
    summary="Open a school again",
    responses=_WRITE,
)
async def reopen_school(school_id: _Id, _: _Manager, by: By, work: Writer) -> SchoolView:
    """Answers it as it is then."""
    return await service.set_closed(work, school_id, by, closed=False)


@router.get(
    "/schools/{school_id}/places",
    operation_id="places_list",
    summary="Places of a school",
    responses=_READ,
)
async def list_places(session: Reader, school_id: _Id, _: Person) -> PlaceList:
    """In the order in which they were made."""
    return await places.list_places(session, school_id)


@router.post(
    "/schools/{school_id}/places",
    operation_id="places_create",
    summary="Make a place",
    status_code=201,
    responses=_WRITE,
)
async def create_place(
    school_id: _Id, body: PlaceWrite, _: _Manager, by: By, work: Writer
) -> PlaceView:
    """Answers it as it is then."""
    return await places.create_place(work, school_id, body, by)


@router.put(
    "/schools/{school_id}/places/{place_id}",
    operation_id="places_put",
    summary="Change a place",
    responses=_WRITE,
)
async def put_place(
    school_id: _Id, place_id: RowNumber, body: PlaceWrite, _: _Manager, by: By, work: Writer
) -> PlaceView:
    """Answers it as it is then."""
    return await places.put_place(work, school_id, place_id, body, by)


@router.delete(
    "/schools/{school_id}/places/{place_id}",
    operation_id="places_delete",
    summary="Delete a place",
    status_code=204,
    responses=_WRITE,
)
async def delete_place(
    school_id: _Id, place_id: RowNumber, _: _Manager, by: By, work: Writer
) -> None:
    """One where no camera stands."""
    await places.delete_place(work, school_id, place_id, by)

"""A person's saved filters over HTTP; nobody reads or changes another's."""

from __future__ import annotations

from api.auth.guards import Person
from api.auth.sessions import Reader, Writer
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
from api.saved_filters import service
from api.saved_filters.errors import FilterNameTakenError, TooManyFiltersError
from api.saved_filters.schemas import (
    SavedFilterCreate,
    SavedFilterList,
    SavedFilterView,
    SavedFilterWrite,
)

router = RoomRouter(prefix="/api/v1/saved-filters", tags=["saved filters"])
_WRITE = (NotSignedInError, ForbiddenError, BadCsrfError, InvalidError)


@router.get(
    "",
    operation_id="saved_filters_list",
    summary="One's saved filters",
    responses=problems(NotSignedInError, ForbiddenError),
)
async def list_filters(session: Reader, person: Person) -> SavedFilterList:
    """What who asks keeps, and which of it names something that is there no more."""
    return await service.list_all(session, person.username)


@router.post(
    "",
    operation_id="saved_filters_create",
    summary="Save a filter",
    status_code=201,
    responses=problems(*_WRITE, FilterNameTakenError, TooManyFiltersError),
)
async def create_filter(body: SavedFilterCreate, person: Person, work: Writer) -> SavedFilterView:
    """Keep a filter of the queue or of the board under a name, on every machine one signs in on."""
    return await service.create(work, person.username, body)


@router.put(
    "/{filter_id}",
    operation_id="saved_filters_put",
    summary="Give a saved filter another name",
    responses=problems(*_WRITE, NotFoundError, FilterNameTakenError),
)
async def rename_filter(
    filter_id: RowNumber, body: SavedFilterWrite, person: Person, work: Writer
) -> SavedFilterView:
    """One's own alone."""
    return await service.rename(work, person.username, filter_id, body.name)


@router.delete(
    "/{filter_id}",
    operation_id="saved_filters_delete",
    summary="Delete a saved filter",
    status_code=204,
    responses=problems(*_WRITE, NotFoundError),
)
async def delete_filter(filter_id: RowNumber, person: Person, work: Writer) -> None:
    """One's own alone."""
    await service.delete(work, person.username, filter_id)

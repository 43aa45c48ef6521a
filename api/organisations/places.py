"""The places of a school."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.access.roles import Subject
from api.audit import service as audit
from api.audit.changes import Actor, Change, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract.places import PlaceKind
from api.db.organisation import Place
from api.kit.errors import NotFoundError
from api.organisations.errors import InUseError, TakenError
from api.organisations.repository import OrganisationRepository
from api.organisations.schemas import PlaceList, PlaceView, PlaceWrite
from api.organisations.subjects import KINDS, subject_of

_SUBJECT_CHARACTERS = 64


def _view(row: Place) -> PlaceView:
    kind = PlaceKind(row.kind)
    return PlaceView(
        id=row.id,
        school_id=row.school_id,
        kind=kind,
        subject=subject_of(kind),
        name=row.name,
    )


def _told(row: Place) -> dict[str, object]:
    return {"kind": row.kind, "name": row.name}


async def list_places(session: AsyncSession, school_id: str) -> PlaceList:
    """Places of a school.

    Raises:
        NotFoundError: If there is no such school.
    """
    organisation = OrganisationRepository(session)
    if await organisation.school(school_id) is None:
        raise NotFoundError("no such school")
    return PlaceList(items=[_view(row) for row in await organisation.places(school_id)])


async def list_all(session: AsyncSession) -> list[PlaceView]:
    """Places of all schools in scope, by school and number."""
    return [_view(row) for row in await OrganisationRepository(session).all_places()]


async def ids_of(session: AsyncSession, school_id: str, subject: Subject) -> frozenset[int]:
    """Numbers of the places of a school that a subject is about."""
    rows = await OrganisationRepository(session).places(school_id)
    return frozenset(row.id for row in rows if row.kind in KINDS[subject])


async def create_place(work: UnitOfWork, school_id: str, told: PlaceWrite, by: Actor) -> PlaceView:
    """Make a place.

    Raises:
        NotFoundError: If there is no such school.
        TakenError: If the school has a place of that name.
    """
    organisation = OrganisationRepository(work.session)
    if await organisation.lock_school(school_id) is None:
        raise NotFoundError("no such school")
    if await organisation.place_of_name(school_id, told.name) is not None:
        raise TakenError("there is a place of this name", params={"what": "name"})
    row = Place(school_id=school_id, kind=told.kind, name=told.name, created_at=work.now)
    organisation.add(row)
    await organisation.flush()
    _log(work, AccessAction.PLACE_CREATED, row, by, differences({}, _told(row)))
    return _view(row)


async def put_place(
    work: UnitOfWork, school_id: str, place_id: int, told: PlaceWrite, by: Actor
) -> PlaceView:
    """Change a place.

    Raises:
        NotFoundError: If the school has no such place.
        TakenError: If another place has that name.
    """
    organisation = OrganisationRepository(work.session)
    row = await organisation.place(school_id, place_id)
    if row is None:
        raise NotFoundError("no such place")
    other = await organisation.place_of_name(school_id, told.name)
    if other is not None and other.id != place_id:
        raise TakenError("there is a place of this name", params={"what": "name"})
    before = _told(row)
    row.kind, row.name = told.kind, told.name
    if changes := differences(before, _told(row)):
        _log(work, AccessAction.PLACE_CHANGED, row, by, changes)
    return _view(row)


async def delete_place(work: UnitOfWork, school_id: str, place_id: int, by: Actor) -> None:
    """Delete a place where no camera stands.

    Raises:
        NotFoundError: If the school has no such place.
        InUseError: If a camera stands there.
    """
    organisation = OrganisationRepository(work.session)
    row = await organisation.place(school_id, place_id)
    if row is None:
        raise NotFoundError("no such place")
    if await organisation.place_is_used(place_id):
        raise InUseError("cameras stand at this place")
    gone = [Change(field=name, old=str(value), new=None) for name, value in _told(row).items()]
    _log(work, AccessAction.PLACE_DELETED, row, by, gone)
    await organisation.delete(row)


def _log(
    work: UnitOfWork, action: AccessAction, row: Place, by: Actor, changes: list[Change]
) -> None:
    audit.log(
        work,
        action,
        by.username,
        by.client,
        subject=row.name[:_SUBJECT_CHARACTERS],
        school_id=row.school_id,
        changes=changes,
    )

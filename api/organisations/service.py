"""Keeps the bureau, its communities and schools, and their places."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.contract import DEFAULT_SCHOOL_ID, DEFAULT_SCHOOL_NAME
from api.db.organisation import Bureau, Community, Place, School
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.organisations.errors import InUseError, TakenError
from api.organisations.grades import grade
from api.organisations.repository import OrganisationRepository
from api.organisations.schemas import (
    BureauView,
    BureauWrite,
    CommunityCreate,
    CommunityList,
    CommunityView,
    CommunityWrite,
    PlaceKind,
    PlaceList,
    PlaceView,
    PlaceWrite,
    SchoolCreate,
    SchoolList,
    SchoolName,
    SchoolType,
    SchoolView,
    SchoolWrite,
    Term,
)

DEFAULT_ZONE = "Asia/Shanghai"


def name_of(school: School) -> SchoolName:
    """A school as rows name it."""
    return SchoolName(school_id=school.school_id, name=school.name_zh, name_en=school.name_en)


# --- bureau and communities -----------------------------------------------------------------


async def get_bureau(session: AsyncSession) -> BureauView:
    """The bureau; without a name while nobody wrote it."""
    found = await OrganisationRepository(session).bureau()
    return BureauView(
        name_zh="" if found is None else found.name_zh,
        name_en="" if found is None else found.name_en,
    )


async def put_bureau(work: UnitOfWork, told: BureauWrite) -> BureauView:
    """Name the bureau."""
    organisation = OrganisationRepository(work.session)
    found = await organisation.bureau()
    if found is None:
        organisation.add(Bureau(name_zh=told.name_zh, name_en=told.name_en))
    else:
        found.name_zh, found.name_en = told.name_zh, told.name_en
    return BureauView(name_zh=told.name_zh, name_en=told.name_en)


def _community(row: Community) -> CommunityView:
    return CommunityView(community_id=row.community_id, name_zh=row.name_zh, name_en=row.name_en)


async def list_communities(session: AsyncSession) -> CommunityList:
    """All communities, by id."""
    rows = await OrganisationRepository(session).communities()
    return CommunityList(items=[_community(row) for row in rows])


async def create_community(work: UnitOfWork, told: CommunityCreate) -> CommunityView:
    """Make a community.

    Raises:
        TakenError: If there is one of that id.
    """
    organisation = OrganisationRepository(work.session)
    if await organisation.community(told.community_id) is not None:
        raise TakenError("there is a community of this id", params={"what": "community_id"})
    row = Community(
        community_id=told.community_id,
        name_zh=told.name_zh,
        name_en=told.name_en,
        created_at=work.now,
    )
    organisation.add(row)
    return _community(row)


async def put_community(work: UnitOfWork, community_id: str, told: CommunityWrite) -> CommunityView:
    """Rename a community.

    Raises:
        NotFoundError: If there is none.
    """
    row = await OrganisationRepository(work.session).community(community_id)
    if row is None:
        raise NotFoundError("no such community")
    row.name_zh, row.name_en = told.name_zh, told.name_en
    return _community(row)


async def delete_community(work: UnitOfWork, community_id: str) -> None:
    """Delete a community that no school belongs to.

    Raises:
        NotFoundError: If there is none.
        InUseError: If a school belongs to it.
    """
    organisation = OrganisationRepository(work.session)
    row = await organisation.community(community_id)
    if row is None:
        raise NotFoundError("no such community")
    if await organisation.community_is_used(community_id):
        raise InUseError("schools belong to this community")
    await organisation.delete(row)


# --- schools --------------------------------------------------------------------------------


def _view(school: School, camera_count: int) -> SchoolView:
    kind = None if school.type is None else SchoolType(school.type)
    return SchoolView(
        school_id=school.school_id,
        name_zh=school.name_zh,
        name_en=school.name_en,
        code=school.code,
        community_id=school.community_id,
        type=kind,
        pupils=school.pupils,
        boarding=school.boarding,
        canteen=school.canteen,
        ct_key_target=school.ct_key_target,
        hazmat=school.hazmat,
        parking=school.parking,
        time_zone=school.time_zone,
        terms=[Term.model_validate(term) for term in school.terms],
        holidays=[dt.date.fromisoformat(day) for day in school.holidays],
        workdays=[dt.date.fromisoformat(day) for day in school.workdays],
        grade=grade(kind, school.pupils),
        camera_count=camera_count,
        created_at=school.created_at,
        is_described=school.described_at is not None,
        closed_at=school.closed_at,
    )


async def list_schools(session: AsyncSession, *, closed: bool) -> SchoolList:
    """Schools by id; the closed ones among them if wanted."""
    organisation = OrganisationRepository(session)
    counts = await organisation.camera_counts()
    rows = await organisation.schools(closed=closed)
    return SchoolList(items=[_view(row, counts.get(row.school_id, 0)) for row in rows])


async def get_school(session: AsyncSession, school_id: str) -> SchoolView:
    """One school.

    Raises:
        NotFoundError: If there is none.
    """
    organisation = OrganisationRepository(session)
    row = await organisation.school(school_id)
    if row is None:
        raise NotFoundError("no such school")
    return _view(row, (await organisation.camera_counts()).get(school_id, 0))


async def create_school(work: UnitOfWork, told: SchoolCreate) -> SchoolView:
    """Make a school.

    Raises:
        TakenError: If its id or code is another's.
        InvalidError: If there is no such community.
    """
    organisation = OrganisationRepository(work.session)
    if not await organisation.add_school(told.school_id, told.name_zh, told.time_zone, work.now):
        raise TakenError("there is a school of this id", params={"what": "school_id"})
    return await put_school(work, told.school_id, told)


async def put_school(work: UnitOfWork, school_id: str, told: SchoolWrite) -> SchoolView:
    """Describe a school anew.

    Raises:
        NotFoundError: If there is none.
        TakenError: If its code is another's.
        InvalidError: If there is no such community.
    """
    organisation = OrganisationRepository(work.session)
    school = await organisation.lock_school(school_id)
    if school is None:
        raise NotFoundError("no such school")
    if told.community_id and await organisation.community(told.community_id) is None:
        fault = FieldError("body.community_id", "there is no such community")
        raise InvalidError("no such community", errors=[fault])
    if told.code is not None:
        other = await organisation.school_of_code(told.code)
        if other is not None and other.school_id != school_id:
            raise TakenError(f"the code is that of {other.school_id}", params={"what": "code"})
    for name, value in told.model_dump(
        mode="json", include=set(SchoolWrite.model_fields), exclude={"terms"}
    ).items():
        setattr(school, name, value)
    terms = sorted(told.terms, key=lambda term: term.first_day)
    school.terms = [term.model_dump(mode="json") for term in terms]
    school.holidays = sorted({day.isoformat() for day in told.holidays})
    school.workdays = sorted({day.isoformat() for day in told.workdays})
    school.described_at = work.now
    await organisation.flush()
    return await get_school(work.session, school_id)


async def set_closed(work: UnitOfWork, school_id: str, *, closed: bool) -> SchoolView:
    """Close a school or open it again: its history stays, its boxes' words wait meanwhile.

    Raises:
        NotFoundError: If there is none.
    """
    organisation = OrganisationRepository(work.session)
    school = await organisation.lock_school(school_id)
    if school is None:
        raise NotFoundError("no such school")
    if (school.closed_at is not None) != closed:
        school.closed_at = work.now if closed else None
        await organisation.flush()
    return await get_school(work.session, school_id)


async def ensure_school(work: UnitOfWork, school_id: str, name: str = "") -> None:
    """Make a school of which only its id is known, unless there is one."""
    named = name or (DEFAULT_SCHOOL_NAME if school_id == DEFAULT_SCHOOL_ID else school_id)
    organisation = OrganisationRepository(work.session)
    await organisation.add_school(school_id, named, DEFAULT_ZONE, work.now)


async def forget_default(work: UnitOfWork) -> None:
    """Delete the school that was made in advance, when nothing belongs to it and nobody described
    it.
    """
    organisation = OrganisationRepository(work.session)
    school = await organisation.school(DEFAULT_SCHOOL_ID)
    if school is None or school.described_at is not None:
        return
    if await organisation.is_empty(DEFAULT_SCHOOL_ID):
        await organisation.delete(school)


async def name_by_box(work: UnitOfWork, school_id: str, name: str) -> bool:
    """Call a school as its box does, unless a person described it; answers whether that changed."""
    school = await OrganisationRepository(work.session).school(school_id)
    if school is None or school.described_at is not None or not name or school.name_zh == name:
        return False
    school.name_zh = name
    return True


async def is_known(session: AsyncSession, school_id: str) -> bool:
    """Whether there is such a school."""
    return await OrganisationRepository(session).school(school_id) is not None


async def zone_of(session: AsyncSession, school_id: str) -> str:
    """A school's time zone.

    Raises:
        NotFoundError: If there is no such school.
    """
    school = await OrganisationRepository(session).school(school_id)
    if school is None:
        raise NotFoundError("no such school")
    return school.time_zone


# --- places ---------------------------------------------------------------------------------


def _place(row: Place) -> PlaceView:
    return PlaceView(id=row.id, school_id=row.school_id, kind=PlaceKind(row.kind), name=row.name)


async def list_places(session: AsyncSession, school_id: str) -> PlaceList:
    """Places of a school.

    Raises:
        NotFoundError: If there is no such school.
    """
    organisation = OrganisationRepository(session)
    if await organisation.school(school_id) is None:
        raise NotFoundError("no such school")
    return PlaceList(items=[_place(row) for row in await organisation.places(school_id)])


async def create_place(work: UnitOfWork, school_id: str, told: PlaceWrite) -> PlaceView:
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
    return _place(row)


async def put_place(work: UnitOfWork, school_id: str, place_id: int, told: PlaceWrite) -> PlaceView:
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
    row.kind, row.name = told.kind, told.name
    return _place(row)


async def delete_place(work: UnitOfWork, school_id: str, place_id: int) -> None:
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
    await organisation.delete(row)

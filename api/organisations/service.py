"""Keeps schools: what people describe of them, and what boxes make of them before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, Change, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.contract import DEFAULT_SCHOOL_ID, DEFAULT_SCHOOL_NAME
from api.contract.places import SchoolType
from api.db.organisation import School
from api.kit.errors import FieldError, InvalidError, NotFoundError
from api.organisations.errors import TakenError
from api.organisations.grades import grade
from api.organisations.repository import MembershipRow, OrganisationRepository
from api.organisations.schemas import (
    MembershipView,
    SchoolCreate,
    SchoolList,
    SchoolName,
    SchoolView,
    SchoolWrite,
    Term,
)

DEFAULT_ZONE = "Asia/Shanghai"


def name_of(school: School) -> SchoolName:
    """A school as rows name it."""
    return SchoolName(school_id=school.school_id, name=school.name_zh, name_en=school.name_en)


def _view(school: School, camera_count: int, memberships: Sequence[MembershipRow]) -> SchoolView:
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
        memberships=[
            MembershipView(
                community_id=community.community_id,
                name_zh=community.name_zh,
                name_en=community.name_en,
                from_at=stay.from_at,
                to_at=stay.to_at,
            )
            for stay, community in memberships
        ],
    )


async def list_schools(session: AsyncSession, *, closed: bool) -> SchoolList:
    """Schools by id; the closed ones among them if wanted."""
    organisation = OrganisationRepository(session)
    counts = await organisation.camera_counts()
    stays = await organisation.memberships()
    rows = await organisation.schools(closed=closed)
    return SchoolList(
        items=[
            _view(row, counts.get(row.school_id, 0), stays.get(row.school_id, ())) for row in rows
        ]
    )


async def list_in_use(session: AsyncSession) -> list[SchoolView]:
    """Schools that are not closed, by id; the one made in advance only as long as it is the only
    one or somebody made something of it.
    """
    found = (await list_schools(session, closed=False)).items
    if len(found) > 1 and await OrganisationRepository(session).is_unused(DEFAULT_SCHOOL_ID):
        return [each for each in found if each.school_id != DEFAULT_SCHOOL_ID]
    return found


async def get_school(session: AsyncSession, school_id: str) -> SchoolView:
    """One school.

    Raises:
        NotFoundError: If there is none.
    """
    organisation = OrganisationRepository(session)
    row = await organisation.school(school_id)
    if row is None:
        raise NotFoundError("no such school")
    count = (await organisation.camera_counts()).get(school_id, 0)
    return _view(row, count, (await organisation.memberships(school_id)).get(school_id, ()))


async def create_school(work: UnitOfWork, told: SchoolCreate, by: Actor) -> SchoolView:
    """Make a school.

    Raises:
        TakenError: If its id or code is another's.
        InvalidError: If there is no such community.
    """
    organisation = OrganisationRepository(work.session)
    if not await organisation.add_school(told.school_id, told.name_zh, told.time_zone, work.now):
        raise TakenError("there is a school of this id", params={"what": "school_id"})
    school = await _describe(work, told.school_id, told)
    _log(work, AccessAction.SCHOOL_CREATED, told.school_id, by, differences({}, _fields(school)))
    return school


async def put_school(work: UnitOfWork, school_id: str, told: SchoolWrite, by: Actor) -> SchoolView:
    """Describe a school anew; a move to another community is remembered.

    Raises:
        NotFoundError: If there is none.
        TakenError: If its code is another's.
        InvalidError: If there is no such community.
    """
    before = _fields(await get_school(work.session, school_id))
    after = await _describe(work, school_id, told)
    if changes := differences(before, _fields(after)):
        _log(work, AccessAction.SCHOOL_CHANGED, school_id, by, changes)
    return after


def _fields(school: SchoolView) -> dict[str, object]:
    return school.model_dump(mode="json", include=set(SchoolWrite.model_fields))


async def _describe(work: UnitOfWork, school_id: str, told: SchoolWrite) -> SchoolView:
    """Write what a person told of a school.

    Raises:
        NotFoundError: If there is none.
        TakenError: If its code is another's.
        InvalidError: If there is no such community.
    """
    organisation = OrganisationRepository(work.session)
    school = await organisation.lock_school(school_id)
    if school is None:
        raise NotFoundError("no such school")
    community = await organisation.community(told.community_id) if told.community_id else None
    if told.community_id and (community is None or community.closed_at is not None):
        fault = FieldError("body.community_id", "there is no such community")
        raise InvalidError("no such community", errors=[fault])
    if told.code is not None:
        other = await organisation.school_of_code(told.code)
        if other is not None and other.school_id != school_id:
            raise TakenError(f"the code is that of {other.school_id}", params={"what": "code"})
    if school.community_id != told.community_id:
        await organisation.move(school_id, told.community_id, work.now)
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


async def set_closed(work: UnitOfWork, school_id: str, by: Actor, *, closed: bool) -> SchoolView:
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
        action = AccessAction.SCHOOL_CLOSED if closed else AccessAction.SCHOOL_REOPENED
        _log(work, action, school_id, by, [])
    return await get_school(work.session, school_id)


def _log(
    work: UnitOfWork, action: AccessAction, school_id: str, by: Actor, changes: list[Change]
) -> None:
    audit.log(work, action, by.username, by.client, school_id=school_id, changes=changes)


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

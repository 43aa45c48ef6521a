"""The bureau and its communities of schools."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.changes import Actor, Change, differences
from api.audit.schemas import AccessAction
from api.bus.work import UnitOfWork
from api.db.organisation import Bureau, Community
from api.kit.errors import NotFoundError
from api.organisations.errors import InUseError, TakenError
from api.organisations.repository import OrganisationRepository
from api.organisations.schemas import (
    BureauView,
    BureauWrite,
    CommunityCreate,
    CommunityList,
    CommunityView,
    CommunityWrite,
)


async def get_bureau(session: AsyncSession) -> BureauView:
    """The bureau; without a name while nobody wrote it."""
    found = await OrganisationRepository(session).bureau()
    return BureauView(
        name_zh="" if found is None else found.name_zh,
        name_en="" if found is None else found.name_en,
    )


async def put_bureau(work: UnitOfWork, told: BureauWrite, by: Actor) -> BureauView:
    """Name the bureau."""
    organisation = OrganisationRepository(work.session)
    changes = differences((await get_bureau(work.session)).model_dump(), told.model_dump())
    found = await organisation.bureau()
    if found is None:
        organisation.add(Bureau(name_zh=told.name_zh, name_en=told.name_en))
    else:
        found.name_zh, found.name_en = told.name_zh, told.name_en
    if changes:
        audit.log(work, AccessAction.BUREAU_CHANGED, by.username, by.client, changes=changes)
    return BureauView(name_zh=told.name_zh, name_en=told.name_en)


def _view(row: Community) -> CommunityView:
    return CommunityView(community_id=row.community_id, name_zh=row.name_zh, name_en=row.name_en)


async def list_communities(session: AsyncSession) -> CommunityList:
    """All communities that schools can belong to, by id."""
    rows = await OrganisationRepository(session).communities()
    return CommunityList(items=[_view(row) for row in rows])


async def create_community(work: UnitOfWork, told: CommunityCreate, by: Actor) -> CommunityView:
    """Make a community; one that was closed is open again.

    Raises:
        TakenError: If there is one of that id.
    """
    organisation = OrganisationRepository(work.session)
    row = await organisation.community(told.community_id)
    if row is not None and row.closed_at is None:
        raise TakenError("there is a community of this id", params={"what": "community_id"})
    if row is None:
        row = Community(community_id=told.community_id, created_at=work.now)
        organisation.add(row)
    row.name_zh, row.name_en, row.closed_at = told.name_zh, told.name_en, None
    await organisation.flush()
    changes = differences({}, told.model_dump(exclude={"community_id"}))
    _log(work, AccessAction.COMMUNITY_CREATED, row, by, changes)
    return _view(row)


async def put_community(
    work: UnitOfWork, community_id: str, told: CommunityWrite, by: Actor
) -> CommunityView:
    """Rename a community.

    Raises:
        NotFoundError: If there is none.
    """
    row = await _open(OrganisationRepository(work.session), community_id)
    changes = differences(_view(row).model_dump(), told.model_dump())
    row.name_zh, row.name_en = told.name_zh, told.name_en
    if changes:
        _log(work, AccessAction.COMMUNITY_CHANGED, row, by, changes)
    return _view(row)


async def close_community(work: UnitOfWork, community_id: str, by: Actor) -> None:
    """Take a community that no school belongs to out of the lists.

    Its row stays while a school belonged to it once: whose month it was must be told later on.

    Raises:
        NotFoundError: If there is none.
        InUseError: If a school belongs to it.
    """
    organisation = OrganisationRepository(work.session)
    row = await _open(organisation, community_id)
    if await organisation.community_is_used(community_id):
        raise InUseError("schools belong to this community")
    _log(work, AccessAction.COMMUNITY_CLOSED, row, by, [])
    if await organisation.community_was_used(community_id):
        row.closed_at = work.now
    else:
        await organisation.delete(row)


async def _open(organisation: OrganisationRepository, community_id: str) -> Community:
    row = await organisation.community(community_id)
    if row is None or row.closed_at is not None:
        raise NotFoundError("no such community")
    return row


def _log(
    work: UnitOfWork, action: AccessAction, row: Community, by: Actor, changes: list[Change]
) -> None:
    audit.log(work, action, by.username, by.client, subject=row.community_id, changes=changes)

"""Bureau, communities, schools and places in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.camera import Camera, CameraRecord
from api.db.inspection import Inspection
from api.db.locking import FROM_WRITERS
from api.db.models import UserPlace
from api.db.organisation import Box, Bureau, Community, Membership, Place, School
from api.db.upsert import insert_if_absent

MembershipRow = tuple[Membership, Community]


class OrganisationRepository:
    """Reads and writes ``bureaus``, ``communities``, ``schools`` and ``places``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def bureau(self) -> Bureau | None:
        """The bureau, once somebody named it."""
        return await self._session.scalar(select(Bureau).order_by(Bureau.id).limit(1))

    def add(self, row: Bureau | Community | Place) -> None:
        """Add a row."""
        self._session.add(row)

    async def communities(self) -> list[Community]:
        """All communities that are open, by id."""
        query = select(Community).where(Community.closed_at.is_(None))
        query = query.order_by(Community.community_id)
        return list(await self._session.scalars(query))

    async def community(self, community_id: str) -> Community | None:
        """One community."""
        return await self._session.get(Community, community_id)

    async def community_is_used(self, community_id: str) -> bool:
        """Whether a school belongs to it."""
        query = select(School.school_id).where(School.community_id == community_id).limit(1)
        return await self._session.scalar(query) is not None

    async def community_was_used(self, community_id: str) -> bool:
        """Whether a school ever belonged to it."""
        query = select(Membership.school_id).where(Membership.community_id == community_id)
        return await self._session.scalar(query.limit(1)) is not None

    async def memberships(self, school_id: str | None = None) -> dict[str, list[MembershipRow]]:
        """To which communities schools belonged, by school, the first one first."""
        query = (
            select(Membership, Community)
            .join(Community, Community.community_id == Membership.community_id)
            .order_by(Membership.school_id, Membership.from_at)
        )
        if school_id is not None:
            query = query.where(Membership.school_id == school_id)
        found: dict[str, list[MembershipRow]] = {}
        for stay, community in await self._session.execute(query):
            found.setdefault(stay.school_id, []).append((stay, community))
        return found

    async def move(self, school_id: str, community_id: str | None, at: datetime) -> None:
        """Let a school belong to another community, or to none, from then on."""
        query = select(Membership).where(
            Membership.school_id == school_id, Membership.to_at.is_(None)
        )
        if (current := await self._session.scalar(query)) is not None:
            if current.from_at < at:
                current.to_at = at
            else:
                await self._session.delete(current)
            await self._session.flush()
        if community_id is not None:
            self._session.add(
                Membership(school_id=school_id, from_at=at, community_id=community_id)
            )

    async def delete(self, row: Community | Place | School) -> None:
        """Delete a row."""
        await self._session.delete(row)
        await self._session.flush()

    async def schools(self, *, closed: bool) -> list[School]:
        """Schools by id, those that were closed among them if wanted."""
        query = select(School).order_by(School.school_id)
        if not closed:
            query = query.where(School.closed_at.is_(None))
        return list(await self._session.scalars(query))

    async def school(self, school_id: str) -> School | None:
        """One school."""
        return await self._session.get(School, school_id)

    async def lock_school(self, school_id: str) -> School | None:
        """One school, kept from others until the unit of work ends."""
        return await self._session.get(School, school_id, with_for_update=FROM_WRITERS)

    async def school_of_code(self, code: str) -> School | None:
        """The school of an official number."""
        return await self._session.scalar(select(School).where(School.code == code))

    async def add_school(self, school_id: str, name_zh: str, time_zone: str, at: datetime) -> bool:
        """Add a school of which nothing else is known; answers whether it was new."""
        values = {
            "school_id": school_id,
            "name_zh": name_zh,
            "name_en": "",
            "boarding": False,
            "canteen": False,
            "ct_key_target": False,
            "hazmat": False,
            "parking": False,
            "time_zone": time_zone,
            "terms": [],
            "holidays": [],
            "workdays": [],
            "created_at": at,
        }
        return await insert_if_absent(self._session, School, values)

    async def is_empty(self, school_id: str) -> bool:
        """Whether no box, camera, place or inspection belongs to a school."""
        columns = (Box.school_id, Camera.school_id, Place.school_id, Inspection.school_id)
        for column in columns:
            query = select(column).where(column == school_id).limit(1)
            if await self._session.scalar(query) is not None:
                return False
        return True

    async def is_unused(self, school_id: str) -> bool:
        """Whether nobody described a school, and no camera or place was ever there."""
        query = select(School.school_id).where(
            School.school_id == school_id,
            School.described_at.is_(None),
            ~exists().where(Camera.school_id == School.school_id),
            ~exists().where(Place.school_id == School.school_id),
        )
        return await self._session.scalar(query) is not None

    async def camera_counts(self) -> dict[str, int]:
        """Cameras that are not retired, by school."""
        query = (
            select(Camera.school_id, func.count())
            .where(Camera.retired_at.is_(None))
            .group_by(Camera.school_id)
        )
        return {row[0]: row[1] for row in await self._session.execute(query)}

    async def places(self, school_id: str) -> list[Place]:
        """Places of a school, by number."""
        query = select(Place).where(Place.school_id == school_id).order_by(Place.id)
        return list(await self._session.scalars(query))

    async def all_places(self) -> list[Place]:
        """Places of all schools, by school and number."""
        return list(await self._session.scalars(select(Place).order_by(Place.school_id, Place.id)))

    async def place(self, school_id: str, place_id: int) -> Place | None:
        """One place of a school."""
        query = select(Place).where(Place.school_id == school_id, Place.id == place_id)
        return await self._session.scalar(query)

    async def place_of_name(self, school_id: str, name: str) -> Place | None:
        """The place of a name in a school."""
        query = select(Place).where(Place.school_id == school_id, Place.name == name)
        return await self._session.scalar(query)

    async def place_is_used(self, place_id: int) -> bool:
        """Whether a camera stands there, or somebody's role is given for it."""
        for query in (
            select(CameraRecord.camera_key).where(CameraRecord.place_id == place_id),
            select(UserPlace.username).where(UserPlace.place_id == place_id),
        ):
            if await self._session.scalar(query.limit(1)) is not None:
                return True
        return False

    async def flush(self) -> None:
        """Send what changed, so that generated numbers are known."""
        await self._session.flush()

"""Meetings in the database, always of one of those who are invited; a job's of everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.meeting import Meeting, MeetingEntry, MeetingPerson
from api.db.models import User
from api.db.organisation import School


class MeetingRow(NamedTuple):
    """A meeting, the school it is about, and where who asks stands."""

    meeting: Meeting
    school: School | None
    person: MeetingPerson


class InvitedRow(NamedTuple):
    """Somebody who is invited; without a user if they are of a school that who asks knows not."""

    person: MeetingPerson
    user: User | None
    school: School | None


class Counts(NamedTuple):
    """Of a meeting."""

    people: int
    there: int


def _mine(username: str) -> Select[Meeting, School, MeetingPerson]:
    return (
        select(Meeting, School, MeetingPerson)
        .join(MeetingPerson, MeetingPerson.meeting_id == Meeting.id)
        .outerjoin(School, School.school_id == Meeting.about_school_id)
        .where(MeetingPerson.username == username)
    )


class MeetingRepository:
    """Reads and writes ``meetings``, ``meeting_people`` and ``meeting_entries``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, meeting: Meeting) -> None:
        """Add a meeting, so that its number is known."""
        self._session.add(meeting)
        await self._session.flush()

    async def add_person(self, person: MeetingPerson) -> None:
        """Invite somebody."""
        self._session.add(person)
        await self._session.flush()

    async def of(self, username: str, ended_since: datetime, most: int) -> list[MeetingRow]:
        """What somebody is invited to: what goes on, and what ended since then, newest first."""
        query = _mine(username).where(
            Meeting.ended_at.is_(None) | (Meeting.ended_at >= ended_since)
        )
        query = query.order_by(
            Meeting.ended_at.is_not(None), Meeting.starts_at.desc(), Meeting.id.desc()
        )
        return [MeetingRow(*row) for row in await self._session.execute(query.limit(most))]

    async def get(self, meeting_id: int, username: str) -> MeetingRow | None:
        """One meeting of somebody who is invited to it."""
        query = _mine(username).where(Meeting.id == meeting_id)
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else MeetingRow(*row)

    async def lock(self, meeting_id: int) -> Meeting | None:
        """A meeting, kept from others until the unit of work ends."""
        query = select(Meeting).where(Meeting.id == meeting_id).with_for_update(key_share=True)
        return await self._session.scalar(query.execution_options(populate_existing=True))

    async def person(self, meeting_id: int, username: str) -> MeetingPerson | None:
        """Somebody who is invited, kept from others until the unit of work ends."""
        query = select(MeetingPerson).where(
            MeetingPerson.meeting_id == meeting_id, MeetingPerson.username == username
        )
        query = query.with_for_update().execution_options(populate_existing=True)
        return await self._session.scalar(query)

    async def usernames(self, meeting_id: int) -> set[str]:
        """Everybody who is invited."""
        query = select(MeetingPerson.username).where(MeetingPerson.meeting_id == meeting_id)
        return set(await self._session.scalars(query))

    async def people(self, meeting_id: int) -> list[InvitedRow]:
        """Everybody who is invited, in the order of their names."""
        query = (
            select(MeetingPerson, User, School)
            .outerjoin(User, User.username == MeetingPerson.username)
            .outerjoin(School, School.school_id == User.school_id)
            .where(MeetingPerson.meeting_id == meeting_id)
            .order_by(MeetingPerson.username)
        )
        return [InvitedRow(*row) for row in await self._session.execute(query)]

    async def counts(self, meeting_ids: Collection[int]) -> dict[int, Counts]:
        """How many are invited to some meetings, and how many are in them."""
        invited = select(MeetingPerson.meeting_id, func.count()).where(
            MeetingPerson.meeting_id.in_(meeting_ids)
        )
        there = select(
            MeetingEntry.meeting_id, func.count(func.distinct(MeetingEntry.username))
        ).where(MeetingEntry.meeting_id.in_(meeting_ids), MeetingEntry.left_at.is_(None))
        people = await self._numbers(invited.group_by(MeetingPerson.meeting_id))
        inside = await self._numbers(there.group_by(MeetingEntry.meeting_id))
        return {each: Counts(people.get(each, 0), inside.get(each, 0)) for each in meeting_ids}

    async def _numbers(self, query: Select[int, int]) -> dict[int, int]:
        rows = (await self._session.execute(query)).all()
        return {row[0]: row[1] for row in rows}

    async def entries(self, meeting_id: int) -> list[MeetingEntry]:
        """Who was there, in the order in which they came."""
        query = select(MeetingEntry).where(
            MeetingEntry.meeting_id == meeting_id, MeetingEntry.engine_session.is_not(None)
        )
        return list(await self._session.scalars(query.order_by(MeetingEntry.id)))

    async def open_entries(
        self, meeting_id: int | None = None, username: str | None = None
    ) -> list[MeetingEntry]:
        """Who is there: in one meeting or in all, one person or everybody."""
        query = select(MeetingEntry).where(MeetingEntry.left_at.is_(None))
        if meeting_id is not None:
            query = query.where(MeetingEntry.meeting_id == meeting_id)
        if username is not None:
            query = query.where(MeetingEntry.username == username)
        return list(await self._session.scalars(query.order_by(MeetingEntry.id)))

    async def add_entry(self, entry: MeetingEntry) -> None:
        """Add an entry, so that its number is known."""
        self._session.add(entry)
        await self._session.flush()

    async def entry(self, meeting_id: int, entry_id: int, username: str) -> MeetingEntry | None:
        """Somebody's own entry."""
        query = select(MeetingEntry).where(
            MeetingEntry.id == entry_id,
            MeetingEntry.meeting_id == meeting_id,
            MeetingEntry.username == username,
        )
        return await self._session.scalar(query.execution_options(populate_existing=True))

    async def set_receiver(self, entry_id: int, receiver: int | None) -> None:
        """Where somebody receives; None until they ask anew."""
        await self._session.execute(
            update(MeetingEntry)
            .where(MeetingEntry.id == entry_id)
            .values(engine_receiver=receiver)
            .execution_options(synchronize_session=False)
        )

    async def running(self) -> list[Meeting]:
        """Meetings that have not ended."""
        query = select(Meeting).where(Meeting.ended_at.is_(None))
        return list(await self._session.scalars(query.order_by(Meeting.id)))

    async def ended_since(self, moment: datetime) -> list[int]:
        """Numbers of the meetings that ended since then."""
        query = select(Meeting.id).where(Meeting.ended_at >= moment)
        return list(await self._session.scalars(query.order_by(Meeting.id)))

    async def delete_ended_before(self, moment: datetime, most: int) -> int:
        """Delete some meetings that ended before then, with who was there; answers how many."""
        query = select(Meeting.id).where(Meeting.ended_at < moment).order_by(Meeting.id)
        ids = list(await self._session.scalars(query.limit(most)))
        for of, column in (
            (MeetingEntry, MeetingEntry.meeting_id),
            (MeetingPerson, MeetingPerson.meeting_id),
            (Meeting, Meeting.id),
        ):
            await self._session.execute(
                delete(of).where(column.in_(ids)).execution_options(synchronize_session=False)
            )
        return len(ids)

    async def last_left(self, meeting_id: int) -> datetime | None:
        """When somebody left a meeting last."""
        query = select(func.max(MeetingEntry.left_at)).where(MeetingEntry.meeting_id == meeting_id)
        return await self._session.scalar(query)

    async def standing(self, usernames: Sequence[str]) -> list[tuple[User, School | None]]:
        """These people, as far as who asks may know of them."""
        query = (
            select(User, School)
            .outerjoin(School, School.school_id == User.school_id)
            .where(User.username.in_(usernames))
        )
        return [(user, school) for user, school in await self._session.execute(query)]

    async def candidates(self, school_id: str | None) -> list[tuple[User, School | None]]:
        """Everybody whom who asks may know of: of one school and of the district, or of all."""
        query = select(User, School).outerjoin(School, School.school_id == User.school_id)
        if school_id is not None:
            query = query.where(User.school_id.is_(None) | (User.school_id == school_id))
        return [(u, s) for u, s in await self._session.execute(query.order_by(User.username))]

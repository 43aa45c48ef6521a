"""Users and sessions in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.locking import FROM_WRITERS
from api.db.models import Identity, SignInSession, User, UserPlace
from api.db.organisation import Place, School
from api.db.upsert import insert_if_absent
from api.organisations.schemas import SchoolName
from api.organisations.school_names import SCHOOL_NAME


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person, and the school their role is given for."""

    user: User
    school: School | None


def _stands(at: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """What is true of a session, and of its user, as long as it can be used."""
    return (
        SignInSession.expires_at > at,
        User.disabled_at.is_(None),
        or_(User.ends_at.is_(None), User.ends_at > at),
    )


class SessionRow(NamedTuple):
    """What each request asks of the person behind a session."""

    username: str
    role: str
    school_id: str | None
    ends_at: datetime | None
    password_must_change: bool
    has_password: bool
    school: SchoolName | None
    expires_at: datetime


# Asked for with each request: built once, so that it is not built and looked up anew each time.
_OF_TOKEN = (
    select(
        User.username,
        User.role,
        User.school_id,
        User.ends_at,
        User.password_must_change,
        User.password_hash.is_not(None),
        SCHOOL_NAME,
        SignInSession.expires_at,
    )
    .select_from(User)
    .join(SignInSession, SignInSession.username == User.username)
    .outerjoin(School, School.school_id == User.school_id)
    .where(
        SignInSession.token_sha256 == bindparam("token_sha256"),
        *_stands(bindparam("at", type_=SignInSession.expires_at.type)),
    )
)


def _rows() -> Select[User, School]:
    return select(User, School).outerjoin(School, School.school_id == User.school_id)


class UserRepository:
    """Reads and writes ``users`` and ``sessions``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def count(self) -> int:
        """How many users there are."""
        return (await self._session.scalar(select(func.count()).select_from(User))) or 0

    async def get(self, username: str) -> User | None:
        """One user."""
        return await self._session.get(User, username)

    async def lock(self, username: str) -> User | None:
        """One user, kept from others until the unit of work ends."""
        return await self._session.get(User, username, with_for_update=FROM_WRITERS)

    async def row(self, username: str) -> UserRow | None:
        """One user with their school."""
        await self._session.flush()
        found = await self._session.execute(_rows().where(User.username == username))
        row = found.one_or_none()
        return None if row is None else UserRow(*row)

    async def all(self) -> list[UserRow]:
        """All users, by name."""
        rows = await self._session.execute(_rows().order_by(User.username))
        return [UserRow(*row) for row in rows]

    async def of_school(self, school_id: str) -> list[UserRow]:
        """People whose role is given for a school, by name."""
        query = _rows().where(User.school_id == school_id).order_by(User.username)
        return [UserRow(*row) for row in await self._session.execute(query)]

    async def with_roles(self, roles: Collection[str], school_id: str | None) -> list[User]:
        """People of the district, and of a school, who have one of these roles, by name."""
        where = or_(User.school_id.is_(None), User.school_id == school_id)
        query = select(User).where(User.role.in_(roles), where).order_by(User.username)
        return list(await self._session.scalars(query))

    async def add(
        self,
        username: str,
        password_hash: str | None,
        role: str,
        at: datetime,
        *,
        school_id: str | None = None,
        ends_at: datetime | None = None,
        must_change: bool = False,
        mail: str | None = None,
    ) -> bool:
        """Add a user; answers whether the name was free."""
        values = {
            "username": username,
            "password_hash": password_hash,
            "password_must_change": must_change,
            "role": role,
            "school_id": school_id,
            "ends_at": ends_at,
            "created_at": at,
            "mail": mail,
        }
        return await insert_if_absent(self._session, User, values)

    async def places_of(self, username: str) -> list[Place]:
        """The places that a user's role is given for by name, by number."""
        query = (
            select(Place)
            .join(UserPlace, UserPlace.place_id == Place.id)
            .where(UserPlace.username == username)
            .order_by(Place.id)
        )
        return list(await self._session.scalars(query))

    async def places_of_all(self) -> dict[str, list[Place]]:
        """The same of every user who has any."""
        query = (
            select(UserPlace.username, Place)
            .join(Place, Place.id == UserPlace.place_id)
            .order_by(Place.id)
        )
        found: dict[str, list[Place]] = {}
        for username, place in await self._session.execute(query):
            found.setdefault(username, []).append(place)
        return found

    async def set_places(self, username: str, place_ids: Collection[int]) -> None:
        """Give a user's role for these places alone; for none by name if there are none."""
        await self._session.execute(delete(UserPlace).where(UserPlace.username == username))
        self._session.add_all(
            UserPlace(username=username, place_id=place_id) for place_id in sorted(place_ids)
        )
        await self._session.flush()

    async def of_identity(self, issuer: str, subject: str) -> User | None:
        """Whom a provider vouches for by this subject, kept from others until the work ends."""
        query = (
            select(User)
            .join(Identity, Identity.username == User.username)
            .where(Identity.issuer == issuer, Identity.subject == subject)
            .with_for_update(of=User, key_share=True)
        )
        return await self._session.scalar(query)

    async def add_identity(self, issuer: str, subject: str, username: str, at: datetime) -> bool:
        """Note that a provider vouches for a user; answers whether that is new."""
        values = {"issuer": issuer, "subject": subject, "username": username, "created_at": at}
        return await insert_if_absent(self._session, Identity, values)

    async def set_password(
        self, username: str, password_hash: str, *, must_change: bool = False
    ) -> None:
        """Replace a password."""
        values = {"password_hash": password_hash, "password_must_change": must_change}
        await self._session.execute(update(User).where(User.username == username).values(**values))

    async def open_session(self, new: SignInSession) -> None:
        """Remember a new session and forget those that ran out."""
        at = new.created_at
        await self._session.execute(delete(SignInSession).where(SignInSession.expires_at <= at))
        await self._session.execute(
            update(User).where(User.username == new.username).values(last_sign_in_at=at)
        )
        self._session.add(new)

    async def find_session(
        self, token_sha256: str, at: datetime
    ) -> tuple[SessionRow, datetime] | None:
        """The user of a session that still stands, and when it ends."""
        values = {"token_sha256": token_sha256, "at": at}
        row = (await self._session.execute(_OF_TOKEN, values)).one_or_none()
        if row is None:
            return None
        found = SessionRow._make(row)
        return found, min(found.expires_at, found.ends_at or found.expires_at)

    async def sessions_of(self, username: str, at: datetime) -> list[SignInSession]:
        """Sessions of a user that still stand, the newest first."""
        query = (
            select(SignInSession)
            .join(User, User.username == SignInSession.username)
            .where(SignInSession.username == username, *_stands(at))
            .order_by(SignInSession.created_at.desc(), SignInSession.token_sha256)
        )
        return list(await self._session.scalars(query))

    async def set_last_uses(self, uses: Mapping[str, tuple[datetime, str]]) -> None:
        """Note when, and from which address, sessions were last used."""
        for token_sha256, (at, client) in sorted(uses.items()):
            await self._session.execute(
                update(SignInSession)
                .where(SignInSession.token_sha256 == token_sha256, SignInSession.last_used_at < at)
                .values(last_used_at=at, client=client)
            )

    async def end_session(self, username: str, token_sha256: str) -> bool:
        """Forget one session of a user; answers whether there was one."""
        ended = await self._session.execute(
            delete(SignInSession)
            .where(SignInSession.token_sha256 == token_sha256, SignInSession.username == username)
            .returning(SignInSession.token_sha256)
        )
        return bool(ended.all())

    async def end_sessions_of(self, username: str) -> list[str]:
        """Forget all sessions of a user; answers which."""
        ended = await self._session.scalars(
            delete(SignInSession)
            .where(SignInSession.username == username)
            .returning(SignInSession.token_sha256)
        )
        return list(ended)

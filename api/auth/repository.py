"""Users and sessions in the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.models import SignInSession, User
from api.db.organisation import School
from api.db.upsert import insert_if_absent


@dataclass(frozen=True, slots=True)
class UserRow:
    """A person, and the school their role is given for."""

    user: User
    school: School | None


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
        return await self._session.get(User, username, with_for_update=True)

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

    async def add(
        self,
        username: str,
        password_hash: str,
        role: str,
        at: datetime,
        *,
        school_id: str | None = None,
        ends_at: datetime | None = None,
    ) -> bool:
        """Add a user; answers whether the name was free."""
        values = {
            "username": username,
            "password_hash": password_hash,
            "role": role,
            "school_id": school_id,
            "ends_at": ends_at,
            "created_at": at,
        }
        return await insert_if_absent(self._session, User, values)

    async def set_password(self, username: str, password_hash: str) -> None:
        """Replace a password."""
        await self._session.execute(
            update(User).where(User.username == username).values(password_hash=password_hash)
        )

    async def open_session(
        self, username: str, token_sha256: str, at: datetime, expires_at: datetime
    ) -> None:
        """Remember a new session and forget those that ran out."""
        await self._session.execute(delete(SignInSession).where(SignInSession.expires_at <= at))
        await self._session.execute(
            update(User).where(User.username == username).values(last_sign_in_at=at)
        )
        self._session.add(
            SignInSession(
                token_sha256=token_sha256, username=username, created_at=at, expires_at=expires_at
            )
        )

    async def find_session(
        self, token_sha256: str, at: datetime
    ) -> tuple[UserRow, datetime] | None:
        """The user of a session that still stands, and when it ends."""
        query = (
            select(User, School, SignInSession.expires_at)
            .join(SignInSession, SignInSession.username == User.username)
            .outerjoin(School, School.school_id == User.school_id)
            .where(
                SignInSession.token_sha256 == token_sha256,
                SignInSession.expires_at > at,
                User.disabled_at.is_(None),
                or_(User.ends_at.is_(None), User.ends_at > at),
            )
        )
        row = (await self._session.execute(query)).one_or_none()
        if row is None:
            return None
        user, school, expires_at = row
        return UserRow(user, school), min(expires_at, user.ends_at or expires_at)

    async def end_session(self, token_sha256: str) -> None:
        """Forget one session."""
        await self._session.execute(
            delete(SignInSession).where(SignInSession.token_sha256 == token_sha256)
        )

    async def end_sessions_of(self, username: str) -> None:
        """Forget all sessions of a user."""
        await self._session.execute(delete(SignInSession).where(SignInSession.username == username))

"""Users and sessions in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.models import SignInSession, User
from api.db.upsert import insert_if_absent


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

    async def all(self) -> list[User]:
        """All users, by name."""
        return list(await self._session.scalars(select(User).order_by(User.username)))

    async def add(self, username: str, password_hash: str, role: str, at: datetime) -> bool:
        """Add a user; answers whether the name was free."""
        values = {
            "username": username,
            "password_hash": password_hash,
            "role": role,
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

    async def find_session(self, token_sha256: str, at: datetime) -> tuple[User, datetime] | None:
        """The user of a session that still stands, and when it ends."""
        row = (
            await self._session.execute(
                select(User, SignInSession.expires_at)
                .join(SignInSession, SignInSession.username == User.username)
                .where(SignInSession.token_sha256 == token_sha256, SignInSession.expires_at > at)
            )
        ).one_or_none()
        return None if row is None else (row[0], row[1])

    async def end_session(self, token_sha256: str) -> None:
        """Forget one session."""
        await self._session.execute(
            delete(SignInSession).where(SignInSession.token_sha256 == token_sha256)
        )

    async def end_sessions_of(self, username: str) -> None:
        """Forget all sessions of a user."""
        await self._session.execute(delete(SignInSession).where(SignInSession.username == username))

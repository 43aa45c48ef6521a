"""Browsers that people want to be told in, in the database."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.db.models import PushSubscription, SignInSession


@dataclass(frozen=True, slots=True)
class Browser:
    """One with the session in which it was named; the session's end is its own."""

    subscription: PushSubscription
    session: SignInSession


class PushRepository:
    """Reads and writes ``push_subscriptions``."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def put(self, row: PushSubscription) -> None:
        """Have a session's browser told, and no other of that session or that address."""
        await self._session.execute(
            delete(PushSubscription).where(
                or_(
                    PushSubscription.endpoint_sha256 == row.endpoint_sha256,
                    PushSubscription.token_sha256 == row.token_sha256,
                )
            )
        )
        self._session.add(row)
        await self._session.flush()

    async def of(self, usernames: Collection[str], at: datetime) -> list[Browser]:
        """Browsers of some people, whose sessions still stand, the newest first."""
        query = (
            select(PushSubscription, SignInSession)
            .join(SignInSession, SignInSession.token_sha256 == PushSubscription.token_sha256)
            .where(SignInSession.username.in_(usernames), SignInSession.expires_at > at)
            .order_by(PushSubscription.created_at.desc(), PushSubscription.endpoint_sha256)
        )
        return [Browser(*row) for row in await self._session.execute(query)]

    async def remove(self, endpoint_sha256: str) -> None:
        """Forget a browser that is no more."""
        gone = PushSubscription.endpoint_sha256 == endpoint_sha256
        await self._session.execute(delete(PushSubscription).where(gone))

    async def remove_of(self, token_sha256: str) -> None:
        """Tell the browser of a session no more."""
        own = PushSubscription.token_sha256 == token_sha256
        await self._session.execute(delete(PushSubscription).where(own))

"""Where somebody is signed in, and how that ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.auth.repository import UserRepository
from api.auth.schemas import SessionList, SessionView
from api.bus.work import UnitOfWork
from api.db.models import SignInSession
from api.kit.errors import NotFoundError

if TYPE_CHECKING:
    from api.runtime import Runtime


async def list_sessions(
    runtime: Runtime, session: AsyncSession, username: str, *, current: str
) -> SessionList:
    """Sessions of a user that still stand.

    Args:
        runtime: The command centre.
        session: To read with.
        username: Whose.
        current: The session that asks.
    """
    rows = await UserRepository(session).sessions_of(username, runtime.clock())
    return SessionList(items=[_view(runtime, row, current) for row in rows])


def _view(runtime: Runtime, row: SignInSession, current: str) -> SessionView:
    use = runtime.last_use.of(row.token_sha256)
    is_newer = use is not None and use.at >= row.last_used_at
    return SessionView(
        session_id=row.token_sha256,
        is_current=row.token_sha256 == current,
        user_agent=row.user_agent,
        client=use.client if use is not None and is_newer else row.client,
        created_at=row.created_at,
        last_used_at=use.at if use is not None and is_newer else row.last_used_at,
        expires_at=row.expires_at,
    )


async def end_own(work: UnitOfWork, username: str, session_id: str, client: str) -> None:
    """End one of one's own sessions.

    Raises:
        NotFoundError: If there is none of one's own of this id.
    """
    if not await UserRepository(work.session).end_session(username, session_id):
        raise NotFoundError("no such session")
    audit.log(work, AccessAction.SESSION_ENDED, username, client, subject=username)

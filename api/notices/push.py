"""In which browsers somebody is told: their own choice, for as long as they are signed in there."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy.ext.asyncio import AsyncSession

from api.bus.work import UnitOfWork
from api.db.models import PushSubscription
from api.kit.errors import FieldError, InvalidError
from api.kit.sealing import Seal
from api.notices.channels.push import is_service, key_of, public_key
from api.notices.push_repository import Browser, PushRepository
from api.notices.schemas import PushBrowser, PushView

if TYPE_CHECKING:
    from api.runtime import Runtime

_PURPOSE = "browser push"


def endpoint_of(key: bytes, browser: Browser) -> str:
    """The address by which a browser is woken.

    Raises:
        SealBrokenError: If it was sealed with another key.
    """
    return Seal(key, _PURPOSE).open(browser.subscription.endpoint)


async def newest_endpoint(runtime: Runtime, work: UnitOfWork, username: str) -> str | None:
    """The address of the browser somebody named last; None if there is none.

    Raises:
        SealBrokenError: If it was sealed with another key.
    """
    browsers = await PushRepository(work.session).of([username], work.now)
    return endpoint_of(runtime.audit_key, browsers[0]) if browsers else None


async def view(
    runtime: Runtime, session: AsyncSession, username: str, session_key: str
) -> PushView:
    """What a browser needs to be told, and which ones are."""
    is_on = bool(runtime.settings.push_hosts)
    browsers = await PushRepository(session).of([username], runtime.clock())
    return PushView(
        key=public_key(key_of(runtime.audit_key)) if is_on else None,
        browsers=[
            PushBrowser(
                user_agent=each.session.user_agent,
                created_at=each.subscription.created_at,
                is_current=each.session.token_sha256 == session_key,
            )
            for each in browsers
        ],
    )


async def put(runtime: Runtime, work: UnitOfWork, session_key: str, endpoint: str) -> None:
    """Have this browser told.

    Raises:
        InvalidError: If its service is none that was allowed.
    """
    if not is_service(endpoint, runtime.settings.push_hosts):
        fault = FieldError("body.endpoint", "is no service that whoever runs Mingan allowed")
        raise InvalidError("this browser cannot be told", errors=[fault])
    await PushRepository(work.session).put(
        PushSubscription(
            endpoint_sha256=hashlib.sha256(endpoint.encode()).hexdigest(),
            token_sha256=session_key,
            endpoint=Seal(runtime.audit_key, _PURPOSE).seal(endpoint),
            created_at=work.now,
        )
    )


async def remove(work: UnitOfWork, session_key: str) -> None:
    """Tell this browser no more."""
    await PushRepository(work.session).remove_of(session_key)

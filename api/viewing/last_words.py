"""The end of a viewing is written whatever the database does meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

if TYPE_CHECKING:
    from api.viewing.hub import Hub

_FIRST_S, _MOST_S = 0.1, 2.0
_TRIES_AT_THE_END = 3
"""Of a command centre that stops: it does not wait for a database that does not come back."""
_AWAY = (OperationalError, InterfaceError, PoolTimeoutError, OSError)
"""A database that is locked, gone or overloaded; another error is a fault of ours."""
_log = structlog.get_logger(__name__)


async def until_written(hub: Hub, write: Callable[[], Awaitable[None]]) -> None:
    """Write what ends a viewing, again and again until the database takes it.

    Args:
        hub: Says whether the command centre stops; what could not be written by then is an error
            of its log, and the viewing stays in the access log without an end.
        write: Writes it in one transaction.
    """
    wait_s, tries_left = _FIRST_S, _TRIES_AT_THE_END
    while True:
        try:
            await write()
        except _AWAY as error:
            tries_left -= hub.is_closed
            if not tries_left:
                _log.error("end_of_viewing_not_written", error=type(error).__name__)
                return
            _log.warning("end_of_viewing_waits", error=type(error).__name__)
            await asyncio.sleep(wait_s)
            wait_s = min(_MOST_S, 2 * wait_s)
        else:
            return

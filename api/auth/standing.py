"""Whether the session behind an answer that does not end still stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from api.access.scope import EVERYTHING
from api.auth.repository import UserRepository

if TYPE_CHECKING:
    from api.runtime import Runtime


class Standing:
    """Asks the database now and then: another process, as ``reset-password``, may end a session.

    Args:
        runtime: The command centre.
        session_key: The session; its own end in time is not looked at here.
        mono: Seconds of a clock that only goes forward.
    """

    def __init__(self, runtime: Runtime, session_key: str, mono: Callable[[], float]) -> None:
        self._runtime = runtime
        self._session_key = session_key
        self._mono = mono
        self._due_at_s = mono() + runtime.settings.stream_recheck_s

    @property
    def due_in_s(self) -> float:
        """When it has to be asked for next."""
        return max(self._due_at_s - self._mono(), 0.0)

    async def has_ended(self) -> bool:
        """Whether the session was ended; false until it is time to ask."""
        if self._mono() < self._due_at_s:
            return False
        runtime = self._runtime
        async with runtime.database.ask(EVERYTHING) as session:
            found = await UserRepository(session).find_session(self._session_key, runtime.clock())
        self._due_at_s = self._mono() + runtime.settings.stream_recheck_s
        return found is None

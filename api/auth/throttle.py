"""Failed sign-ins are counted, so that a password cannot be guessed by trying."""

from __future__ import annotations

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

WINDOW_MIN = 15


class LoginThrottle:
    """Counts failures per user and address, and more generously per address alone.

    Args:
        failures: Failures in a quarter of an hour after which one user is refused from one
            address; five times as many refuse the address altogether.
    """

    def __init__(self, failures: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_user = RateLimitItemPerMinute(failures, WINDOW_MIN)
        self._per_client = RateLimitItemPerMinute(failures * 5, WINDOW_MIN)

    async def is_open(self, username: str, client: str) -> bool:
        """Whether another attempt is allowed."""
        return await self._limiter.test(
            self._per_user, "user", username.lower(), client
        ) and await self._limiter.test(self._per_client, "client", client)

    async def note_failure(self, username: str, client: str) -> None:
        """Count a failed attempt."""
        await self._limiter.hit(self._per_user, "user", username.lower(), client)
        await self._limiter.hit(self._per_client, "client", client)

    async def forgive(self, username: str, client: str) -> None:
        """Forget the failures of a user who then succeeded."""
        await self._limiter.clear(self._per_user, "user", username.lower(), client)

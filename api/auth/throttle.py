"""Failed sign-ins are counted, so that a password cannot be guessed by trying."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.kit.addresses import group_of
from api.kit.errors import TooManyAttemptsError, UnavailableError

WINDOW_MIN = 15


class Attempt:
    """One attempt to sign in; failed unless it says otherwise."""

    has_succeeded = False


class LoginThrottle:
    """Counts failures per user and address, and more generously per address alone.

    Attempts that are being checked count as failures until they are known not to be: who tries a
    hundred passwords at once gets no further than who tries them one by one.

    Args:
        failures: Failures in a quarter of an hour after which one user is refused from one
            address; five times as many refuse the address altogether.
    """

    def __init__(self, failures: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._per_user = RateLimitItemPerMinute(failures, WINDOW_MIN)
        self._per_client = RateLimitItemPerMinute(failures * 5, WINDOW_MIN)
        self._checked: Counter[tuple[str, ...]] = Counter()
        self._deciding = asyncio.Lock()

    @asynccontextmanager
    async def attempt(
        self, username: str, client: str, device: str | None = None
    ) -> AsyncIterator[Attempt]:
        """Try to sign in; a success forgives the user's failures, anything else is one more.

        Args:
            username: As typed.
            client: The address.
            device: The browser, if :mod:`api.auth.devices` knows it for this user's.

        Raises:
            TooManyAttemptsError: If there were too many failures.
        """
        address = group_of(client)
        user: tuple[str, ...]
        if device is None:
            user = ("user", username.lower(), address)
            limits = [(self._per_user, user), (self._per_client, ("client", address))]
        else:
            user = ("device", device)
            limits = [(self._per_user, user)]
        async with self._deciding:
            for limit, key in limits:
                left = (await self._limiter.get_window_stats(limit, *key)).remaining
                if left <= self._checked[key]:
                    raise TooManyAttemptsError(headers={"Retry-After": str(WINDOW_MIN * 60)})
            self._checked.update(key for _, key in limits)
        attempt = Attempt()
        was_checked = True
        try:
            yield attempt
        except UnavailableError:
            was_checked = False  # no password was tried, so none was guessed
            raise
        finally:
            async with self._deciding:
                for limit, key in limits:
                    if was_checked and not attempt.has_succeeded:
                        await self._limiter.hit(limit, *key)
                    self._checked[key] -= 1
                    if not self._checked[key]:
                        del self._checked[key]
                if attempt.has_succeeded:
                    await self._limiter.clear(self._per_user, *user)

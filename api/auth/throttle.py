"""Failed sign-ins are counted, so that a password cannot be guessed by trying.

Nobody is kept out for ever: what is refused is not counted, so each failure is forgotten a quarter
of an hour to four hours after it was made, whatever is tried meanwhile. Failures are those of one
user *from one address*, so another address lets them in; a browser they signed in from before has
an account of its own; and a password that an administrator reset begins anew.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from api.kit.addresses import group_of
from api.kit.errors import TooManyAttemptsError, UnavailableError

WINDOWS_MIN = (15, 60, 240)
"""Who goes on failing waits longer: so many failures within the first, twice as many within the
second and four times as many within the third. The last is the longest anybody ever waits."""
_CHECKED_S = 5
"""What to wait while attempts are being checked that may all turn out well."""
_Key = tuple[str, ...]


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
        self._per_user: list[RateLimitItem] = [
            RateLimitItemPerMinute(failures << doubled, minutes)
            for doubled, minutes in enumerate(WINDOWS_MIN)
        ]
        self._per_client = RateLimitItemPerMinute(failures * 5, WINDOWS_MIN[0])
        self._checked: Counter[_Key] = Counter()
        self._deciding = asyncio.Lock()

    @asynccontextmanager
    async def attempt(
        self, username: str, client: str, device: str | None = None, password_mark: str = ""
    ) -> AsyncIterator[Attempt]:
        """Try to sign in; a success forgives the user's failures, anything else is one more.

        Args:
            username: As typed.
            client: The address.
            device: The browser, if :mod:`api.auth.devices` knows it for this user's.
            password_mark: Differs for each password the user ever had.

        Raises:
            TooManyAttemptsError: If there were too many failures; says for how long.
        """
        address = group_of(client)
        user: _Key
        if device is None:
            user = ("user", username.lower(), password_mark, address)
        else:
            user = ("device", device)
        limits: list[tuple[RateLimitItem, _Key]] = [(limit, user) for limit in self._per_user]
        if device is None:
            limits.append((self._per_client, ("client", address)))
        keys = {key for _, key in limits}
        async with self._deciding:
            if wait_s := max([await self._wait_s(limit, key) for limit, key in limits]):
                raise TooManyAttemptsError(
                    "too many failures", headers={"Retry-After": str(math.ceil(wait_s))}
                )
            self._checked.update(keys)
        attempt = Attempt()
        was_checked = True
        try:
            yield attempt
        except UnavailableError:
            was_checked = False  # no password was tried, so none was guessed
            raise
        finally:
            async with self._deciding:
                self._checked -= Counter(keys)
                if attempt.has_succeeded:
                    for limit in self._per_user:
                        await self._limiter.clear(limit, *user)
                elif was_checked:
                    for limit, key in limits:
                        await self._limiter.hit(limit, *key)

    async def _wait_s(self, limit: RateLimitItem, key: _Key) -> float:
        """Seconds until one more may be tried; 0 if it may now."""
        window = await self._limiter.get_window_stats(limit, *key)
        if window.remaining > self._checked[key]:
            return 0.0
        left_s = max(window.reset_time - time.time(), 1.0)
        return left_s if window.remaining <= 0 else min(left_s, _CHECKED_S)

"""Who is let in at a box: passwords, how often they may be tried, sessions that end by themselves.

Sessions live in memory alone. Each request asks the people of the box anew, so whoever is not among
them any more is out with the next one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from dataclasses import dataclass, field

import argon2
import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pwdlib import PasswordHash
from pwdlib.exceptions import PwdlibError
from pwdlib.hashers.argon2 import Argon2Hasher

from api.contract.offline import OfflineAccount, OfflineRight
from pipeline.core.clock import Clock
from pipeline.offline.accounts import AccountBook

_log = structlog.get_logger(__name__)
SESSION_S = 3600.0
_MOST_SESSIONS = 64
_WINDOW_MIN = 15
_OF_USER = RateLimitItemPerMinute(5, _WINDOW_MIN)
"""Of one user from one address."""
_OF_ADDRESS = RateLimitItemPerMinute(25, _WINDOW_MIN)
_OF_ALL = RateLimitItemPerMinute(60, _WINDOW_MIN)
"""A school has few people: whoever tries from many addresses is slowed down all the same."""
_TURN_S = 10.0


class TooManyTriesError(Exception):
    """Passwords were tried too often."""


class BusyDoorError(Exception):
    """Others' passwords are being looked at; come again."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who is signed in.

    Attributes:
        account: Who, and what they may do.
        client: Their address.
        csrf_token: What their writes must carry.
        ends_s: When the session ends, seconds since the epoch.
        key: Names the session; opens nothing.
    """

    account: OfflineAccount
    client: str
    csrf_token: str = field(repr=False)
    ends_s: float
    key: str

    def may(self, right: OfflineRight) -> bool:
        """Whether they may do that."""
        return right in self.account.rights

    def knows(self, camera_id: str) -> bool:
        """Whether they may know of a camera."""
        return self.account.cameras is None or camera_id in self.account.cameras


@dataclass(slots=True)
class _Session:
    username: str
    password_hash: str = field(repr=False)
    client: str
    ends_mono_s: float
    ends_s: float
    has_looked: bool = False


class Doorkeeper:
    """Lets people in and knows who is. Thread-safe.

    Args:
        book: The people of the box.
        clock: Time.
    """

    def __init__(self, book: AccountBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._hashing = PasswordHash((Argon2Hasher(),))
        self._turn = threading.Semaphore(1)
        self._lock = threading.Lock()
        self._sessions: dict[str, _Session] = {}
        self._decoy: tuple[str | None, str] | None = None

    def sign_in(self, username: str, password: str, client: str) -> tuple[str, Guest] | None:
        """Let somebody in; answers their session's token, which is kept nowhere.

        Returns:
            None when name or password is wrong, or the command centre was not heard for too long.

        Raises:
            TooManyTriesError: It was tried too often.
            BusyDoorError: Too many try at once.
        """
        limits: list[tuple[RateLimitItem, tuple[str, ...]]] = [
            (_OF_USER, ("user", username.lower(), client)),
            (_OF_ADDRESS, ("client", client)),
            (_OF_ALL, ("all",)),
        ]
        # Counted before the password is looked at: a hundred at once are a hundred.
        if not all(self._limiter.hit(item, *key) for item, key in limits):
            raise TooManyTriesError
        account = self._book.find(username)
        if not self._fits(password, account) or account is None:
            return None
        self._limiter.clear(limits[0][0], *limits[0][1])
        return self._open(account, client)

    def guest(self, token: str) -> Guest | None:
        """Whose session a token opens, if they still may look."""
        key = _key(token)
        now_s = self._clock.mono_ns() / 1e9
        with self._lock:
            session = self._sessions.get(key)
            if session is not None and session.ends_mono_s <= now_s:
                del self._sessions[key]
                session = None
        if session is None:
            return None
        account = self._book.find(session.username)
        if account is None or account.password_hash.get_secret_value() != session.password_hash:
            self.sign_out(token)
            return None
        return Guest(account, session.client, _csrf(token), session.ends_s, key)

    def is_first_look(self, guest: Guest) -> bool:
        """Whether it is not written down yet that they look."""
        with self._lock:
            session = self._sessions.get(guest.key)
            return session is None or not session.has_looked

    def has_looked(self, guest: Guest) -> None:
        """It is written down that they look."""
        with self._lock:
            if (session := self._sessions.get(guest.key)) is not None:
                session.has_looked = True

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_key(token), None)

    def _open(self, account: OfflineAccount, client: str) -> tuple[str, Guest]:
        token = secrets.token_urlsafe(32)
        key = _key(token)
        ends_s = self._clock.utc_s() + SESSION_S
        session = _Session(
            account.username,
            account.password_hash.get_secret_value(),
            client,
            self._clock.mono_ns() / 1e9 + SESSION_S,
            ends_s,
        )
        with self._lock:
            while len(self._sessions) >= _MOST_SESSIONS:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[key] = session
        return token, Guest(account, client, _csrf(token), ends_s, key)

    def _fits(self, password: str, account: OfflineAccount | None) -> bool:
        """Whether a password fits; without an account it takes as long and does not."""
        if not self._turn.acquire(timeout=_TURN_S):
            raise BusyDoorError
        try:
            if account is None:
                self._hashing.verify(password, self._decoy_hash())
                return False
            return self._hashing.verify(password, account.password_hash.get_secret_value())
        except (PwdlibError, ValueError):
            _log.error("a person's password cannot be looked at: it is hashed in an unknown way")
            return False
        finally:
            self._turn.release()

    def _decoy_hash(self) -> str:
        """Of a password nobody has, hashed at the cost of those that people have."""
        example = self._book.any_hash()
        if self._decoy is None or self._decoy[0] != example:
            hasher = Argon2Hasher()
            if example is not None:
                cost = argon2.extract_parameters(example)
                hasher = Argon2Hasher(cost.time_cost, cost.memory_cost, cost.parallelism)
            self._decoy = example, hasher.hash(secrets.token_hex(16))
        return self._decoy[1]


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _csrf(token: str) -> str:
    return hmac.new(token.encode("utf-8", "replace"), b"csrf", hashlib.sha256).hexdigest()

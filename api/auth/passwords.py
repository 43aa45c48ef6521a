"""Passwords: argon2, off the event loop, and equally slow for users who do not exist."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from api.kit.pools import Pool

_WAITING = 32
"""Sign-ins that may wait for a thread; more are told to come back."""


@dataclass(frozen=True, slots=True)
class FirstAdmin:
    """The administrator made on first start; the password exists nowhere else in clear."""

    username: str
    password: str = field(repr=False)


def random_password() -> str:
    """A password for a person to copy once: 96 random bits in four groups."""
    alphabet = "abcdefghijkmnpqrstuvwxyz23456789"
    groups = ("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))
    return "-".join(groups)


class Passwords:
    """Hashes and verifies, on half of the cores: whoever tries passwords takes no more than that.

    Args:
        time_cost: Argon2 iterations.
        memory_kib: Argon2 memory.
    """

    def __init__(self, time_cost: int, memory_kib: int) -> None:
        hasher = Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._hashing = PasswordHash((hasher,))
        self._decoy = self._hashing.hash(secrets.token_hex(8))
        self._pool = Pool("passwords", max(1, (os.cpu_count() or 2) // 2), _WAITING)

    async def hash(self, password: str) -> str:
        """Hash a password.

        Raises:
            UnavailableError: Too many wait already.
        """
        return await self._pool.run(self._hashing.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password fits; without a hash it works as long and answers no.

        Raises:
            UnavailableError: Too many wait already.
        """
        fits = await self._pool.run(
            self._hashing.verify, password, self._decoy if password_hash is None else password_hash
        )
        return fits and password_hash is not None

    def close(self) -> None:
        """End the threads."""
        self._pool.close()

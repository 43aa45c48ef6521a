"""Passwords: argon2, off the event loop, and equally slow for users who do not exist."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher


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
    """Hashes and verifies.

    Args:
        time_cost: Argon2 iterations.
        memory_kib: Argon2 memory.
    """

    def __init__(self, time_cost: int, memory_kib: int) -> None:
        hasher = Argon2Hasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)
        self._hashing = PasswordHash((hasher,))
        self._decoy = self._hashing.hash(secrets.token_hex(8))

    async def hash(self, password: str) -> str:
        """Hash a password."""
        return await asyncio.to_thread(self._hashing.hash, password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password fits; without a hash it works as long and answers no."""
        fits = await asyncio.to_thread(
            self._hashing.verify, password, self._decoy if password_hash is None else password_hash
        )
        return fits and password_hash is not None

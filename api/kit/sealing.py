"""Seals secrets that are stored: whoever has the database alone cannot read them."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class SealBrokenError(Exception):
    """What was sealed with another key, or changed since."""


class Seal:
    """Seals and opens texts for one purpose.

    Args:
        key: The centre's key, which stands in no database.
        purpose: What was sealed for one purpose opens for no other.
    """

    def __init__(self, key: bytes, purpose: str) -> None:
        derived = HKDF(SHA256(), length=32, salt=None, info=f"mingan {purpose}".encode())
        self._fernet = Fernet(base64.urlsafe_b64encode(derived.derive(key)))

    def seal(self, text: str) -> str:
        """A text as it is stored."""
        return self._fernet.encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str:
        """The text again.

        Raises:
            SealBrokenError: If it was sealed with another key, or changed since.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise SealBrokenError from error

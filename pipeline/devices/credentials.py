"""A device's user and password, which nothing prints."""

from __future__ import annotations


class Credentials:
    """User and password; no text of it shows either. Equal and hashable by both.

    Args:
        username: As the device knows it.
        password: Its password.
    """

    __slots__ = ("_password", "_username")

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password

    @property
    def username(self) -> str:
        """The user."""
        return self._username

    def reveal(self) -> str:
        """The password: for the header that carries its hash, and for nothing that is kept."""
        return self._password

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credentials):
            return NotImplemented
        return (self._username, self._password) == (other._username, other._password)

    def __hash__(self) -> int:
        return hash((self._username, self._password))

    def __repr__(self) -> str:
        return "Credentials(***)"

    def __reduce__(self) -> str:
        raise TypeError("credentials are not written anywhere")

"""Browsers in which somebody signed in before.

Failures are counted by address, and a whole school may stand behind one. Whoever signed in from a
browser keeps a cookie that says so; their attempts are counted for that browser alone, so nobody
who guesses behind the same address can keep them out. It opens nothing: the password is asked for
as ever. It is signed with the user's password hash, so there is nothing to store, and it ends with
the password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

DEVICE_DAYS = 180


def cookie_name(username: str) -> str:
    """What the cookie is called; people who share a browser have one each."""
    digest = hashlib.sha256(username.encode("utf-8", "replace")).hexdigest()
    return f"mingan_device_{digest[:8]}"


def new_device(username: str, password_hash: str) -> str:
    """The cookie for a browser in which this user just signed in."""
    name = secrets.token_urlsafe(16)
    return f"{name}.{_signature(name, username, password_hash)}"


def device_of(cookie: str | None, username: str, password_hash: str | None) -> str | None:
    """The browser's name, if this user signed in from it since their password was last changed."""
    name, _, signature = (cookie or "").partition(".")
    if password_hash is None or not name or len(name) > 64:
        return None
    expected = _signature(name, username, password_hash)
    return name if hmac.compare_digest(expected.encode(), signature.encode()) else None


def _signature(name: str, username: str, password_hash: str) -> str:
    key = hashlib.sha256(b"device\n" + password_hash.encode()).digest()
    return hmac.new(key, f"{username}\n{name}".encode("utf-8", "replace"), "sha256").hexdigest()

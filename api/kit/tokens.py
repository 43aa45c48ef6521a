"""Tokens that open something: the database knows them by their hash, and a stolen copy opens
nothing.
"""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """A token nobody can guess."""
    return secrets.token_urlsafe(32)


def token_sha256(token: str) -> str:
    """What the database knows a token by."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

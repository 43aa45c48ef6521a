"""Seals credentials as a browser does, with libsodium itself."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode

from nacl.public import PublicKey, SealedBox


def seal_bytes(content: bytes, key: str) -> str:
    """Anything at all, sealed to a box's key."""
    return b64encode(SealedBox(PublicKey(b64decode(key))).encrypt(content)).decode()


def seal(
    key: str,
    name: str = "gate-north",
    *,
    kind: str = "camera",
    host: str = "10.0.0.8",
    username: str = "viewer",
    password: str = "",
    url: str = "",
) -> str:
    """A credential."""
    told = {"format": 1, "kind": kind, "name": name, "host": host}
    told |= {"username": username, "password": password} if password else {}
    told |= {"url": url} if url else {}
    text = json.dumps(told, ensure_ascii=False).encode()
    return seal_bytes(text.ljust(-(-len(text) // 512) * 512), key)

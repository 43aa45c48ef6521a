"""Seals credentials as a browser does, with libsodium itself."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from hashlib import blake2b

from nacl.public import Box, PrivateKey, PublicKey, SealedBox


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


def vectors() -> list[dict[str, str]]:
    """What libsodium makes of fixed keys; the console's test compares its own bytes with these.

    A sealed box's own key is random, so each is put together of libsodium's ``crypto_box`` and the
    nonce that is derived for sealed boxes, and then opened as one.
    """
    found = []
    for number, message in enumerate(("", "a", "用户名 viewer 密码 hunter2", "x" * 512), 1):
        private = PrivateKey(bytes([number] * 32))
        sender = PrivateKey(bytes([number + 100] * 32))
        public, sent = bytes(private.public_key), bytes(sender.public_key)
        nonce = blake2b(sent + public, digest_size=24).digest()
        box = Box(sender, private.public_key).encrypt(message.encode(), nonce)
        assert SealedBox(private).decrypt(sent + box.ciphertext) == message.encode()
        found.append(
            {
                "message": message,
                "key": public.hex(),
                "private": bytes(private).hex(),
                "ephemeral": bytes(sender).hex(),
                "sealed": (sent + box.ciphertext).hex(),
            }
        )
    return found


if __name__ == "__main__":  # python -m tests.support.sealing > …/libsodium.vectors.json
    print(json.dumps(vectors(), ensure_ascii=False, indent=2))

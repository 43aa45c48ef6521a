"""The bureau's key: its private half signs packages, its fingerprint travels by another way."""

from __future__ import annotations

import re
from base64 import b64encode

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from api.contract.credentials import fingerprint
from api.contract.exam_package.errors import PackageError

KEY_BYTES = 32
SIGNATURE_BYTES = KEY_BYTES + 64
"""Of the file beside the manifest: the public key, and the signature over both."""
_SIGNED = b"mingan exam package 1\x00"
_FINGERPRINT = re.compile(r"[0-9a-f]{32}")


def fingerprint_of(public: bytes) -> str:
    """A public key as two people compare it: eight groups of four."""
    return fingerprint(b64encode(public).decode())


def parse_fingerprint(text: str) -> str:
    """A fingerprint somebody typed, in its one form.

    Raises:
        PackageError: It is none.

    >>> parse_fingerprint("6668 7AAD f862 bd77 6c8f c18b 8e9f 8e20")
    '6668-7aad-f862-bd77-6c8f-c18b-8e9f-8e20'
    """
    told = re.sub(r"[\s\-–—:]", "", text).lower()
    if not _FINGERPRINT.fullmatch(told):
        raise PackageError(
            "that is no fingerprint of a key",
            where="--key",
            remedy="Write its 32 digits and letters a to f, as the bureau told them",
        )
    return "-".join(told[at : at + 4] for at in range(0, 32, 4))


def signed(key: SigningKey, manifest: bytes) -> bytes:
    """What lies beside a manifest: public key and Ed25519 signature."""
    public = bytes(key.verify_key)
    return public + key.sign(_SIGNED + public + manifest).signature


def signer_of(signature: bytes, manifest: bytes) -> bytes | None:
    """The public key that signed exactly this manifest; None where none did."""
    if len(signature) != SIGNATURE_BYTES:
        return None
    public = signature[:KEY_BYTES]
    try:
        VerifyKey(public).verify(_SIGNED + public + manifest, signature[KEY_BYTES:])
    except (CryptoError, ValueError):
        return None
    return public

"""Who may say what runs on a box: an Ed25519 key whose private half no command centre has."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey, VerifyKey

from pipeline.core.errors import UpgradeError

SIGNATURE_BYTES = 64
_SIGNED = b"mingan upgrade 1\n"
"""Goes before what is signed, so that the signature is good for nothing else."""


def public_of(key: SigningKey) -> str:
    """Its public half in Base64."""
    return b64encode(bytes(key.verify_key)).decode()


def checked_public(text: str) -> str:
    """A public key that somebody typed.

    Raises:
        UpgradeError: It is none.
    """
    try:
        VerifyKey(b64decode(text.strip(), validate=True))
    except (CryptoError, ValueError, TypeError) as error:
        raise UpgradeError(
            "this is no public key",
            where="--key",
            remedy="Give the line that `mingan upgrade key` printed",
        ) from error
    return text.strip()


def signed(key: SigningKey, manifest: bytes) -> bytes:
    """The signature that lies beside a manifest."""
    return key.sign(_SIGNED + manifest).signature


def require_signed(manifest: bytes, signature: bytes, keys: Iterable[str]) -> str:
    """Refuse what none of a box's keys signed.

    Args:
        manifest: As it was delivered.
        signature: What lay beside it.
        keys: Public keys in Base64.

    Returns:
        The key that did.

    Raises:
        UpgradeError: None of them.
    """
    known = tuple(keys)
    for key in known:
        try:
            VerifyKey(b64decode(key)).verify(_SIGNED + manifest, signature)
        except (CryptoError, ValueError, TypeError):
            continue
        return key
    raise UpgradeError(
        "it is not signed by a key that this box knows"
        if known
        else "this box knows no key, so it takes no upgrade",
        remedy="Ask whoever packed it; a box's keys are set with `mingan upgrade prepare`",
    )

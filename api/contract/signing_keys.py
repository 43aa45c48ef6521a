"""Private signing keys in files: whoever has the file can sign, so only its owner reads it."""

from __future__ import annotations

import os
from base64 import b64decode, b64encode
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.signing import SigningKey


class KeyFileError(Exception):
    """A file of a key that cannot be made or used.

    Args:
        what: One sentence without a full stop.
        where: The file.
        remedy: What to do next.
    """

    def __init__(self, what: str, *, where: Path, remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, str(where), remedy
        super().__init__(f"{where}: {what}")


def make_key(path: Path) -> SigningKey:
    """A new Ed25519 key in a file that only its owner reads; one that is there is never replaced.

    Raises:
        KeyFileError: There is one, or it cannot be written.
    """
    key = SigningKey.generate()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(b64encode(bytes(key)).decode() + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError as error:
        raise KeyFileError(
            "there is a file already",
            where=path,
            remedy="Go on with that key, or name another file: what it signed stays its own",
        ) from error
    except OSError as error:
        raise KeyFileError(f"the key cannot be written ({error.strerror})", where=path) from error
    return key


def read_key(path: Path) -> SigningKey:
    """The key of a file.

    Raises:
        KeyFileError: It cannot be read, or holds none.
    """
    try:
        return SigningKey(b64decode(path.read_bytes().strip(), validate=True))
    except OSError as error:
        raise KeyFileError(
            f"the key cannot be read ({error.strerror})",
            where=path,
            remedy="Name the key's file, or make one with the command `key`",
        ) from error
    except (CryptoError, ValueError, TypeError) as error:
        raise KeyFileError(
            "the file holds no key", where=path, remedy="Bring it back from a backup"
        ) from error

"""The key pair that credentials for a box are sealed to; its private half never leaves the box."""

from __future__ import annotations

from base64 import b64decode, b64encode
from pathlib import Path

import structlog
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, SealedBox

from api.contract.credentials import fingerprint
from pipeline.core.errors import ConfigError
from pipeline.core.private_files import write_private

KEY_NAME = "sealing.key"
_log = structlog.get_logger(__name__)


class NotOpenedError(Exception):
    """Sealed to another key, or not as it was sealed."""


class BoxKey:
    """A box's X25519 key pair.

    Attributes:
        public: Its public half in Base64.
    """

    def __init__(self, private: PrivateKey) -> None:
        self._private = private
        self.public = b64encode(bytes(private.public_key)).decode()

    def open(self, sealed: str) -> bytes:
        """What was sealed to this key.

        Raises:
            NotOpenedError: It was not, or is not whole.
        """
        try:
            return SealedBox(self._private).decrypt(b64decode(sealed, validate=True))
        except (CryptoError, ValueError, TypeError) as error:
            raise NotOpenedError from error


def box_key(data_dir: Path) -> BoxKey | None:
    """A box's key, made at its first start; None where none can be kept or read.

    A file that holds no key opens nothing any more: another one is made in its place, and the
    command centre shows that it changed.
    """
    path = data_dir / KEY_NAME
    try:
        found = _read(path)
        if found is not None:
            return _shown(BoxKey(found))
        made = PrivateKey.generate()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_private(path, b64encode(bytes(made)).decode() + "\n")
    except OSError as error:
        _log.error("the box's key cannot be kept or read: no credentials", why=error.strerror)
        return None
    return _shown(BoxKey(made))


def open_once(data_dir: Path, sealed: str) -> bytes:
    """What was sealed to this box and is kept nowhere.

    Raises:
        NotOpenedError: The box has no key, it was sealed to another, or is not whole.
    """
    try:
        found = _read(data_dir / KEY_NAME)
    except OSError as error:
        raise NotOpenedError from error
    if found is None:
        raise NotOpenedError
    return BoxKey(found).open(sealed)


def known_fingerprint(data_dir: Path) -> str:
    """Of the key that the worker made; makes none, since its file would be another user's.

    Raises:
        ConfigError: There is none, or it cannot be read.
    """
    path = data_dir / KEY_NAME
    try:
        found = _read(path)
    except OSError as error:
        raise ConfigError(
            f"the box's key cannot be read ({error.strerror})",
            where=str(path),
            remedy="Ask as the worker's user",
        ) from error
    if found is None:
        raise ConfigError(
            "this box has no key yet", where=str(path), remedy="Start its worker, and ask again"
        )
    return fingerprint(BoxKey(found).public)


def _shown(key: BoxKey) -> BoxKey:
    """Each start says whose key it is: somebody at the box compares it before it is allowed."""
    _log.info("credentials can be sealed to this box", fingerprint=fingerprint(key.public))
    return key


def _read(path: Path) -> PrivateKey | None:
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        return PrivateKey(b64decode(text.strip(), validate=True))
    except (CryptoError, ValueError, TypeError):
        _log.error("the file of the box's key holds none; another key is made", file=str(path))
        return None

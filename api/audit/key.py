"""The access log's key and anchors, kept in files: whoever has the database alone has neither."""

from __future__ import annotations

import json
import os
import secrets
from datetime import datetime
from pathlib import Path

from api.audit.chain import Anchor
from api.kit.errors import SettingsError

_KEY_BYTES = 32


def make_or_read_key(path: Path) -> tuple[bytes, bool]:
    """The key, made up when there is none; and whether it was made just now.

    Raises:
        SettingsError: If the file cannot be made, read or used.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return read_key(path), False
    except OSError as error:
        raise SettingsError(
            f"cannot be made ({error.strerror})",
            where=str(path),
            remedy="Correct audit_key_file, or the folder's owner",
        ) from error
    key = secrets.token_bytes(_KEY_BYTES)
    with os.fdopen(descriptor, "w") as file:
        file.write(key.hex() + "\n")
    return key, True


def read_key(path: Path) -> bytes:
    """The key.

    Raises:
        SettingsError: If the file cannot be read or used.
    """
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except OSError as error:
        raise SettingsError(
            f"cannot be read ({error.strerror})",
            where=str(path),
            remedy="Correct audit_key_file or the file's owner, or take it from a backup",
        ) from error
    except ValueError as error:
        raise _unusable(path) from error
    if len(key) != _KEY_BYTES:
        raise _unusable(path)
    return key


def _unusable(path: Path) -> SettingsError:
    return SettingsError(
        "is not a key of the access log",
        where=str(path),
        remedy="Bring the file back from a backup; a new key would leave the log unproven",
    )


def read_anchors(path: Path) -> list[Anchor]:
    """Heads that were kept; none without a file, and a line cut off by a power cut does not count.

    Raises:
        SettingsError: If the file cannot be read.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            "cannot be read", where=str(path), remedy="Name a file of anchors"
        ) from error
    found = []
    for line in lines:
        try:
            kept = json.loads(line)
            found.append(Anchor(int(kept["count"]), str(kept["hash"])))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def keep_anchor(path: Path, anchor: Anchor, at: datetime) -> None:
    """Append a head, unless it is the last one kept."""
    if anchor in read_anchors(path)[-1:]:
        return
    kept = {"at": at.isoformat(), "count": anchor.count, "hash": anchor.hash}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(json.dumps(kept) + "\n")
        file.flush()
        os.fsync(file.fileno())

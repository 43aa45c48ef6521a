"""What a box keeps about people is for its user alone.

New files come so by the process' mask; what an older version left readable is closed at the start.
A closed folder closes all that lies in it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")


def mask_others() -> None:
    """From now on this process makes files and folders for its user alone."""
    os.umask(_OTHERS)


def close_to_others(paths: Iterable[Path]) -> list[Path]:
    """Take everybody else's rights from files and folders that are there; what is not is no matter.

    Returns:
        Those that could not be closed, as on a file system without owners.
    """
    failed = []
    for path in paths:
        try:
            mode = stat.S_IMODE(path.stat().st_mode)
            if mode & _OTHERS:
                path.chmod(mode & ~_OTHERS)
        except FileNotFoundError:
            continue
        except OSError:
            failed.append(path)
    return failed


def database_files(path: Path) -> list[Path]:
    """A SQLite database and what lies beside it."""
    return [path.with_name(path.name + suffix) for suffix in SQLITE_SUFFIXES]


def write_private(path: Path, text: str) -> None:
    """Replace a file as a whole, whatever happens meanwhile; only its owner reads it.

    Raises:
        OSError: It cannot be written; what was there stays.
    """
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)

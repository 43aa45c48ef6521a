"""What the command centre keeps is for its user, and for one process of it, alone."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from api.kit.errors import DataFolderError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def mask_others() -> None:
    """From now on this process makes files and folders for its user alone."""
    os.umask(_OTHERS)


def close_to_others(paths: Iterable[Path]) -> list[Path]:
    """Take everybody else's rights from what an older version left readable; answers the failed."""
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


class Lock:
    """Held by the one process that serves; the kernel frees a killed one's.

    Args:
        path: The lock's file.
        what: What it stands for, as people call it.
    """

    def __init__(self, path: Path, what: str) -> None:
        self._path = path
        self._what = what
        self._fd = -1

    def acquire(self) -> None:
        """Take it.

        Raises:
            DataFolderError: Another process has it, or the file cannot be written.
        """
        try:
            self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            is_taken = isinstance(error, BlockingIOError)
            raise DataFolderError(
                f"another command centre uses this {self._what}"
                if is_taken
                else f"the {self._what} cannot be locked ({error.strerror})",
                where=str(self._path.parent),
                remedy="Stop it first, or name another folder with --data-dir"
                if is_taken
                else "Correct its owner",
            ) from error

    def release(self) -> None:
        """Let it go."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

"""One recorder a folder: a second one, or a repair, would write over the first one's shoulder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from pipeline.core.errors import ConfigError
from pipeline.recorders.errors import storage_error

LOCK_NAME = ".recorder.lock"


class RootLock:
    """Held while a process writes in a recordings folder; the kernel frees a killed one's.

    Args:
        root: The folder; made if it is not there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._fd = -1

    def acquire(self) -> None:
        """Take the folder.

        Raises:
            ConfigError: Another process has it.
            StorageError: The folder cannot be written.
        """
        if self._fd >= 0:
            return
        path = self._root / LOCK_NAME
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise ConfigError(
                "a recorder is writing in this folder",
                where=str(self._root),
                remedy="Stop the worker first, or give each worker a folder of its own",
            ) from error
        except OSError as error:
            self.release()
            raise storage_error(error, str(path)) from error

    def release(self) -> None:
        """Let the folder go."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

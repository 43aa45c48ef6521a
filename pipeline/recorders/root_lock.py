"""One recorder a folder: a second one, or a repair, would write over the first one's shoulder."""

from __future__ import annotations

from pathlib import Path

from pipeline.core.errors import ConfigError
from pipeline.core.folder_lock import FolderLock
from pipeline.recorders.errors import storage_error

LOCK_NAME = ".recorder.lock"


class RootLock:
    """Held while a process writes in a recordings folder; the kernel frees a killed one's.

    Args:
        root: The folder; made if it is not there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lock = FolderLock(root / LOCK_NAME)

    def acquire(self) -> None:
        """Take the folder.

        Raises:
            ConfigError: Another process has it.
            StorageError: The folder cannot be written.
        """
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            is_free = self._lock.acquire()
        except OSError as error:
            raise storage_error(error, str(self._root / LOCK_NAME)) from error
        if not is_free:
            raise ConfigError(
                "a recorder is writing in this folder",
                where=str(self._root),
                remedy="Stop the worker first, or give each worker a folder of its own",
            )

    def release(self) -> None:
        """Let the folder go."""
        self._lock.release()

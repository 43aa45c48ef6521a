"""One process a folder: a second one would write over the first one's shoulder."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


class FolderLock:
    """Held while a process works in a folder; the kernel frees a killed one's.

    Args:
        path: The lock's file; its folder is there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd = -1

    def acquire(self) -> bool:
        """Take it; answers whether it was free.

        Raises:
            OSError: The file cannot be written.
        """
        if self._fd >= 0:
            return True
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        except OSError:
            os.close(fd)
            raise
        self._fd = fd
        return True

    def release(self) -> None:
        """Let it go."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

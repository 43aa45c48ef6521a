"""A disk that does what a script says: full, read-only, or the last thing a process sees."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path

from pipeline.recorders.disk import DiskFile, LocalDisk
from pipeline.recorders.errors import storage_error


def kill_me() -> None:
    """What a power cut looks like to a process."""
    os.kill(os.getpid(), signal.SIGKILL)


class ScriptedDisk(LocalDisk):
    """A local disk whose writing fails while ``refuses`` is set.

    Attributes:
        refuses: errno of every write, creation and rename; 0 for none.
        free: Bytes it says are free; None for the truth.
        sticks: Names of files that cannot be removed.
        capacity: Bytes it holds; None for the truth. Full, it refuses and takes what fits.
        tears_at: Kill the process in the middle of that append (counted from 1).
    """

    def __init__(self) -> None:
        super().__init__(is_synced=False)
        self.refuses = 0
        self.free: int | None = None
        self.sticks: set[str] = set()
        self.capacity: int | None = None
        self.folder = Path()
        self.tears_at = 0
        self.appends = 0

    def create(self, path: Path) -> DiskFile:
        self.check(path)
        return _ScriptedFile(self, super().create(path), path)

    def rename(self, path: Path, new: Path) -> None:
        self.check(path)
        super().rename(path, new)

    def remove(self, path: Path) -> None:
        if self.refuses == errno.EROFS:
            self.check(path)
        if path.name in self.sticks:
            raise storage_error(OSError(errno.EIO, os.strerror(errno.EIO)), str(path))
        super().remove(path)

    def used(self) -> int:
        return sum(p.stat().st_size for p in self.folder.rglob("*.mp4*"))

    def free_bytes(self, folder: Path) -> int:
        if self.capacity is not None:
            return max(0, self.capacity - self.used())
        return super().free_bytes(folder) if self.free is None else self.free

    def check(self, path: Path) -> None:
        if self.refuses:
            error = OSError(self.refuses, os.strerror(self.refuses))
            raise storage_error(error, str(path)) from error


class _ScriptedFile:
    def __init__(self, disk: ScriptedDisk, file: DiskFile, path: Path) -> None:
        self._disk, self._file, self._path = disk, file, path

    def append(self, data: bytes) -> None:
        self._disk.appends += 1
        if self._disk.appends == self._disk.tears_at:
            self._file.append(data[: len(data) // 2])
            kill_me()
        if self._disk.capacity is not None:
            room = self._disk.capacity - self._disk.used()
            if room < len(data):
                self._file.append(data[: max(0, room)])
                error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                raise storage_error(error, str(self._path))
        if self._disk.refuses == errno.ENOSPC:
            # A full disk takes what fits.
            self._file.append(data[: len(data) // 3])
        self._disk.check(self._path)
        self._file.append(data)

    def close(self) -> None:
        self._file.close()

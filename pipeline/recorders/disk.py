"""The few things the recorder asks of a disk, in one place so that a test's disk can refuse them.

A segment's bytes are appended fragment by fragment and flushed to the platter, a rename makes it
a segment, and the folder is flushed so that the name survives a power cut too.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Protocol

from pipeline.recorders.errors import storage_error


class DiskFile(Protocol):
    """A file being written."""

    def append(self, data: bytes) -> None:
        """Add bytes at the end and flush them to the disk."""

    def close(self) -> None:
        """Let the file go; what was appended stays."""


class Disk(Protocol):
    """Where footage is written. Every method may raise ``StorageError``."""

    def create(self, path: Path) -> DiskFile:
        """A new file, with its folders."""

    def make_folder(self, folder: Path) -> None:
        """A folder, with those above it; one that is there stays."""

    def rename(self, path: Path, new: Path) -> None:
        """Give a file its final name, surviving a power cut."""

    def remove(self, path: Path) -> None:
        """Remove a file, and its folder if that leaves it empty; a missing file is removed."""

    def free_bytes(self, folder: Path) -> int:
        """Bytes an ordinary user may still write."""


class _LocalFile:
    def __init__(self, path: Path, *, is_synced: bool) -> None:
        self._path = path
        self._is_synced = is_synced
        self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)

    def append(self, data: bytes) -> None:
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._fd, view) :]
            if self._is_synced:
                os.fdatasync(self._fd)
        except OSError as error:
            raise storage_error(error, str(self._path)) from error

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            try:
                os.close(fd)
            except OSError as error:
                raise storage_error(error, str(self._path)) from error


class LocalDisk:
    """A mounted file system.

    Args:
        is_synced: Flush each fragment to the platter, so that a power cut loses no more than a
            killed process does. Off for tests and for disks with a battery.
    """

    def __init__(self, *, is_synced: bool = True) -> None:
        self._is_synced = is_synced

    def create(self, path: Path) -> DiskFile:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _LocalFile(path, is_synced=self._is_synced)
        except OSError as error:
            raise storage_error(error, str(path)) from error

    def make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, str(folder)) from error

    def rename(self, path: Path, new: Path) -> None:
        try:
            path.rename(new)
            if self._is_synced:
                folder = os.open(new.parent, os.O_RDONLY)
                try:
                    os.fsync(folder)
                finally:
                    os.close(folder)
        except OSError as error:
            raise storage_error(error, str(path)) from error

    def remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, str(path)) from error
        try:
            path.parent.rmdir()
        except OSError:
            return  # not empty, or gone

    def free_bytes(self, folder: Path) -> int:
        try:
            return shutil.disk_usage(folder).free
        except OSError as error:
            raise storage_error(error, str(folder)) from error

"""Notices that the configuration file changed, and hands on only what passes every check."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import structlog

from pipeline.core.errors import ConfigError, MinganError
from pipeline.runtime.check import checked_box
from pipeline.runtime.config import BoxConfig

_log = structlog.get_logger(__name__)
_Mark = tuple[int, int, int] | None


class ConfigWatch:
    """Watches one file by its time, size and inode; asked every second or so by its owner's thread.

    A file that changed is read once it has been the same for two looks, so that one that is being
    written is not read. What is wrong with it is logged, each problem with file, key and remedy,
    and the old configuration goes on.

    Args:
        path: The file.
        read: Reads and checks it.
        processes: In place of its ``processes``, if given.

    Attributes:
        current: The newest configuration that passed.

    Raises:
        ConfigError: The file cannot be used to begin with.
        ModelError: A model that it names cannot.
    """

    def __init__(
        self,
        path: Path,
        read: Callable[[Path], BoxConfig] = checked_box,
        *,
        processes: int | str | None = None,
    ) -> None:
        self._path = path
        self._read_file = read
        self._processes = processes
        self._is_asked = threading.Event()
        self._seen = self._taken = _mark(path)
        self.current = self._read(path)

    def ask(self) -> None:
        """Read the file at the next look, whether it changed or not; for a signal's handler."""
        self._is_asked.set()

    def look(self) -> BoxConfig | None:
        """The new configuration, once; None when there is none or it cannot be used."""
        before, self._seen = self._seen, _mark(self._path)
        is_asked = self._is_asked.is_set()
        has_settled = self._seen != self._taken and self._seen == before
        if not (is_asked or has_settled):
            return None
        self._is_asked.clear()
        self._taken = self._seen
        try:
            found = self._read(self._path)
        except MinganError as error:
            _tell_problems(error)
            return None
        if found == self.current:
            _log.info("configuration unchanged", file=str(self._path))
            return None
        self.current = found
        return found

    def _read(self, path: Path) -> BoxConfig:
        box = self._read_file(path)
        if self._processes is None:
            return box
        return box.model_copy(update={"processes": self._processes})


def _tell_problems(error: MinganError) -> None:
    lines = error.what.splitlines() if isinstance(error, ConfigError) else []
    for line in lines if len(lines) > 1 else [error.line()]:
        _log.error("configuration not taken, the old one goes on", problem=line)


def _mark(path: Path) -> _Mark:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

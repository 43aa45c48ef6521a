"""After the index was lost: old files get their rows again, a few at a time, beside recording."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import structlog

from pipeline.recorders.errors import FootageIndexError, StorageError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.recovery import adopt, our_files

_EVERY_S = 0.5
_AGAIN_S = 300.0
_FILES = 50
_log = structlog.get_logger(__name__)


class Rebuild:
    """Looks at every file once; called now and then by the recorder's thread.

    A file or folder that cannot be read keeps no other from its row, but the index is not called
    complete meanwhile: not known is not missing.

    Args:
        root: The recorder's folder.
        index: Its index.
    """

    def __init__(self, root: Path, index: FootageIndex) -> None:
        self._root, self._index = root, index
        self._unseen: Iterator[str] | None = None
        self._unreadable: list[str] = []
        self._seen = 0
        self._next_s = float("-inf")
        self._told = ""
        self._is_complete = False

    def is_due(self, mono_s: float) -> bool:
        """Whether there is something to do now."""
        return not self._is_complete and mono_s >= self._next_s

    def step(self, mono_s: float) -> bool:
        """Look at a few files.

        Returns:
            Whether that made the index complete.
        """
        self._next_s = mono_s + _EVERY_S
        try:
            if self._unseen is None:
                if self._index.is_complete():
                    self._is_complete = True
                    return False
                self._unreadable = []
                self._unseen = our_files(self._root, unreadable=self._unreadable)
            few = list(islice(self._unseen, _FILES))
            for path in few:
                try:
                    adopt(self._root, self._index, path)
                except StorageError:
                    self._unreadable.append(path)
            self._seen += len(few)
            if len(few) == _FILES:
                return False
            return self._finish(mono_s)
        except (StorageError, FootageIndexError) as error:
            self._unseen = None
            if self._told != error.line():
                self._told = error.line()
                _log.warning("index not complete", error=self._told)
            return False

    def _finish(self, mono_s: float) -> bool:
        self._unseen = None
        if self._unreadable:
            self._next_s = mono_s + _AGAIN_S
            _log.warning("index not complete", unreadable=self._unreadable[:5])
            return False
        self._index.mark_complete()
        self._is_complete = True
        _log.info("index complete", files=self._seen)
        return True

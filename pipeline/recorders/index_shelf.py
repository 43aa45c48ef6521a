"""Footage as the index tells it, for a process that does not record itself.

What is being written right now is not in the index: the newest minute is missing here, and is not
said to be a gap. Nothing is written, and an index that is not there is not made.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.contract.footage.spans import Span
from pipeline.core.clock import Clock
from pipeline.recorders.errors import FootageIndexError
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.recorder import INDEX_NAME
from pipeline.recorders.shelf import Piece, Timeline, timeline_of

_OPEN_S = 180.0
"""A newest picture no older than that is followed by a segment that is still open."""


class IndexShelf:
    """A :class:`Shelf` over a recorder's folder.

    Args:
        root: The folder.
        clock: Time.
    """

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock

    def pieces(self, camera: str, after_s: float) -> list[Piece]:
        """The next finished files whose footage ends after that moment."""
        with self._index() as index:
            found = index.segments_after(camera, after_s)
        return [Piece(self._root / each.path, each.span) for each in found]

    def timeline(self, camera: str, window: Span) -> Timeline:
        """Footage and gaps of an interval; unknown when the index says nothing."""
        now_s = self._clock.utc_s()
        try:
            with self._index() as index:
                newest_s = index.newest_s(camera)
                as_of_s = now_s
                if newest_s is not None and 0 <= now_s - newest_s < _OPEN_S:
                    as_of_s = newest_s
                return timeline_of(
                    index.spans(camera, window),
                    index.absences(camera, window, as_of_s),
                    window,
                    index.cameras().get(camera),
                    as_of_s,
                    is_known=index.is_complete(),
                )
        except FootageIndexError:
            return Timeline(now_s, (), (), False)

    @contextmanager
    def _index(self) -> Iterator[FootageIndex]:
        path = self._root / INDEX_NAME
        if not path.is_file():
            raise FootageIndexError("there is no index of recordings", where=str(path))
        index = FootageIndex(path)
        try:
            yield index
        finally:
            index.close()

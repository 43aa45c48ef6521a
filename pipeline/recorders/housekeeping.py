"""Room on the disk: carries out the plan, file first and index after, and looks ahead.

Runs in the recorder's thread, so nothing else writes meanwhile. A file that cannot be removed
stays in the index; it is tried again the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from pipeline.recorders.disk import Disk
from pipeline.recorders.errors import StorageError
from pipeline.recorders.forecast import Forecast, forecast
from pipeline.recorders.index import FootageIndex, Hold
from pipeline.recorders.retention import Deletion, Holding, RetentionPolicy, plan
from pipeline.recorders.segments import LifePoint

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """How much footage may fill.

    Attributes:
        reserve_bytes: Left free on the disk for everything else.
        max_bytes: Of all footage together; None when only the disk is the limit.
    """

    reserve_bytes: int
    max_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Swept:
    """What housekeeping did.

    Attributes:
        deletions: Carried out.
        missing_bytes: Room still missing: the rest is held evidence, or could not be removed.
    """

    deletions: tuple[Deletion, ...]
    missing_bytes: int


class Housekeeper:
    """Makes room.

    Args:
        root: The recorder's folder.
        index: Where segments are remembered.
        disk: Where they are.
        room: The limits.
        zone: The school's.
        reached: Called at the points of a segment's death.
    """

    def __init__(
        self,
        root: Path,
        index: FootageIndex,
        disk: Disk,
        room: Room,
        zone: ZoneInfo,
        reached: Callable[[LifePoint], None],
    ) -> None:
        self._root, self._index, self._disk = root, index, disk
        self._room, self._zone, self._reached = room, zone, reached

    def finish_begun(self) -> None:
        """After a crash: bring deletions to their end that had removed the file.

        Raises:
            FootageIndexError: The index cannot be written.
        """
        for path in self._index.doomed():
            if (self._root / path).exists():
                self._index.spare(path)
            else:
                self._index.forget(path)

    def sweep(self, policies: Mapping[str, RetentionPolicy], now_s: float) -> Swept:
        """Delete what must go and what has to make room.

        Raises:
            StorageError: The disk does not say how full it is, or a file cannot be removed.
            FootageIndexError: The index cannot be written.
        """
        made = plan(
            self.holdings(),
            policies,
            needed_bytes=self._needed(),
            now_s=now_s,
            zone=self._zone,
        )
        done: list[Deletion] = []
        for deletion in made.deletions:
            path = deletion.holding.path
            self._index.doom(
                path,
                now_s,
                deletion.why.value,
                promised_days=deletion.promised_days,
                kept_days=deletion.kept_days,
                breaks=deletion.breaks,
            )
            try:
                self._disk.remove(self._root / path)
            except StorageError:
                self._index.spare(path)
                raise
            self._reached(LifePoint.FILE_REMOVED)
            self._index.forget(path)
            done.append(deletion)
        broken = sorted({d.holding.camera for d in done if d.breaks})
        if broken:
            _log.error("promised footage deleted to make room", cameras=broken)
        return Swept(tuple(done), made.missing_bytes)

    def look_ahead(
        self, policies: Mapping[str, RetentionPolicy], now_s: float
    ) -> dict[str, Forecast]:
        """The forecast of every camera on this disk.

        Raises:
            StorageError: The disk does not say how full it is.
            FootageIndexError: The index cannot be read.
        """
        holdings: dict[str, list[Holding]] = {camera: [] for camera in policies}
        for holding in self.holdings():
            holdings.setdefault(holding.camera, []).append(holding)
        used = sum(h.size_bytes for own in holdings.values() for h in own)
        capacity = used + self._disk.free_bytes(self._root) - self._room.reserve_bytes
        if self._room.max_bytes is not None:
            capacity = min(capacity, self._room.max_bytes)
        return forecast(
            holdings,
            policies,
            capacity_bytes=max(0, capacity),
            now_s=now_s,
            zone=self._zone,
        )

    def holdings(self) -> list[Holding]:
        """All segments as the planner sees them."""
        holds: dict[str, list[Hold]] = {}
        for hold in self._index.holds():
            holds.setdefault(hold.camera, []).append(hold)
        return [
            Holding(
                segment.camera,
                segment.path,
                segment.span,
                segment.size_bytes,
                any(
                    hold.span.start_s < segment.span.end_s
                    and segment.span.start_s < hold.span.end_s
                    for hold in holds.get(segment.camera, ())
                ),
            )
            for segment in self._index.segments()
        ]

    def _needed(self) -> int:
        needed = self._room.reserve_bytes - self._disk.free_bytes(self._root)
        if self._room.max_bytes is not None:
            needed = max(needed, self._index.size_bytes() - self._room.max_bytes)
        return max(0, needed)

"""Room on the disk: carries out the plan, file first and index after, and looks ahead.

Runs in the recorder's thread, so nothing else writes meanwhile. A file that cannot be removed
stays in the index and is tried again the next time; the next file makes room in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from api.contract.footage.school_days import days_before
from api.contract.footage.spans import Span
from pipeline.recorders.disk import Disk
from pipeline.recorders.errors import StorageError
from pipeline.recorders.forecast import Forecast, bytes_per_day, forecast
from pipeline.recorders.index import FootageIndex, Hold
from pipeline.recorders.retention import NO_PROMISE, Deletion, Holding, RetentionPolicy, plan
from pipeline.recorders.segments import LifePoint, Segment

_log = structlog.get_logger(__name__)
_MAX_STUCK = 8
"""Files that could not be removed; after so many it is the disk."""


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
        trouble: Why a file could not be removed; None when all could.
    """

    deletions: tuple[Deletion, ...]
    missing_bytes: int
    trouble: StorageError | None = None


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

    def sweep(
        self,
        policies: Mapping[str, RetentionPolicy],
        now_s: float,
        at_least_bytes: int = 0,
        *,
        aged_s: float | None = None,
    ) -> Swept:
        """Delete what must go and what has to make room.

        Args:
            policies: By camera.
            now_s: Seconds since the epoch.
            at_least_bytes: Room to make whatever the disk says of its free bytes.
            aged_s: By which moment age is judged (``AgeClock``); ``now_s`` if not given.

        Raises:
            StorageError: The disk does not say how full it is, or removes nothing.
            FootageIndexError: The index cannot be written.
        """
        by_s = now_s if aged_s is None else aged_s
        done: list[Deletion] = []
        stuck: dict[str, StorageError] = {}
        while True:
            freed = sum(deletion.holding.size_bytes for deletion in done)
            needed = max(at_least_bytes - freed, self._needed())
            made = plan(
                self._candidates(policies, needed, by_s, stuck),
                policies,
                needed_bytes=needed,
                now_s=by_s,
                zone=self._zone,
            )
            if not self._carry_out(made.deletions, now_s, done, stuck):
                break
        broken = sorted({d.holding.camera for d in done if d.breaks})
        if broken:
            _log.error("promised footage deleted to make room", cameras=broken)
        return Swept(tuple(done), made.missing_bytes, next(iter(stuck.values()), None))

    def _carry_out(
        self,
        deletions: Iterable[Deletion],
        now_s: float,
        done: list[Deletion],
        stuck: dict[str, StorageError],
    ) -> bool:
        """Delete; answers whether a file stayed, so that others have to make the room."""
        has_failed = False
        for deletion in deletions:
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
            except StorageError as error:
                self._index.spare(path)
                stuck[path] = error
                has_failed = True
                if len(stuck) >= _MAX_STUCK:
                    raise
                continue
            self._reached(LifePoint.FILE_REMOVED)
            self._index.forget(path)
            done.append(deletion)
        return has_failed

    def can_take(
        self, size_bytes: int, policies: Mapping[str, RetentionPolicy], now_s: float
    ) -> bool:
        """Whether there is room for more, or can be made without breaking a promise.

        Raises:
            StorageError: The disk does not say how full it is.
            FootageIndexError: The index cannot be read.
        """
        needed = self._needed(size_bytes)
        made = plan(
            self._candidates(policies, needed, now_s, ()),
            policies,
            needed_bytes=needed,
            now_s=now_s,
            zone=self._zone,
        )
        return made.missing_bytes == 0 and not any(each.breaks for each in made.deletions)

    def look_ahead(
        self, policies: Mapping[str, RetentionPolicy], now_s: float
    ) -> dict[str, Forecast]:
        """The forecast of every camera on this disk.

        Raises:
            StorageError: The disk does not say how full it is.
            FootageIndexError: The index cannot be read.
        """
        holds = self._holds()
        holdings: dict[str, list[Holding]] = {}
        for camera, span, size in self._index.hours():
            is_held = _touches(holds.get(camera, ()), span)
            holdings.setdefault(camera, []).append(
                Holding(camera, f"{camera}/{span.start_s}", span, size, is_held)
            )
        day = Span(now_s - 86_400.0, now_s)
        rates = {
            camera: bytes_per_day(
                [_holding(s, ()) for s in self._index.segments(camera, day)], now_s
            )
            for camera in {*holdings, *policies}
        }
        used = sum(h.size_bytes for own in holdings.values() for h in own)
        capacity = used + self._disk.free_bytes(self._root) - self._room.reserve_bytes
        if self._room.max_bytes is not None:
            capacity = min(capacity, self._room.max_bytes)
        return forecast(
            holdings,
            policies,
            rates=rates,
            capacity_bytes=max(0, capacity),
            now_s=now_s,
            zone=self._zone,
        )

    def _candidates(
        self,
        policies: Mapping[str, RetentionPolicy],
        needed_bytes: int,
        now_s: float,
        stuck: Collection[str],
    ) -> list[Holding]:
        """Segments a plan may choose: of each camera the oldest that are enough.

        Of one camera a plan always takes the oldest first, so no more of it than the room needed
        can ever be chosen, besides what is too old in any case.
        """
        holds = self._holds()
        found: list[Holding] = []
        for camera in sorted({*self._index.cameras(), *policies}):
            policy = policies.get(camera, NO_PROMISE)
            too_old_s = float("-inf")
            if policy.max_days is not None:
                too_old_s = days_before(now_s, policy.max_days, self._zone)
            enough = needed_bytes
            for segment in self._index.oldest(camera):
                if segment.span.end_s > too_old_s and enough <= 0:
                    break
                if segment.path in stuck:
                    continue
                holding = _holding(segment, holds.get(camera, ()))
                found.append(holding)
                if not holding.is_held and segment.span.end_s > too_old_s:
                    enough -= holding.size_bytes
        return found

    def _holds(self) -> dict[str, list[Hold]]:
        holds: dict[str, list[Hold]] = {}
        for hold in self._index.holds():
            holds.setdefault(hold.camera, []).append(hold)
        return holds

    def _needed(self, more_bytes: int = 0) -> int:
        """Room that is missing, if so much were added."""
        needed = self._room.reserve_bytes - self._disk.free_bytes(self._root) + more_bytes
        if self._room.max_bytes is not None:
            held = self._index.size_bytes() + more_bytes
            needed = max(needed, held - self._room.max_bytes)
        return max(0, needed)


def _touches(holds: Iterable[Hold], span: Span) -> bool:
    return any(h.span.start_s < span.end_s and span.start_s < h.span.end_s for h in holds)


def _holding(segment: Segment, holds: Iterable[Hold]) -> Holding:
    return Holding(
        segment.camera,
        segment.path,
        segment.span,
        segment.size_bytes,
        _touches(holds, segment.span),
    )

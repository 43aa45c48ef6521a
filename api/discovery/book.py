"""The last search of each box, in the memory of one process, as live view.

Candidates are no facts: what is not added is forgotten with the next search, a restart, or after an
hour. At most so many boxes are remembered, each with what one search may bring.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from api.contract.finding import MAX_CANDIDATES, FindOrder, FindRefusal, FindReport, FoundCamera
from api.discovery.errors import SearchRunsError
from api.kit.errors import BoxAwayError
from api.viewing.finds import Finds

MAX_SCANS = 64
"""Boxes; 500 candidates with a picture have some 4 MB."""
_KEPT_S = 3600.0
_SILENT_S = 60.0
"""A box reports every second."""
_JPEG = b"\xff\xd8\xff"


class ScanState(StrEnum):
    """How a search stands."""

    WAITING = "waiting"
    SEARCHING = "searching"
    OVER = "over"
    STOPPED = "stopped"
    LOST = "lost"
    REFUSED = "refused"


@dataclass(slots=True)
class Scan:
    """One search of one box.

    Attributes:
        order: What was asked.
        by: Who asked.
        begun_at: When.
        heard_s: When its box said something last, by the book's clock.
        cameras: Candidates by key, as they came.
        pictures: JPEG of a candidate, by its number from 0.
    """

    order: FindOrder
    by: str
    begun_at: datetime
    heard_s: float
    state: ScanState = ScanState.WAITING
    done: int = 0
    total: int = 0
    left_out: int = 0
    refusal: FindRefusal | None = None
    cameras: dict[str, FoundCamera] = field(default_factory=dict)
    pictures: dict[int, bytes] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether its box is still to say something."""
        return self.state in (ScanState.WAITING, ScanState.SEARCHING)


class ScanBook:
    """Searches by box; call it from the event loop only.

    Args:
        finds: Where boxes take orders.
    """

    def __init__(self, finds: Finds) -> None:
        self._finds = finds
        self._scans: dict[int, Scan] = {}

    def is_able(self, box_id: int) -> bool:
        """Whether a worker of the box is there that can search."""
        return self._finds.is_able(box_id)

    def begin(self, box_id: int, order: FindOrder, by: str, now: datetime) -> Scan:
        """Ask a box to search.

        Raises:
            SearchRunsError: It does already.
            BoxAwayError: Nobody is there who can.
        """
        self.check(box_id)
        scan = self._scans[box_id] = Scan(order, by, now, self._finds.now_s())
        self._finds.ask(box_id, order)
        return scan

    def check(self, box_id: int) -> None:
        """Whether a box can be asked now.

        Raises:
            SearchRunsError: It searches already.
            BoxAwayError: Nobody is there who can.
        """
        known = self.of(box_id)
        if known is not None and known.is_open:
            raise SearchRunsError("wait until it is over, or stop it")
        if not self.is_able(box_id):
            raise BoxAwayError("look whether the box runs, and a version that can search")

    def of(self, box_id: int) -> Scan | None:
        """The last search of a box, as it stands now."""
        self._forget()
        return self._scans.get(box_id)

    def stop(self, box_id: int) -> None:
        """Wait for it no longer."""
        scan = self.of(box_id)
        if scan is not None and scan.is_open:
            self._end(scan, ScanState.STOPPED)

    def take(self, box_id: int, scan_id: UUID, report: FindReport) -> bool:
        """A box's report; answers whether anybody waits for more."""
        scan = self.of(box_id)
        if scan is None or scan.order.scan_id != scan_id or not scan.is_open:
            return False
        scan.state = ScanState.SEARCHING
        scan.heard_s = self._finds.now_s()
        scan.done, scan.total = report.done, report.total
        scan.left_out = max(scan.left_out, report.left_out)
        for camera in report.cameras:
            self._add(scan, camera)
        if report.is_over:
            scan.refusal = report.refusal
            was_refused = report.refusal not in (None, FindRefusal.TIME_OVER)
            self._end(scan, ScanState.REFUSED if was_refused else ScanState.OVER)
        return scan.is_open

    def _add(self, scan: Scan, camera: FoundCamera) -> None:
        if camera.key in scan.cameras:
            return  # a report that came twice
        if len(scan.cameras) >= MAX_CANDIDATES:
            scan.left_out += 1
            return
        number = len(scan.cameras)
        scan.cameras[camera.key] = camera.model_copy(update={"thumbnail": None})
        picture = _picture(camera.thumbnail)
        if picture is not None:
            scan.pictures[number] = picture

    def _end(self, scan: Scan, state: ScanState) -> None:
        scan.state = state
        self._finds.end(scan.order.scan_id)

    def _forget(self) -> None:
        """What fell silent is lost, what is old or too much is gone."""
        now_s = self._finds.now_s()
        for scan in self._scans.values():
            if scan.is_open and now_s - scan.heard_s > _SILENT_S:
                self._end(scan, ScanState.LOST)
        by_age = sorted(self._scans.items(), key=lambda each: each[1].heard_s)
        surplus = len(by_age) - MAX_SCANS
        for at, (box_id, scan) in enumerate(by_age):
            if not scan.is_open and (at < surplus or now_s - scan.heard_s > _KEPT_S):
                del self._scans[box_id]


def _picture(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if found.startswith(_JPEG) else None

"""How far a camera's own clock is from ours, and how fast it goes away from it.

Its reports are a claim like any other. Many cameras count from 1970 or 1900 until somebody sets
their clock, some report the moment they were switched on, or jump about; of those nothing is said
but why. What is believed agrees with itself: three reports in a row to a second. A clock that was
set makes one step, which is followed; one that steps again and again is unsteady.

Each report is held against the UTC of its own picture (``video/wallclock.py``), which goes by the
least delayed arrival, so the network's jitter is not in it; what the camera and the network take
from lens to arrival, some tenths of a second, is: a clock that is right shows a little behind.
"""

from __future__ import annotations

import statistics
import threading
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

EARLIEST_UTC_S = 946_684_800.0
"""2000-01-01: what is before counts from 1970 or 1900, and is no time of day."""
AGREE = 3
"""Reports that must agree before they are believed."""
_AGREE_S = 1.0
_UNSETTLED_S = 120.0
"""Without agreement for so long the reports are unsteady."""
_STEPS = 3
_STEPS_WITHIN_S = 3600.0
"""A clock is set once, after a restart twice; one set so often within an hour is unsteady."""
STALE_S = 600.0
"""So long after the last report nothing is known any more."""
_POINT_S = 300.0
_POINTS = 288
"""The drift is that of a day at most, by the median of each five minutes."""
_DRIFT_AFTER_S = 3600.0
"""Within less, jitter of a hundredth of a second would show as a second a day."""


class ClockDoubt(StrEnum):
    """Why nothing is said of a camera's clock."""

    NO_REPORTS = "no_reports"
    IMPLAUSIBLE = "implausible"
    UNSTEADY = "unsteady"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What is known of a camera's clock.

    Attributes:
        offset_s: Camera minus ours; positive when it is fast. None while unknown.
        drift_s_per_day: By how much that grows in a day; None before an hour was measured.
        measured_utc_s: When the newest report of it came.
        doubt: Why ``offset_s`` is unknown; None when it is known.
    """

    offset_s: float | None = None
    drift_s_per_day: float | None = None
    measured_utc_s: float | None = None
    doubt: ClockDoubt | None = ClockDoubt.NO_REPORTS


class CameraClock:
    """Judges one camera's reports, over all its sessions. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reading = ClockReading()
        self._reported_ns: int | None = None
        self._agreed_ns: int | None = None
        self._latest: deque[float] = deque(maxlen=AGREE)
        self._offset_s: float | None = None
        self._steps_ns: deque[int] = deque(maxlen=_STEPS)
        self._drift = _Drift()

    def reported(self, camera_utc_s: float, utc_s: float, mono_ns: int) -> None:
        """Take a report.

        Args:
            camera_utc_s: When a picture was taken by the camera's clock.
            utc_s: The same by ours.
            mono_ns: The monotonic clock now.
        """
        with self._lock:
            self._reported_ns = mono_ns
            if camera_utc_s < EARLIEST_UTC_S:
                self._latest.clear()
                self._offset_s = self._agreed_ns = None
                self._drift = _Drift()
                self._reading = ClockReading(measured_utc_s=utc_s, doubt=ClockDoubt.IMPLAUSIBLE)
                return
            self._latest.append(camera_utc_s - utc_s)
            if len(self._latest) == AGREE and max(self._latest) - min(self._latest) <= _AGREE_S:
                self._agreed_ns = mono_ns
                self._believe(statistics.median(self._latest), utc_s, mono_ns)
            elif self._agreed_ns is None:
                self._agreed_ns = mono_ns  # from here on agreement is waited for
            elif mono_ns - self._agreed_ns > _UNSETTLED_S * 1e9:
                self._reading = ClockReading(measured_utc_s=utc_s, doubt=ClockDoubt.UNSTEADY)

    def reading(self, mono_ns: int) -> ClockReading:
        """What is known now.

        Args:
            mono_ns: The monotonic clock now.
        """
        with self._lock:
            if self._reported_ns is None or mono_ns - self._reported_ns > STALE_S * 1e9:
                return ClockReading(measured_utc_s=self._reading.measured_utc_s)
            return self._reading

    def _believe(self, offset_s: float, utc_s: float, mono_ns: int) -> None:
        """Take what three reports agree on; with the lock held."""
        if self._offset_s is not None and abs(offset_s - self._offset_s) > _AGREE_S:
            self._steps_ns.append(mono_ns)
            self._drift = _Drift()
        self._offset_s = offset_s
        drift_s_per_day = self._drift.add(mono_ns / 1e9, offset_s)
        steps = self._steps_ns
        if len(steps) == _STEPS and mono_ns - steps[0] <= _STEPS_WITHIN_S * 1e9:
            self._reading = ClockReading(measured_utc_s=utc_s, doubt=ClockDoubt.UNSTEADY)
        else:
            self._reading = ClockReading(offset_s, drift_s_per_day, utc_s, None)


class _Drift:
    """How an offset grows: the slope of its medians of five minutes each."""

    def __init__(self) -> None:
        self._since_s: float | None = None
        self._gathered: list[float] = []
        self._points: deque[tuple[float, float]] = deque(maxlen=_POINTS)
        self._per_day: float | None = None

    def add(self, mono_s: float, offset_s: float) -> float | None:
        """Take an offset; the drift in seconds a day, None while too little is known."""
        if self._since_s is None:
            self._since_s = mono_s
        self._gathered.append(offset_s)
        if mono_s - self._since_s >= _POINT_S:
            middle_s = (self._since_s + mono_s) / 2
            self._points.append((middle_s, statistics.median(self._gathered)))
            self._gathered.clear()
            self._since_s = mono_s
            if self._points[-1][0] - self._points[0][0] >= _DRIFT_AFTER_S:
                times, offsets = zip(*self._points, strict=True)
                self._per_day = statistics.linear_regression(times, offsets).slope * 86_400.0
        return self._per_day

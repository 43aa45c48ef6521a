"""A device's clock against ours, and its wall time turned into our moments.

Recorders write wall time: of their own zone, often without saying which. What their clock shows
now, against ours, tells zone and error together; a whole number of quarter hours is the zone, the
rest is how wrong the clock is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pipeline.core.clock import Clock
from pipeline.devices.device import ClockOffset

QUARTER_S = 900.0
_SCHOOL_ZONE_S = 3600.0
"""A clock so wrong at most is taken for one of the school's zone."""
_AGE_NS = 600 * 10**9
RESOLUTION_S = 1.0
"""Devices say whole seconds."""


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """How a device's wall time lies to our moments.

    Attributes:
        ahead_s: Its zone: wall time minus UTC, now.
        offset: How wrong its clock is.
        zone: The zone with its changes of the clocks, where it is known to be the device's.
    """

    ahead_s: float
    offset: ClockOffset
    zone: ZoneInfo | None = None

    def ours(self, wall: datetime) -> float:
        """Our moment of a wall time of the device (naive), seconds since the epoch.

        An hour that its clock showed twice is read as the first.
        """
        if self.zone is not None:
            return wall.replace(tzinfo=self.zone).timestamp() - self.offset.seconds
        return wall.replace(tzinfo=UTC).timestamp() - self.ahead_s - self.offset.seconds

    def wall(self, our_s: float) -> datetime:
        """What its clock showed at our moment; naive, whole seconds."""
        shown_s = round(our_s + self.offset.seconds)
        if self.zone is not None:
            return datetime.fromtimestamp(shown_s, self.zone).replace(tzinfo=None)
        moment = datetime.fromtimestamp(shown_s, UTC) + timedelta(seconds=self.ahead_s)
        return moment.replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a device showed.

    Attributes:
        shown: With its zone's offset, or naive when it says none.
        asked_mono_ns: When it was asked.
        heard_mono_ns: When it had answered.
    """

    shown: datetime
    asked_mono_ns: int
    heard_mono_ns: int


class WatchedClock:
    """A device's clock, compared anew when the last comparison is old.

    Args:
        read: Asks the device; raises DeviceError.
        time: Ours.
        school: The school's zone.
    """

    def __init__(
        self, read: Callable[[], ClockReading], time: Clock, school: ZoneInfo | None
    ) -> None:
        self._read = read
        self._time = time
        self._school = school
        self._compared: tuple[int, DeviceClock] | None = None

    def get(self, *, anew: bool = False) -> DeviceClock:
        """The clock as of at most ten minutes ago, or of now.

        Raises:
            DeviceError: The device does not say.
        """
        compared = self._compared
        now_ns = self._time.mono_ns()
        if not anew and compared is not None and now_ns - compared[0] < _AGE_NS:
            return compared[1]
        reading = self._read()
        trip_ns = reading.heard_mono_ns - reading.asked_mono_ns
        since_s = (self._time.mono_ns() - reading.heard_mono_ns + trip_ns / 2) / 1e9
        clock = compare(reading.shown, self._time.utc_s() - since_s, trip_ns / 1e9, self._school)
        self._compared = (now_ns, clock)
        return clock


def compare(
    shown: datetime, ours_s: float, round_trip_s: float, school: ZoneInfo | None
) -> DeviceClock:
    """Compare a clock.

    Args:
        shown: What the device showed; with its zone's offset, or naive when it says none.
        ours_s: Our moment in the middle of asking and hearing.
        round_trip_s: From asking to hearing.
        school: The school's zone; a device there follows its changes of the clocks.
    """
    here_s = None if school is None else _ahead_s(datetime.fromtimestamp(ours_s, school))
    wall_s = shown.replace(tzinfo=UTC).timestamp() - ours_s
    if shown.tzinfo is not None:
        ahead_s = _ahead_s(shown)
    elif here_s is not None and abs(wall_s - here_s) <= _SCHOOL_ZONE_S:
        ahead_s = here_s
    else:
        ahead_s = round(wall_s / QUARTER_S) * QUARTER_S
    # The seconds were cut off: on the average half of one is missing.
    error_s = wall_s - ahead_s + RESOLUTION_S / 2
    uncertainty_s = round_trip_s / 2 + RESOLUTION_S / 2
    if abs(error_s) <= uncertainty_s:
        error_s = 0.0
    return DeviceClock(
        ahead_s, ClockOffset(error_s, uncertainty_s), school if ahead_s == here_s else None
    )


def _ahead_s(moment: datetime) -> float:
    offset = moment.utcoffset()
    return 0.0 if offset is None else offset.total_seconds()

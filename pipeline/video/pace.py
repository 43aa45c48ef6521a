"""A live stream's own clock held against the arrival of its pictures.

Cameras stamp 25 pictures a second and send 24, 21 or 12.5; some step their clock, some stop it
while they stall. Rules, recordings and clips count real seconds, so the stream's time is mapped to
them by lines that join: their slope is how many seconds pass in one second of the stream. ``Pace``
is that map, ``RateSearch`` finds a slope that has changed.

The network only ever delays, so the least delayed picture of each second tells where the stream's
clock stands. How late those are grows along a straight line when the camera counts at another rate,
and along no line when a network is busy.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from statistics import linear_regression

CATCH_UP = 0.5
"""Seconds made good in each second, once it is known that the stream's time was off."""
_BACK_S = 2.0  # B-frames step back in presentation time; older lines are no longer asked for
_SLOT_S = 1.0
_WINDOWS = (5, 12, 60)
"""Slots that are looked at: a rate far off shows at once, one of a per cent within a minute."""
_SOON_S, _GROWN_S = 1.0, 0.25
"""How much lateness must have grown along a line: in fewer than ten seconds, and in more."""
_SOON_SLOTS = 10
_LEAST_SLOPE = 0.01
"""A quartz is better than that by far; what is less is followed as jitter is."""
_STRAIGHT = 0.12
"""Farthest from the line, as a share of what has grown."""


@dataclass(frozen=True, slots=True)
class Trend:
    """Lateness that grows steadily.

    Attributes:
        slope: How much later each second is than the one before, in seconds; below 1.
        late_s: Where the line stands now.
    """

    slope: float
    late_s: float


@dataclass(frozen=True, slots=True)
class _Line:
    """From a moment of the stream on: seconds to add there, and seconds that pass in one of it."""

    from_s: float
    shift_s: float
    rate: float

    def shift_at(self, stream_s: float) -> float:
        return self.shift_s + (self.rate - 1.0) * (stream_s - self.from_s)


class Pace:
    """Maps a stream's time to real seconds; strictly increasing."""

    def __init__(self) -> None:
        self._lines = [_Line(0.0, 0.0, 1.0)]
        self._next_rate = 1.0

    @property
    def rate(self) -> float:
        """Real seconds in one second of the stream, once all is made good."""
        return self._next_rate

    def shift_s(self, stream_s: float) -> float:
        """What to add to a moment of the stream."""
        lines = self._lines
        for at in range(len(lines) - 1, 0, -1):
            if stream_s > lines[at].from_s:
                return lines[at].shift_at(stream_s)
        first = lines[0]
        return first.shift_s if first.rate == 1.0 else first.shift_at(stream_s)

    def settled_s(self, stream_s: float) -> float:
        """The moment on the map as if all were made good."""
        return stream_s + self._lines[-1].shift_at(stream_s)

    def turn(self, from_s: float, rate: float, owed_s: float = 0.0) -> None:
        """Go on at another rate, and make good what is owed, neither with a leap.

        Args:
            from_s: Moment of the stream, not before the newest that was asked for.
            rate: Real seconds in one second of the stream, above 0.
            owed_s: Seconds the map is behind; negative when it is ahead.
        """
        self._turn(from_s, self.shift_s(from_s), rate, owed_s)

    def leap(self, after_s: float, to_s: float, by_s: float) -> None:
        """Set the time anew between two pictures, without going back.

        Args:
            after_s: The stream's newest moment so far.
            to_s: The moment that is off, later than that.
            by_s: By how much to move it; what would turn time back is made good slowly.
        """
        shift_s = self.shift_s(to_s)
        room_s = max(0.0, to_s + shift_s - (after_s + self.shift_s(after_s)) - 0.001)
        moved_s = max(by_s, -room_s)
        owed_s, rate = by_s - moved_s, self._next_rate
        first_rate = _catching(rate, owed_s)
        at_s = shift_s + moved_s - (first_rate - 1.0) * (to_s - after_s)
        self._turn(after_s, at_s, rate, owed_s)

    def _turn(self, from_s: float, shift_s: float, rate: float, owed_s: float) -> None:
        lines = [line for line in self._lines if line.from_s < from_s]
        while len(lines) > 1 and lines[1].from_s < from_s - _BACK_S:
            del lines[0]
        if owed_s:
            catching = _Line(from_s, shift_s, _catching(rate, owed_s))
            from_s += abs(owed_s) / (CATCH_UP * rate)
            shift_s = catching.shift_at(from_s)
            lines.append(catching)
        self._lines = [*lines, _Line(from_s, shift_s, rate)]
        self._next_rate = rate


def _catching(rate: float, owed_s: float) -> float:
    """The rate while something is made good."""
    return rate if not owed_s else rate * (1.0 + CATCH_UP if owed_s > 0 else 1.0 - CATCH_UP)


class RateSearch:
    """Looks for lateness that grows along a line."""

    def __init__(self) -> None:
        self._slots: deque[tuple[float, float]] = deque(maxlen=_WINDOWS[-1])
        self._best: tuple[float, float] | None = None
        self._slot_s = 0.0
        self._began_s: float | None = None

    def restart(self) -> None:
        """Forget what was seen: the stream paused, or its time was set."""
        self._slots.clear()
        self._best = None
        self._began_s = None

    def age_s(self, arrived_s: float) -> float:
        """For how long pictures have come without a break."""
        return 0.0 if self._began_s is None else arrived_s - self._began_s

    def add(self, arrived_s: float, late_s: float) -> Trend | None:
        """Take a picture.

        Args:
            arrived_s: When it came, monotonic.
            late_s: By how much after its time on the map; only differences count.

        Returns:
            The trend, if there is one.
        """
        if self._began_s is None:
            self._began_s = arrived_s
        trend = None
        if self._best is not None and arrived_s - self._slot_s >= _SLOT_S:
            self._slots.append(self._best)
            self._best = None
            trend = self._trend(arrived_s)
        if self._best is None:
            self._slot_s = arrived_s
        if self._best is None or late_s < self._best[1]:
            self._best = (arrived_s, late_s)
        return trend

    def _trend(self, now_s: float) -> Trend | None:
        for count in _WINDOWS:
            if count > len(self._slots):
                break
            seen = list(islice(self._slots, len(self._slots) - count, None))
            slope, start_s = linear_regression(*zip(*seen, strict=True))
            grown_s = abs(slope) * (seen[-1][0] - seen[0][0])
            enough_s = _SOON_S if count < _SOON_SLOTS else _GROWN_S
            if abs(slope) < _LEAST_SLOPE or grown_s < enough_s:
                continue
            if max(abs(late - start_s - slope * at) for at, late in seen) <= _STRAIGHT * grown_s:
                return Trend(slope, start_s + slope * now_s)
        return None

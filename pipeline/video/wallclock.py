"""Real seconds and UTC for the pictures of a live stream, from when they arrive.

Cameras' own clocks are wrong by minutes, so a live picture's UTC comes from our clock, at the
moment its packet arrives. Arrival jitters, though, and the first packets come in a burst after the
connection is set up; presentation times do not. So UTC is media time plus an offset, and the
offset follows the arrivals slowly: earlier arrivals pull it at up to a tenth of the time that
passes (the least delayed packet tells most), later ones at up to a hundredth (a camera's quartz is
better than that).

What is farther off has a cause, and media time itself is mended (``video/pace.py``), for rules and
recordings count its seconds:

- Lateness that grows along a line is the camera's own rate, and is learned: 24 pictures a second
  that are stamped 25 times a second last as long as they really do.
- A step of more than two seconds that arrival did not take is a jump of the stream's clock: time
  goes on without it.
- A step that arrival took and the stream's clock did not is a stall in which that clock stood
  still, and time leaps over it; but not for a picture that is merely late: a parser hands a picture
  on when the next one begins, so the last one before a pause comes after it, and what a network
  held up comes all at once. Such pictures keep their places.
- When the machine's own clock is set, UTC follows at once and media time does not.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.video.pace import Pace, RateSearch, Trend

REANCHOR_S = 2.0
LATE_FOR_S = 1.0
"""Pictures that are late for so long are not late: the stream's clock stood still."""
_STEP_S = 1.5
"""Arrival and the stream's clock differ by more from one picture to the next: a step, no rate."""
_UNEXPLAINED_S = 10.0
"""A stream that is off for so long without a step or a rate is set anew all the same."""
_DISPROVED_S = 0.5
"""Earlier than a learned rate allows: it was the network's delay that grew."""
_SAME = 0.005
"""A rate so near to ours is ours."""
_LEAST_RATE, _MOST_RATE = 0.02, 50.0
_FASTER = 0.10
_SLOWER = 0.01


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a picture belongs.

    Attributes:
        media_s: Real seconds since the stream's first picture.
        utc_s: UTC in seconds since the epoch.
    """

    media_s: float
    utc_s: float


class UtcAnchor:
    """Maps one session's media time to real seconds and to UTC.

    Media time never goes back in order of presentation, and UTC only when the machine's own clock
    is set back by more than ``REANCHOR_S``: then UTC was wrong before and is right after.
    """

    def __init__(self) -> None:
        self._pace = Pace()
        self._search = RateSearch()
        self._offset_s: float | None = None
        self._max_stream_s = 0.0
        self._max_media_s = 0.0
        self._floor_utc_s = float("-inf")
        self._clock_s: float | None = None
        self._arrived_s = 0.0
        self._late_since_s: float | None = None
        self._has_stepped = False
        self._has_leapt = False
        self._rate_before: float | None = None

    @property
    def rate(self) -> float:
        """Real seconds in one second of the stream's clock; 1.0 until another one is known."""
        return self._pace.rate

    def hint(self, media_s: float, received_utc_s: float) -> None:
        """An arrival of the session's first burst; the least delayed one sets the offset.

        Only before the first call of ``place``.
        """
        offset_s = received_utc_s - media_s
        self._offset_s = offset_s if self._offset_s is None else min(self._offset_s, offset_s)

    def utc_s(self, media_s: float, received_utc_s: float, received_mono_ns: int) -> float:
        """UTC of the picture alone; see ``place``."""
        return self.place(media_s, received_utc_s, received_mono_ns).utc_s

    def shift_s(self, stream_s: float) -> float:
        """What ``place`` adds to a moment of the stream near the newest picture."""
        return self._pace.shift_s(stream_s)

    def place(self, media_s: float, received_utc_s: float, received_mono_ns: int) -> Placed:
        """The picture's time.

        Args:
            media_s: Its presentation time by the stream's own clock.
            received_utc_s: The machine's UTC when its packet arrived.
            received_mono_ns: The machine's monotonic clock at the same moment.
        """
        arrived_s = received_mono_ns / 1e9
        clock_s = received_utc_s - arrived_s
        if self._offset_s is None:
            self._offset_s = received_utc_s - media_s
        if self._clock_s is None:
            self._max_stream_s = self._max_media_s = media_s
            self._search.add(arrived_s, arrived_s - media_s)
        else:
            self._set_clock(clock_s - self._clock_s)
            self._compare(media_s, received_utc_s, arrived_s)
        self._clock_s = clock_s
        self._arrived_s = arrived_s
        self._max_stream_s = max(self._max_stream_s, media_s)
        placed_s = media_s + self._pace.shift_s(media_s)
        self._max_media_s = max(self._max_media_s, placed_s)
        return Placed(placed_s, max(placed_s + self._offset_s, self._floor_utc_s))

    def _set_clock(self, by_s: float) -> None:
        """Follow the machine's clock, if it was set."""
        if abs(by_s) <= REANCHOR_S:
            return
        assert self._offset_s is not None, "set with the first picture"
        self._offset_s += by_s
        self._floor_utc_s = float("-inf")

    def _compare(self, stream_s: float, received_utc_s: float, arrived_s: float) -> None:
        """Hold the stream's clock against the arrival."""
        assert self._offset_s is not None, "set with the first picture"
        media_s = stream_s + self._pace.shift_s(stream_s)
        late_s = received_utc_s - media_s - self._offset_s
        passed_s = max(0.0, media_s - self._max_media_s)
        waited_s = max(0.0, arrived_s - self._arrived_s)
        if abs(waited_s - passed_s) > _STEP_S:
            self._has_stepped = True
        elif abs(late_s) <= _STEP_S:
            self._has_stepped = False
        if late_s <= REANCHOR_S:
            self._late_since_s = None
        elif self._late_since_s is None:
            self._late_since_s = arrived_s
        if self._is_off(late_s, arrived_s):
            self._leap(stream_s, late_s)
        else:
            self._follow(stream_s, arrived_s, late_s, passed_s)

    def _follow(self, stream_s: float, arrived_s: float, late_s: float, passed_s: float) -> None:
        """Learn the stream's rate, or go slowly after the arrivals."""
        assert self._offset_s is not None, "set with the first picture"
        # Lateness on the lines as they will be: what is still to be made good is no trend.
        behind_s = self._pace.settled_s(stream_s) - stream_s - self._pace.shift_s(stream_s)
        raw_s = arrived_s - stream_s - self._pace.shift_s(stream_s) - behind_s
        trend = self._search.add(arrived_s, raw_s)
        if self._rate_before is not None and late_s - behind_s < -_DISPROVED_S:
            self._turn(stream_s, self._rate_before, late_s)
            self._rate_before = _ours_below(self._rate_before)
        elif trend is not None:
            self._learn(stream_s, trend, late_s + trend.late_s - raw_s)
        elif abs(late_s) <= REANCHOR_S:
            self._offset_s += min(max(late_s, -_FASTER * passed_s), _SLOWER * passed_s)

    def _is_off(self, late_s: float, arrived_s: float) -> bool:
        """Whether the stream's clock stood still or jumped."""
        if abs(late_s) <= REANCHOR_S:
            return False
        if late_s > 0 and (
            self._late_since_s is None or arrived_s - self._late_since_s < LATE_FOR_S
        ):
            return False
        is_undone = late_s < 0 and self._has_leapt  # what was held up came after all
        is_unexplained = self._search.age_s(arrived_s) >= _UNEXPLAINED_S
        return self._has_stepped or is_undone or is_unexplained

    def _leap(self, stream_s: float, late_s: float) -> None:
        after_s = self._max_stream_s
        if stream_s > after_s:
            self._pace.leap(after_s, stream_s, late_s)
        else:
            self._pace.turn(after_s, self._pace.rate, late_s)
        self._has_leapt = late_s > 0
        self._has_stepped = False
        self._late_since_s = None
        self._search.restart()

    def _learn(self, stream_s: float, trend: Trend, late_s: float) -> None:
        before = self._pace.rate
        rate = min(max(before / max(1.0 - trend.slope, 0.01), _LEAST_RATE), _MOST_RATE)
        if abs(rate - 1.0) < _SAME:
            rate = 1.0
        self._turn(stream_s, rate, late_s)
        # Growing delay looks like a slow camera; pictures that come early never lie.
        self._rate_before = before if trend.slope > 0 else _ours_below(rate)

    def _turn(self, stream_s: float, rate: float, owed_s: float) -> None:
        self._pace.turn(max(stream_s, self._max_stream_s), rate, owed_s)
        self._search.restart()


def _ours_below(rate: float) -> float | None:
    """What is believed next, if even this rate is disproved: that the camera counts as we do."""
    return 1.0 if rate > 1.0 else None

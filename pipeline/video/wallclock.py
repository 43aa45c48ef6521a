"""UTC for the pictures of a live stream, from when they arrive.

Cameras' own clocks are wrong by minutes, so a live picture's UTC comes from our clock, at the
moment its packet arrives. Arrival jitters, though, and the first packets come in a burst after the
connection is set up; presentation times do not. So UTC is media time plus an offset, and the
offset follows the arrivals slowly: earlier arrivals pull it at up to a tenth of the time that
passes (the least delayed packet tells most), later ones at up to a hundredth (a camera's quartz is
better than that). Off by more than two seconds, it is set anew, but not for a picture that is
merely late: a parser hands a picture on when the next one begins, so the last one before a pause
comes after it, and what a network held up comes all at once. Such pictures keep their places.
"""

from __future__ import annotations

REANCHOR_S = 2.0
LATE_FOR_S = 1.0
"""Pictures that are late for so long are not late: the stream's clock stood still."""
_FASTER = 0.10
_SLOWER = 0.01


class UtcAnchor:
    """Maps one session's media time to UTC.

    Never goes back in order of presentation, except when the machine's own clock is set back by
    more than ``REANCHOR_S``: then UTC was wrong before and is right after.
    """

    def __init__(self) -> None:
        self._offset_s: float | None = None
        self._max_media_s = 0.0
        self._floor_utc_s = float("-inf")
        self._last_utc_s = float("-inf")
        self._clock_s: float | None = None
        self._late_since_ns: int | None = None

    def hint(self, media_s: float, received_utc_s: float) -> None:
        """An arrival of the session's first burst; the least delayed one sets the offset.

        Only before the first call of ``utc_s``.
        """
        offset_s = received_utc_s - media_s
        self._offset_s = offset_s if self._offset_s is None else min(self._offset_s, offset_s)

    def utc_s(self, media_s: float, received_utc_s: float, received_mono_ns: int) -> float:
        """UTC of the picture, in seconds since the epoch.

        Args:
            media_s: Its presentation time.
            received_utc_s: The machine's UTC when its packet arrived.
            received_mono_ns: The machine's monotonic clock at the same moment.
        """
        clock_s = received_utc_s - received_mono_ns / 1e9
        arrival_offset_s = received_utc_s - media_s
        if self._offset_s is None:
            self._offset_s = arrival_offset_s
        elif self._clock_s is not None:
            set_by_s = clock_s - self._clock_s
            was_set_back = set_by_s < -REANCHOR_S
            late_s = arrival_offset_s - self._offset_s
            passed_s = max(0.0, media_s - self._max_media_s)
            is_late = late_s > REANCHOR_S and abs(set_by_s) <= REANCHOR_S
            if is_late and self._may_pass(received_mono_ns):
                pass  # it keeps its place
            elif abs(late_s) > REANCHOR_S:
                self._late_since_ns = None
                self._offset_s = arrival_offset_s
                self._floor_utc_s = float("-inf") if was_set_back else self._last_utc_s
                if was_set_back:
                    self._last_utc_s = float("-inf")
            else:
                self._late_since_ns = None
                self._offset_s += min(max(late_s, -_FASTER * passed_s), _SLOWER * passed_s)
        self._clock_s = clock_s
        self._max_media_s = max(self._max_media_s, media_s)
        utc_s = max(media_s + self._offset_s, self._floor_utc_s)
        self._last_utc_s = max(self._last_utc_s, utc_s)
        return utc_s

    def _may_pass(self, received_mono_ns: int) -> bool:
        """Whether pictures have been late for so short a time that they may be on time again."""
        if self._late_since_ns is None:
            self._late_since_ns = received_mono_ns
        return received_mono_ns - self._late_since_ns < LATE_FOR_S * 1e9

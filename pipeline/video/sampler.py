"""Which pictures are analysed: by time, not by counting.

A camera set to 25 pictures a second delivers 24.7, or 12 at night. Every n-th picture would make
the analysis rate depend on that; a grid on the stream's own time does not, and it does not drift.
"""

from __future__ import annotations

import math

_TOLERANCE = 1e-3
"""Of one grid step: a picture a rounding error before its grid point belongs to it."""


class Sampler:
    """Takes the first picture at or after each point of a grid of ``1 / rate_hz`` seconds.

    Args:
        rate_hz: Pictures a second to analyse; a slower stream is taken whole.
    """

    def __init__(self, rate_hz: float) -> None:
        if not rate_hz > 0 or not math.isfinite(rate_hz):
            raise ValueError(f"rate_hz must be positive, not {rate_hz}")
        self._configured_hz = rate_hz
        self._rate_hz = rate_hz
        self._last_s: float | None = None

    def wants(self, media_s: float) -> bool:
        """Whether the picture of this moment is to be analysed; ask once for each, in order."""
        if not self.would_want(media_s):
            return False
        self._last_s = media_s
        return True

    def would_want(self, media_s: float) -> bool:
        """The same without taking it; at the same rate, who is not wanted now never is."""
        rate_hz = self._rate_hz
        return self._last_s is None or _cell(media_s, rate_hz) > _cell(self._last_s, rate_hz)

    def look_less(self, share: float) -> None:
        """From now on take this share of the rate; 1.0 is all of it. Any thread may say so."""
        if not 0 < share <= 1:
            raise ValueError(f"share must be above 0 and at most 1, not {share}")
        self._rate_hz = self._configured_hz * share

    def reset(self) -> None:
        """Begin anew, as after a reconnect whose time starts at 0."""
        self._last_s = None


def _cell(media_s: float, rate_hz: float) -> int:
    return math.floor(media_s * rate_hz + _TOLERANCE)

"""The moment by which footage is too old, which trusts no single clock.

What is deleted in error cannot be had back, and a box's clock may jump by years: a dead battery, a
wrong time server. So age has a time of its own, kept in the index. It follows the system's clock,
but never faster than a few days for each day the recorder really ran; whoever is mistaken by years
has days to notice. Room on the disk is made as ever: its order depends on no clock.
"""

from __future__ import annotations

from pipeline.core.clock import Clock
from pipeline.recorders.index import FootageIndex

DAYS_A_DAY = 4.0
"""What a day of running may age footage at most: enough for a box that is switched on for eight
hours a day, and for one that was off all summer to catch up. The command centre's expiry has the
same."""
_KEPT_EVERY_S = 600.0
BEHIND_S = 2 * 86_400.0
"""So far behind the system's clock is an alarm."""


class AgeClock:
    """Moves the age of footage on.

    Args:
        index: Keeps how far it is.
        clock: UTC to follow, and a monotonic clock for what really passed.
    """

    def __init__(self, index: FootageIndex, clock: Clock) -> None:
        self._index, self._clock = index, clock
        self._seen: tuple[float, float] | None = None
        self._at_s: float | None = None
        self._kept_s: float | None = None
        self.waits = False
        """Whether it is far behind the system's clock: somebody has to look."""

    def move(self) -> float:
        """Move it on as far as may be; answers seconds since the epoch, never after now.

        Raises:
            FootageIndexError: The index cannot be read or written.
        """
        now_s, mono_s = self._clock.utc_s(), self._clock.mono_ns() / 1e9
        # A first start trusts the newest footage before it trusts the clock.
        before_s = self._at_s or self._index.aged_s() or self._index.newest_s() or now_s
        if self._seen is None or now_s < self._seen[0]:
            self._seen = (min(before_s, now_s), mono_s)
        seen_s, seen_mono_s = self._seen
        at_s = min(max(before_s, seen_s + (mono_s - seen_mono_s) * DAYS_A_DAY), now_s)
        if self._kept_s is None or not 0 <= at_s - self._kept_s < _KEPT_EVERY_S:
            self._index.aged(at_s)
            self._kept_s = at_s
        if at_s == now_s:
            self._seen = (at_s, mono_s)
        self._at_s, self.waits = at_s, now_s - at_s > BEHIND_S
        return at_s

"""The moment by which footage is too old; the index keeps it, and it trusts no single clock.

Room on the disk is made as ever: its order depends on no clock.
"""

from __future__ import annotations

from api.contract.ageing import BEHIND_S, Ageing
from pipeline.core.clock import Clock
from pipeline.recorders.index import FootageIndex

_KEPT_EVERY_S = 600.0


class AgeClock:
    """Moves the age of footage on.

    Args:
        index: Keeps how far it is.
        clock: UTC to follow, and a monotonic clock for what really passed.
    """

    def __init__(self, index: FootageIndex, clock: Clock) -> None:
        self._index, self._clock = index, clock
        self._ageing = Ageing()
        self._at_s: float | None = None
        self._kept_s: float | None = None
        self.waits = False
        """Whether it is far behind the system's clock: somebody has to look."""

    def move(self) -> float:
        """Move it on as far as may be; answers seconds since the epoch, never after now.

        Raises:
            FootageIndexError: The index cannot be read or written.
        """
        now_s = self._clock.utc_s()
        # A first start trusts the newest footage before it trusts the clock.
        before_s = self._at_s or self._index.aged_s() or self._index.newest_s() or now_s
        at_s = self._ageing.move(before_s, now_s, self._clock.mono_ns() / 1e9)
        if self._kept_s is None or not 0 <= at_s - self._kept_s < _KEPT_EVERY_S:
            self._index.aged(at_s)
            self._kept_s = at_s
        self._at_s, self.waits = at_s, now_s - at_s > BEHIND_S
        return at_s

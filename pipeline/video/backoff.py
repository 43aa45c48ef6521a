"""How long to wait before a camera is tried again.

A fixed second hammers a school's switch for as long as a camera is off (one system made 4,932
reconnects while it said "running"), and a back-off that forgets its length on every brief success
does the same to a camera that connects and dies. So: doubling, with jitter so that fifty cameras
behind one broken switch do not come back together, and reset only by health that lasted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class _MonotonicClock(Protocol):
    def mono_ns(self) -> int: ...


class Backoff:
    """The waits of one camera; not thread-safe.

    Args:
        clock: Its monotonic side measures health.
        random: Gives numbers in [0, 1), as ``random.random``.
        first_s: Longest first wait.
        max_s: Longest wait of all.
        healthy_s: Pictures for so long make the next failure a first one.
    """

    def __init__(
        self,
        clock: _MonotonicClock,
        random: Callable[[], float],
        *,
        first_s: float = 1.0,
        max_s: float = 60.0,
        healthy_s: float = 30.0,
    ) -> None:
        if not 0 < first_s <= max_s:
            raise ValueError("the first wait must be positive and not above the longest")
        self._clock = clock
        self._random = random
        self._first_s = first_s
        self._max_s = max_s
        self._healthy_s = healthy_s
        self._next_s = first_s
        self._healthy_since_ns: int | None = None

    def succeeded(self) -> None:
        """A picture came; call it for each, the first one starts the period of health."""
        if self._healthy_since_ns is None:
            self._healthy_since_ns = self._clock.mono_ns()

    def failed(self) -> float:
        """Seconds to wait before the next try: between half of the current wait and all of it."""
        since_ns = self._healthy_since_ns
        self._healthy_since_ns = None
        if since_ns is not None and self._clock.mono_ns() - since_ns >= self._healthy_s * 1e9:
            self._next_s = self._first_s
        wait_s = self._next_s * (0.5 + 0.5 * self._random())
        self._next_s = min(self._max_s, self._next_s * 2)
        return wait_s

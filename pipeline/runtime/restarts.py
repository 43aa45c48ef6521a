"""How long to wait before a process is started again; pure."""

from __future__ import annotations

from collections import deque

WINDOW_S = 600.0
FIRST_S, LONGEST_S = 0.5, 60.0


class RestartPolicy:
    """The waits of one process: doubling for each death of the same cause within ten minutes.

    A model that cannot be loaded must not be loaded each second, and must not make a process that
    was killed for another reason wait.
    """

    def __init__(self) -> None:
        self._deaths: deque[tuple[float, str]] = deque(maxlen=256)

    def died(self, now_s: float, cause: str) -> float:
        """Seconds to wait before the next start.

        Args:
            now_s: Monotonic.
            cause: As ``exit 2``, ``SIGKILL`` or ``hung``.
        """
        self._deaths.append((now_s, cause))
        same = sum(c == cause and now_s - at_s <= WINDOW_S for at_s, c in self._deaths)
        wait_s: float = FIRST_S * 2.0 ** min(same - 1, 16)
        return min(wait_s, LONGEST_S)

"""How busy a machine's processor was since it was asked last.

From ``/proc/stat`` of Linux (proc(5)): jiffies by state since the machine started. What waits for a
disk is idle: the processor could do something else meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

PROC_STAT: Final = Path("/proc/stat")
_IDLE, _IOWAIT = 3, 4
_STATES = 8
"""Guests, which follow, are counted in the states of their host already."""


class ProcessorMeter:
    """Shares of busy time, of the whole machine.

    Args:
        source: Where the kernel tells.
    """

    def __init__(self, source: Path = PROC_STAT) -> None:
        self._source = source
        self._before = self._counted()

    def busy(self) -> float | None:
        """The share of time that all processors together worked since the last call, 0 to 1; None
        where nobody tells, or when no time has passed.
        """
        before, self._before = self._before, self._counted()
        if before is None or self._before is None:
            return None
        total, idle = (now - then for now, then in zip(self._before, before, strict=True))
        if total <= 0:
            return None
        # The kernel's idle counters may run back a little (proc(5)).
        return min(1.0, max(0.0, 1.0 - idle / total))

    def _counted(self) -> tuple[int, int] | None:
        """All jiffies, and the idle ones."""
        try:
            first = self._source.read_text("ascii").split("\n", 1)[0].split()
            counted = [int(each) for each in first[1 : _STATES + 1]]
        except (OSError, ValueError):
            return None
        if len(counted) <= _IOWAIT:
            return None
        return sum(counted), counted[_IDLE] + counted[_IOWAIT]

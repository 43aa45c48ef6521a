"""Time, injected: rules count media seconds, the outside world reads UTC.

Three times exist: the stream's own time (``media_s``), the moment a packet arrived
(``mono_ns``) and the wall clock (``utc_s``). A recording drives ``media_s`` and ``utc_s`` by its
presentation timestamps alone, so the same file gives the same alerts at any speed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FrameTime:
    """When a picture was taken.

    Attributes:
        media_s: Seconds since the first picture of this session of the stream; never goes back.
        utc_s: The same moment as seconds since the Unix epoch, UTC.
    """

    media_s: float
    utc_s: float

    def utc(self) -> datetime:
        """The moment as an aware UTC datetime."""
        return datetime.fromtimestamp(self.utc_s, UTC)


class Clock(Protocol):
    """What a room may ask of time."""

    def utc_s(self) -> float:
        """Seconds since the Unix epoch."""

    def mono_ns(self) -> int:
        """A monotonic count of nanoseconds; only differences have meaning."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class SystemClock:
    """The machine's clock."""

    def utc_s(self) -> float:
        return time.time()

    def mono_ns(self) -> int:
        return time.monotonic_ns()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that moves when told to; for tests and simulations."""

    def __init__(self, utc_s: float = 0.0) -> None:
        self._utc_s = utc_s
        self._mono_ns = 0

    def utc_s(self) -> float:
        return self._utc_s

    def mono_ns(self) -> int:
        return self._mono_ns

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move both clocks forward."""
        self._utc_s += seconds
        self._mono_ns += round(seconds * 1e9)

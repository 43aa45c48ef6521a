"""What a bus of live events is; the memory one serves a box, others may join replicas."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

EventKind = Literal["alert", "camera"]


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """Something a console should show now.

    Attributes:
        id: Grows with every event; what ``Last-Event-ID`` names.
        kind: What ``data`` is.
        data: JSON text of an ``AlertSummary`` or a ``CameraView``.
    """

    id: int
    kind: EventKind
    data: str


class Signal(Enum):
    """What a subscriber hears besides events."""

    OVERFLOWED = auto()
    """It was too slow; events were dropped and it must reload."""
    ENDED = auto()
    """Its session ended or the server stops."""
    IDLE = auto()
    """Nothing happened for the time it was willing to wait."""


class Subscription(ABC):
    """One subscriber's bounded queue."""

    @abstractmethod
    async def next(self, timeout_s: float) -> LiveEvent | Signal:
        """The next event, or a signal; after ``ENDED`` nothing follows."""


class Bus(ABC):
    """Fans events out to subscribers. Publishing never waits for a slow subscriber."""

    order: asyncio.Lock
    """Held from numbering events until they are published."""

    @abstractmethod
    def publish(self, events: Sequence[LiveEvent]) -> None:
        """Hand events, in the order of their ids, to every subscriber."""

    @abstractmethod
    def subscribe(self, session_key: str) -> AbstractContextManager[Subscription]:
        """Listen from now on, on behalf of a session."""

    @abstractmethod
    def end_session(self, session_key: str) -> None:
        """End the subscriptions of a session."""

    @abstractmethod
    def close(self) -> None:
        """End all subscriptions, also those yet to come."""


__all__ = ["Bus", "EventKind", "LiveEvent", "Signal", "Subscription"]

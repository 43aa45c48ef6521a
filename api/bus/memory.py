"""The bus of a single process."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from api.bus.base import Bus, LiveEvent, Signal, Subscription


class _MemorySubscription(Subscription):
    def __init__(self, session_key: str, capacity: int) -> None:
        self.session_key = session_key
        self._capacity = capacity
        self._waiting: deque[LiveEvent] = deque()
        self._overflowed = False
        self._ended = False
        self._wake = asyncio.Event()

    def offer(self, events: Sequence[LiveEvent]) -> None:
        if self._overflowed or not events:
            return
        if len(self._waiting) + len(events) > self._capacity:
            # Half a history is worse than none: drop all and have the console reload.
            self._waiting.clear()
            self._overflowed = True
        else:
            self._waiting.extend(events)
        self._wake.set()

    def end(self) -> None:
        self._ended = True
        self._wake.set()

    async def next(self, timeout_s: float) -> LiveEvent | Signal:
        if not self._wake.is_set():
            try:
                async with asyncio.timeout(timeout_s):
                    await self._wake.wait()
            except TimeoutError:
                return Signal.IDLE
        if self._ended:
            return Signal.ENDED
        if self._overflowed:
            self._overflowed = False
            self._wake.clear()
            return Signal.OVERFLOWED
        event = self._waiting.popleft()
        if not self._waiting:
            self._wake.clear()
        return event


class MemoryBus(Bus):
    """Asyncio fan-out; call it from the event loop only.

    Args:
        capacity: Events a subscriber may lag behind before it has to reload.
    """

    def __init__(self, capacity: int) -> None:
        self.order = asyncio.Lock()
        self._capacity = capacity
        self._subscriptions: set[_MemorySubscription] = set()
        self._closed = False

    @property
    def subscriber_count(self) -> int:
        """How many listen now."""
        return len(self._subscriptions)

    def publish(self, events: Sequence[LiveEvent]) -> None:
        for subscription in self._subscriptions:
            subscription.offer(events)

    @contextmanager
    def subscribe(self, session_key: str) -> Iterator[Subscription]:
        subscription = _MemorySubscription(session_key, self._capacity)
        if self._closed:
            subscription.end()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def end_session(self, session_key: str) -> None:
        for subscription in self._subscriptions:
            if subscription.session_key == session_key:
                subscription.end()

    def close(self) -> None:
        self._closed = True
        for subscription in self._subscriptions:
            subscription.end()

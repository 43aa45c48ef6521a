"""Hands live events to the consoles of this process, each once and in the order of their ids.

Events come from this process's own commits, from other processes by way of the relay, and from the
database, which alone is complete. Whatever comes first wins; what comes out of turn is left to
:mod:`api.bus.tail`, which reads the missing ones.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from api.bus.base import CommittedEvents, LiveEvent, Signal

Hears = Callable[[LiveEvent], bool]


class Subscription:
    """One console's bounded queue.

    Args:
        session_key: On behalf of which session.
        capacity: Events it may lag behind.
        hears: Which events are for it; the others do not fill its queue.
    """

    def __init__(self, session_key: str, capacity: int, hears: Hears) -> None:
        self.session_key = session_key
        self._hears = hears
        self._capacity = capacity
        self._waiting: deque[LiveEvent] = deque()
        self._overflowed = False
        self._ended = False
        self._wake = asyncio.Event()

    def offer(self, events: Sequence[LiveEvent]) -> None:
        """Add those that are for it, or drop everything when there is no room."""
        events = [event for event in events if self._hears(event)]
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
        """Nothing follows."""
        self._ended = True
        self._wake.set()

    async def next(self, timeout_s: float) -> LiveEvent | Signal:
        """The next event, or a signal; after ``ENDED`` nothing follows."""
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


class Bus:
    """Fans events out to subscribers; call it from the event loop only.

    Publishing never waits for a slow subscriber.

    Args:
        capacity: Events a subscriber may lag behind before it has to reload.
    """

    def __init__(self, capacity: int) -> None:
        self.order = asyncio.Lock()
        """Held from numbering events until they are published."""
        self.is_behind = asyncio.Event()
        """Set when an event came whose predecessor did not."""
        self._capacity = capacity
        self._subscriptions: set[Subscription] = set()
        self._closed = False
        self._delivered_id = 0

    @property
    def delivered_id(self) -> int:
        """The newest event that was handed out, or that was there at the start."""
        return self._delivered_id

    @property
    def subscriber_count(self) -> int:
        """How many listen now."""
        return len(self._subscriptions)

    def begin_after(self, event_id: int) -> None:
        """Nothing up to this event is handed out."""
        self._delivered_id = event_id

    def take(self, committed: CommittedEvents) -> None:
        """Hand out a transaction's events if it is their turn."""
        if committed.last_id <= self._delivered_id:
            return
        if committed.previous_id > self._delivered_id:
            self.is_behind.set()
            return
        self.publish(committed.events)

    def publish(self, events: Sequence[LiveEvent]) -> None:
        """Hand events, in the order of their ids, to every subscriber; known ones are dropped."""
        new = [event for event in events if event.id > self._delivered_id]
        if not new:
            return
        self._delivered_id = new[-1].id
        for subscription in self._subscriptions:
            subscription.offer(new)

    @contextmanager
    def subscribe(self, session_key: str, hears: Hears) -> Iterator[Subscription]:
        """Listen from now on, on behalf of a session, to what is for it."""
        subscription = Subscription(session_key, self._capacity, hears)
        if self._closed:
            subscription.end()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def end_session(self, session_key: str) -> None:
        """End the subscriptions of a session."""
        for subscription in self._subscriptions:
            if subscription.session_key == session_key:
                subscription.end()

    def close(self) -> None:
        """End all subscriptions, also those yet to come."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.end()

"""Brings together who looks and who can show, in the memory of one process.

A feed exists while somebody looks at it: the first viewer's order wakes the worker's waiting
request, the last one's going stops the worker at its next part. Nothing is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from api.contract import VideoCodec, ViewOrder, ViewOrders, ViewPoll, ViewTrouble
from api.viewing.feed import Channel, Feed, Mono, Part
from api.viewing.frames import FrameKind, frame, state_frame
from api.viewing.schemas import ChannelState

STALE_S = 5.0
"""Without a part for so long the picture stands still, and the viewer is told."""
AWAY_S = 8.0
"""Without a request of its worker for so long a camera's worker is away."""
_DEAD_S = 30.0
"""A viewer that takes nothing for so long although something waits has gone."""

FeedKey = tuple[str, tuple[VideoCodec, ...]]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who looks.

    Attributes:
        username: The person.
        client: Address the request came from.
        session_key: The session they came with.
        expires_at: When that session ends at the latest.
    """

    username: str
    client: str
    session_key: str
    expires_at: datetime


class Viewer:
    """One console's answer that carries several cameras.

    Args:
        hub: Where its pictures come from.
        owner: Who looks.
        codecs: What their browser plays.
    """

    def __init__(self, hub: Hub, owner: Owner, codecs: Sequence[VideoCodec]) -> None:
        self.id = uuid4()
        self.owner = owner
        self.codecs = tuple(codecs)
        self.is_ended = False
        self.changing = asyncio.Lock()
        self.watched: dict[str, datetime] = {}
        """Cameras whose beginning is in the access log and whose end is not."""
        self._hub = hub
        self._mono = hub.mono
        self._channels: dict[int, Channel] = {}
        self._wake = asyncio.Event()
        self._taken_s = self._mono()

    @property
    def shown(self) -> dict[int, tuple[str, tuple[VideoCodec, ...]]]:
        """What each channel shows, and in which codecs it was ordered."""
        return {
            number: (channel.feed.order.camera_id, channel.feed.order.accepts)
            for number, channel in self._channels.items()
        }

    def show(self, number: int, camera_id: str, accepts: tuple[VideoCodec, ...]) -> None:
        """Show a camera on a channel, instead of what was there."""
        self.hide(number)
        self._channels[number] = self._hub.join(number, camera_id, accepts, self._wake)
        self._wake.set()

    def hide(self, number: int) -> None:
        """Show nothing on a channel."""
        channel = self._channels.pop(number, None)
        if channel is not None:
            self._hub.leave(channel)

    def end(self) -> None:
        """Look at nothing any more."""
        self.is_ended = True
        for number in list(self._channels):
            self.hide(number)
        self._wake.set()

    def has_gone(self) -> bool:
        """Whether it took nothing for a long while, as behind a connection that died silently."""
        return not self.is_ended and self._mono() - self._taken_s > _DEAD_S

    async def next(self, timeout_s: float) -> list[bytes]:
        """The frames to send now, at most one part of each channel; one ``ALIVE`` after silence."""
        self._taken_s = self._mono()
        frames = self._frames()
        if not frames:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), timeout_s)
            frames = [] if self.is_ended else self._frames() or [frame(FrameKind.ALIVE, 0)]
        self._taken_s = self._mono()
        return frames

    def _frames(self) -> list[bytes]:
        frames = []
        for number, channel in self._channels.items():
            state = self._hub.state_of(channel.feed)
            if state != channel.told_state:
                channel.told_state = state
                camera_id = channel.feed.order.camera_id
                frames.append(state_frame(number, {"camera_id": camera_id, **state.model_dump()}))
            part = channel.take()
            if part is not None:
                frames.append(frame(part[0], number, part[1]))
        return frames


class Hub:
    """All feeds and viewers; call it from the event loop only.

    Args:
        mono: Seconds of a clock that only goes forward.
        max_viewers: Open answers at once.
    """

    def __init__(self, mono: Mono = time.monotonic, max_viewers: int = 64) -> None:
        self.mono = mono
        self._max_viewers = max_viewers
        self._feeds: dict[UUID, Feed] = {}
        self._by_key: dict[FeedKey, Feed] = {}
        self._viewers: dict[UUID, Viewer] = {}
        self._polled_s: dict[str, float] = {}
        self._waiting: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._is_closed = False
        self._finishing: set[asyncio.Task[None]] = set()

    @property
    def viewer_count(self) -> int:
        """How many look now."""
        return len(self._viewers)

    @property
    def feed_count(self) -> int:
        """How many cameras are looked at now."""
        return len(self._feeds)

    @property
    def is_full(self) -> bool:
        """Whether nobody else may look now."""
        self._drop_gone()
        return self._is_closed or len(self._viewers) >= self._max_viewers

    def enter(self, viewer: Viewer) -> None:
        """Somebody looks from now on."""
        self._viewers[viewer.id] = viewer
        if self._is_closed:
            viewer.end()

    def leave_viewer(self, viewer: Viewer) -> None:
        """They look no more."""
        viewer.end()
        self._viewers.pop(viewer.id, None)

    def finish(self, last_words: Coroutine[Any, Any, None]) -> None:
        """Run what is left to do for a viewer that has gone; ``drain`` waits for it."""
        task = asyncio.create_task(last_words)
        self._finishing.add(task)
        task.add_done_callback(self._finishing.discard)

    async def drain(self) -> None:
        """Wait for what is left to do for viewers that have gone."""
        while self._finishing:
            await asyncio.gather(*self._finishing)

    def end_session(self, session_key: str) -> None:
        """End the viewers of a session."""
        for viewer in list(self._viewers.values()):
            if viewer.owner.session_key == session_key:
                viewer.end()

    def find_viewer(self, viewer_id: UUID) -> Viewer | None:
        """An open answer."""
        return self._viewers.get(viewer_id)

    def join(
        self, number: int, camera_id: str, accepts: tuple[VideoCodec, ...], wake: asyncio.Event
    ) -> Channel:
        """A viewer looks at a camera; the first one orders its pictures."""
        key = (camera_id, accepts)
        feed = self._by_key.get(key)
        if feed is None:
            order = ViewOrder(view_id=uuid4(), camera_id=camera_id, accepts=accepts)
            feed = self._by_key[key] = self._feeds[order.view_id] = Feed(order, self.mono)
            self._tell_workers()
        return feed.join(number, wake)

    def leave(self, channel: Channel) -> None:
        """A viewer looks away; the last one ends the feed."""
        feed = channel.feed
        feed.leave(channel)
        if not feed.channels and feed.id in self._feeds:
            del self._feeds[feed.id]
            del self._by_key[feed.order.camera_id, feed.order.accepts]
            self._tell_workers()

    def is_asked_for(self, camera_id: str) -> bool:
        """Whether a worker's request for that camera's orders waits now."""
        return self._waiting.get(camera_id, 0) > 0

    def state_of(self, feed: Feed) -> ChannelState:
        """How a feed stands now."""
        now_s = self.mono()
        is_flowing = feed.last_part_s is not None and now_s - feed.last_part_s < STALE_S
        if is_flowing:
            return ChannelState(state="playing")
        camera_id = feed.order.camera_id
        polled_s = self._polled_s.get(camera_id)
        has_gone = polled_s is None or now_s - polled_s > AWAY_S
        if has_gone and not self.is_asked_for(camera_id):
            return ChannelState(state="worker_away")
        if feed.trouble is not None:
            return ChannelState(state="trouble", reason=feed.trouble, detail=feed.detail)
        return ChannelState(state="starting" if feed.last_part_s is None else "stalled")

    def find_feed(self, view_id: UUID) -> Feed | None:
        """A feed that somebody looks at."""
        return self._feeds.get(view_id)

    def take_part(self, view_id: UUID, part: Part) -> bool:
        """A worker's part; answers whether anybody still looks."""
        feed = self._feeds.get(view_id)
        if feed is None:
            return False
        feed.take(part)
        self._drop_gone()
        return bool(feed.channels)

    def take_trouble(self, view_id: UUID, trouble: ViewTrouble, detail: str) -> bool:
        """A worker has no pictures; answers whether anybody still looks."""
        feed = self._feeds.get(view_id)
        if feed is None:
            return False
        feed.trouble, feed.detail = trouble, detail
        self._drop_gone()
        return bool(feed.channels)

    async def orders(self, poll: ViewPoll, wait_s: float) -> ViewOrders:
        """What a worker is to do differently; waits until there is something."""
        self._note(poll.cameras, +1)
        try:
            deadline_s = self.mono() + wait_s
            while True:
                orders = self._difference(poll)
                left_s = deadline_s - self.mono()
                if orders.start or orders.stop or left_s <= 0 or self._is_closed:
                    return orders
                changed = self._changed
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), left_s)
        finally:
            self._note(poll.cameras, -1)

    def close(self) -> None:
        """End all answers, also those yet to come."""
        self._is_closed = True
        for viewer in self._viewers.values():
            viewer.end()
        self._tell_workers()

    def _difference(self, poll: ViewPoll) -> ViewOrders:
        cameras, serving = set(poll.cameras), set(poll.serving)
        return ViewOrders(
            start=tuple(
                feed.order
                for feed in self._feeds.values()
                if feed.id not in serving and feed.order.camera_id in cameras
            ),
            stop=tuple(view_id for view_id in poll.serving if view_id not in self._feeds),
        )

    def _note(self, cameras: Iterable[str], change: int) -> None:
        now_s = self.mono()
        for camera_id in cameras:
            self._polled_s[camera_id] = now_s
            self._waiting[camera_id] = self._waiting.get(camera_id, 0) + change

    def _tell_workers(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _drop_gone(self) -> None:
        for viewer in [viewer for viewer in self._viewers.values() if viewer.has_gone()]:
            viewer.end()

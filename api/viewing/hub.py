"""Brings together who looks and who can show, in the memory of one process.

A feed exists while somebody looks at it: the first viewer's order wakes the worker's waiting
request, the last one's going stops the worker at its next part. Recorded pictures are ordered for
one person each (``play``), and a question, as where there is footage, while somebody waits for
the answer. Nothing is stored.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine, Iterable
from typing import Any
from uuid import UUID, uuid4

from api.contract import (
    FootageAnswer,
    FootageOrder,
    PreviewAnswer,
    PreviewOrder,
    VideoCodec,
    ViewOrder,
    ViewOrders,
    ViewTrouble,
)
from api.viewing.feed import CameraRef, Channel, Feed, Mono, Part
from api.viewing.finds import Finds
from api.viewing.orders import BoxPoll
from api.viewing.play import Play
from api.viewing.questions import Questions
from api.viewing.schemas import ChannelState
from api.viewing.viewer import Viewer

STALE_S = 5.0
"""Without a part for so long the picture stands still, and the viewer is told."""
AWAY_S = 8.0
"""Without a request of its worker for so long a camera's worker is away."""

_HOLDER_AWAY_S = 40.0
"""A request waits 30 s at most; a box that did not ask again since has gone, and another may have
what it was given."""

FeedKey = tuple[int, tuple[VideoCodec, ...]]


class Hub:
    """All feeds and viewers; call it from the event loop only.

    Args:
        mono: Seconds of a clock that only goes forward.
        max_viewers: Open answers at once.

    Attributes:
        questions: What somebody waits to hear from a box.
    """

    def __init__(self, mono: Mono = time.monotonic, max_viewers: int = 64) -> None:
        self.mono = mono
        self._max_viewers = max_viewers
        self._feeds: dict[UUID, Feed] = {}
        self._by_key: dict[FeedKey, Feed] = {}
        self._viewers: dict[UUID, Viewer] = {}
        self._plays: dict[UUID, Play] = {}
        self.questions = Questions(self._tell_workers)
        self._preview_polled_s: dict[int, float] = {}
        self._shelf_polled_s: dict[int, float] = {}
        self._polled_s: dict[int, float] = {}
        self._waiting: dict[int, int] = {}
        self._given: dict[UUID, int] = {}
        """Which box each order was given to; nobody else may answer it."""
        self._box_polled_s: dict[int, float] = {}
        self._changed = asyncio.Event()
        self.finds = Finds(self._tell_workers, mono)
        self._is_closed = False
        self._finishing: set[asyncio.Task[None]] = set()

    @property
    def viewer_count(self) -> int:
        """How many look now, live or at what was recorded."""
        return len(self._viewers) + len(self._plays)

    @property
    def feed_count(self) -> int:
        """How many cameras are looked at now."""
        return len(self._feeds)

    @property
    def is_full(self) -> bool:
        """Whether nobody else may look now."""
        self._drop_gone()
        return self._is_closed or self.viewer_count >= self._max_viewers

    @property
    def is_closed(self) -> bool:
        """Whether the command centre stops."""
        return self._is_closed

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
        for play in list(self._plays.values()):
            if play.session_key == session_key:
                play.end()

    def find_viewer(self, viewer_id: UUID) -> Viewer | None:
        """An open answer."""
        return self._viewers.get(viewer_id)

    def join(
        self, number: int, camera: CameraRef, accepts: tuple[VideoCodec, ...], wake: asyncio.Event
    ) -> Channel:
        """A viewer looks at a camera; the first one orders its pictures."""
        key = (camera.key, accepts)
        feed = self._by_key.get(key)
        if feed is None:
            order = ViewOrder(view_id=uuid4(), camera_id=camera.camera_id, accepts=accepts)
            feed = Feed(camera, order, self.mono)
            self._by_key[key] = self._feeds[order.view_id] = feed
            self._tell_workers()
        return feed.join(number, wake)

    def leave(self, channel: Channel) -> None:
        """A viewer looks away; the last one ends the feed."""
        feed = channel.feed
        feed.leave(channel)
        if not feed.channels and feed.id in self._feeds:
            del self._feeds[feed.id]
            del self._by_key[feed.camera.key, feed.order.accepts]
            self._tell_workers()

    def is_asked_for(self, camera_key: int) -> bool:
        """Whether a worker's request for that camera's orders waits now."""
        return self._waiting.get(camera_key, 0) > 0

    def state_of(self, feed: Feed) -> ChannelState:
        """How a feed stands now."""
        now_s = self.mono()
        is_flowing = feed.last_part_s is not None and now_s - feed.last_part_s < STALE_S
        if is_flowing:
            return ChannelState(state="playing")
        key = feed.camera.key
        polled_s = self._polled_s.get(key)
        has_gone = polled_s is None or now_s - polled_s > AWAY_S
        if has_gone and not self.is_asked_for(key):
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

    def is_given(self, order_id: UUID, box: int) -> bool:
        """Whether an order was given to this box, so that it may answer."""
        return self._given.get(order_id) == box

    async def orders(self, poll: BoxPoll, wait_s: float) -> ViewOrders:
        """What a worker is to do differently; waits until there is something.

        Args:
            poll: Who asks, what it can show and what it works on; what it is given nobody else
                may answer while it is there.
            wait_s: How long to wait.
        """
        self._note(poll.cameras, +1)
        now_s = self.mono()
        self._shelf_polled_s.update(dict.fromkeys(poll.recordings, now_s))
        self._preview_polled_s.update(dict.fromkeys(poll.previews, now_s))
        try:
            deadline_s = self.mono() + wait_s
            while True:
                self._box_polled_s[poll.box_id] = self.mono()
                orders = self._difference(poll)
                left_s = deadline_s - self.mono()
                if orders != ViewOrders() or left_s <= 0 or self._is_closed:
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
        for play in self._plays.values():
            play.end()
        self._tell_workers()

    # --- what was recorded ------------------------------------------------------------------

    def begin_play(self, play: Play) -> None:
        """Somebody looks at what was recorded."""
        self._plays[play.id] = play
        if self._is_closed:
            play.end()
        self._tell_workers()

    def end_play(self, play: Play) -> None:
        """They look no more."""
        play.end()
        self._plays.pop(play.id, None)
        self._tell_workers()

    def find_play(self, view_id: UUID) -> Play | None:
        """A look at what was recorded that goes on."""
        self._drop_gone()
        play = self._plays.get(view_id)
        return None if play is None or play.is_ended else play

    def state_of_play(self, play: Play) -> ChannelState:
        """How it stands now."""
        if not self.has_shelf(play.camera_key):
            return ChannelState(state="worker_away")
        if play.trouble is not None:
            return ChannelState(state="trouble", reason=play.trouble)
        return ChannelState(state="playing" if play.has_begun else "starting")

    def has_shelf(self, camera_key: int) -> bool:
        """Whether a worker is there that can reach the camera's footage."""
        return self._is_there(self._shelf_polled_s, camera_key)

    async def ask_footage(
        self, camera: CameraRef, order: FootageOrder, timeout_s: float
    ) -> FootageAnswer | None:
        """Where there is footage; ``None`` when no worker says so in time."""
        if not self.has_shelf(camera.key) or self._is_closed:
            return None
        told = await self.questions.ask(camera.key, order, timeout_s)
        return told if isinstance(told, FootageAnswer) else None

    async def ask_preview(
        self, camera: CameraRef, order: PreviewOrder, timeout_s: float
    ) -> PreviewAnswer | None:
        """What rules would have raised; ``None`` when no worker says so in time."""
        if self._is_closed or not self._is_there(self._preview_polled_s, camera.key):
            return None
        told = await self.questions.ask(camera.key, order, timeout_s)
        return told if isinstance(told, PreviewAnswer) else None

    def _is_there(self, polled: dict[int, float], camera_key: int) -> bool:
        polled_s = polled.get(camera_key)
        if polled_s is None:
            return False
        return self.mono() - polled_s <= AWAY_S or self.is_asked_for(camera_key)

    def _may_have(self, order_id: UUID, box: int) -> bool:
        holder = self._given.get(order_id, box)
        is_away = self.mono() - self._box_polled_s.get(holder, 0.0) > _HOLDER_AWAY_S
        return holder == box or is_away

    def _difference(self, poll: BoxPoll) -> ViewOrders:
        cameras, serving, shelves = poll.cameras, set(poll.serving), poll.recordings
        box = poll.box_id
        known = self._feeds.keys() | self.questions.ids
        known |= {play.id for play in self._plays.values() if not play.is_ended}
        known |= self.finds.known()
        self._given = {each: holder for each, holder in self._given.items() if each in known}
        serving -= {each for each in serving if not self.is_given(each, box)}

        def is_due(order_id: UUID) -> bool:
            return order_id not in serving and self._may_have(order_id, box)

        orders = ViewOrders(
            start=tuple(
                feed.order
                for feed in self._feeds.values()
                if feed.camera.key in cameras and is_due(feed.id)
            ),
            play=tuple(
                play.order
                for play in self._plays.values()
                if play.camera_key in shelves and not play.is_ended and is_due(play.id)
            ),
            footage=self.questions.due(FootageOrder, shelves, is_due),
            preview=self.questions.due(PreviewOrder, poll.previews, is_due),
            find=self.finds.take(poll),
            stop=tuple(view_id for view_id in poll.serving if view_id not in known),
        )
        given = [each.view_id for each in (*orders.start, *orders.play)]
        given += [each.query_id for each in orders.footage]
        given += [each.query_id for each in orders.preview]
        given += [each.scan_id for each in orders.find]
        self._given |= dict.fromkeys(given, box)
        return orders

    def _note(self, cameras: Iterable[int], change: int) -> None:
        now_s = self.mono()
        for key in cameras:
            self._polled_s[key] = now_s
            self._waiting[key] = self._waiting.get(key, 0) + change

    def _tell_workers(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def _drop_gone(self) -> None:
        for viewer in [viewer for viewer in self._viewers.values() if viewer.has_gone()]:
            viewer.end()
        for play in [play for play in self._plays.values() if play.has_gone()]:
            play.end()

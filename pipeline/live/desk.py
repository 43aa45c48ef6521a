"""Takes orders of the command centre and has each served by a thread of its own.

One request for orders always waits at the command centre, so that pictures begin at once when
somebody looks. Every part's answer says whether anybody still looks, so that they end at once, too.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog

from api.contract import (
    FootageOrder,
    PlayOrder,
    PreviewAnswer,
    PreviewOrder,
    ViewOrder,
    ViewTrouble,
)
from api.contract.finding import FindOrder
from pipeline.core.errors import DeliveryError
from pipeline.live import footage
from pipeline.live.centre import POLL_S, ViewingClient
from pipeline.live.config import LiveConfig
from pipeline.live.path import PathMaker, ViewPath
from pipeline.live.tap import Draught, PacketTap
from pipeline.recorders.shelf import Shelf

_log = structlog.get_logger(__name__)
_SILENCE_S = 2.0
"""Without a packet for so long the viewers are told."""
_RETRY_S = (0.5, 10.0)
"""First and longest pause when the command centre does not answer."""


@dataclass(frozen=True, slots=True)
class LiveCamera:
    """A camera that can be shown.

    Attributes:
        tap: Its packets.
        reason: Answers why it gives no pictures, as ``auth_failed``; ``""`` when it does.
    """

    tap: PacketTap
    reason: Callable[[], str]


class Previews(Protocol):
    """Who judges kept tracks by other rules."""

    def answer(self, order: PreviewOrder, stop: threading.Event) -> PreviewAnswer:
        """What they would have raised; given up when nobody waits any more."""


class LiveDesk:
    """Serves live view, playback and previews for the cameras of one process.

    Args:
        client: The command centre.
        cameras: By id.
        config: What may be shown.
        shelves: Where the footage of recorded cameras is, by id; like ``cameras`` it may change.
        previews: Judges kept tracks; None: nobody does.
        find: Searches for cameras until it is done or the event is set; None cannot.
    """

    def __init__(
        self,
        client: ViewingClient,
        cameras: Mapping[str, LiveCamera],
        config: LiveConfig,
        shelves: Mapping[str, Shelf] | None = None,
        previews: Previews | None = None,
        find: Callable[[FindOrder, threading.Event], None] | None = None,
    ) -> None:
        self._client = client
        self._cameras = cameras
        self._config = config
        self._shelves: Mapping[str, Shelf] = {} if shelves is None else shelves
        self._previews = previews
        self._find = find
        able = {"preview": previews is not None, "find": find is not None}
        self._can = tuple(name for name, can in able.items() if can)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._serving: dict[UUID, _Service] = {}
        self._paths = PathMaker(config)
        self._thread = threading.Thread(target=self._run, name="live-orders", daemon=True)

    def start(self) -> None:
        """Begin to ask for orders."""
        self._thread.start()

    def stop(self, deadline_s: float) -> None:
        """Send nothing more; the request that waits at the command centre is given up."""
        self._stop.set()
        with self._lock:
            services = list(self._serving.values())
        for service in services:
            service.stop.set()
        for service in services:
            service.thread.join(deadline_s)

    def _run(self) -> None:
        pause_s = 0.0
        while not self._stop.is_set():
            try:
                self._take_orders()
                pause_s = 0.0
            except DeliveryError as error:
                pause_s = min(max(pause_s * 2, _RETRY_S[0]), _RETRY_S[1])
                _log.warning("no orders for live view", why=error.line(), retry_in_s=pause_s)
            except Exception:  # noqa: BLE001 -- boundary: live view's fault is not the worker's
                pause_s = _RETRY_S[1]
                _log.exception("live view failed", retry_in_s=pause_s)
            if pause_s:
                self._stop.wait(pause_s * random.uniform(0.5, 1.0))

    def _take_orders(self) -> None:
        with self._lock:
            serving = list(self._serving)
        orders = self._client.orders(
            list(self._cameras),
            serving,
            POLL_S,
            recordings=list(self._shelves),
            can=self._can,
        )
        if self._stop.is_set():
            return
        for view_id in orders.stop:
            with self._lock:
                ended = self._serving.get(view_id)
            if ended is not None:
                ended.stop.set()
        for view in orders.start:
            self._begin(view.view_id, view.camera_id, partial(self._view, order=view))
        for play in orders.play:
            self._begin(play.view_id, play.camera_id, partial(self._play, order=play))
        for asked in orders.footage:
            self._begin(asked.query_id, asked.camera_id, partial(self._tell, order=asked))
        for drawn in orders.preview:
            self._begin(drawn.query_id, drawn.camera_id, partial(self._judge, order=drawn))
        for search in orders.find:
            self._begin(search.scan_id, "search", partial(self._search, order=search))

    def _begin(self, order_id: UUID, camera_id: str, serve: Callable[[_Service], None]) -> None:
        service = _Service(order_id, camera_id)
        service.thread = threading.Thread(
            target=self._serve, args=(service, serve), name=f"live-{camera_id}", daemon=True
        )
        with self._lock:
            self._serving[order_id] = service
        service.thread.start()

    def _serve(self, service: _Service, serve: Callable[[_Service], None]) -> None:
        try:
            serve(service)
        except Exception:  # noqa: BLE001 -- boundary: one view's fault stays its own
            _log.exception("live view failed", camera=service.camera_id)
            service.stop.wait(_RETRY_S[0])
        finally:
            with self._lock:
                self._serving.pop(service.order_id, None)

    def _view(self, service: _Service, order: ViewOrder) -> None:
        if not self._config.enabled:
            self._refuse(service, ViewTrouble.NOT_ALLOWED)
        elif len(self._serving) > self._config.max_cameras:
            self._refuse(service, ViewTrouble.BUSY)
        else:
            _log.info("live view begins", camera=order.camera_id)
            try:
                self._show(service, order)
            finally:
                _log.info("live view ends", camera=order.camera_id)

    def _play(self, service: _Service, order: PlayOrder) -> None:
        if not self._config.playback:
            self._refuse(service, ViewTrouble.NOT_ALLOWED)
        elif len(self._serving) > self._config.max_cameras:
            self._refuse(service, ViewTrouble.BUSY)
        else:
            _log.info("playback begins", camera=order.camera_id, from_at=str(order.from_at))
            shelf = self._shelves[order.camera_id]
            player = footage.FootagePlayer(self._client, order, shelf, self._paths, service.stop)
            try:
                player.run()
            finally:
                _log.info("playback ends", camera=order.camera_id)

    def _tell(self, _: _Service, order: FootageOrder) -> None:
        found = footage.answer(order, self._shelves[order.camera_id])
        with contextlib.suppress(DeliveryError):
            self._client.footage(order.query_id, found)

    def _judge(self, service: _Service, order: PreviewOrder) -> None:
        if self._previews is None:
            return
        answer = self._previews.answer(order, service.stop)
        if not service.stop.is_set():
            with contextlib.suppress(DeliveryError):
                self._client.previewed(order.query_id, answer)

    def _search(self, service: _Service, order: FindOrder) -> None:
        assert self._find is not None, "it says so when it asks for orders"
        self._find(order, service.stop)

    def _refuse(self, service: _Service, trouble: ViewTrouble) -> None:
        with contextlib.suppress(DeliveryError):
            while self._client.trouble(service.order_id, trouble):
                if service.stop.wait(_SILENCE_S):
                    return

    def _show(self, service: _Service, order: ViewOrder) -> None:
        """Send until nobody looks; over a broken line begin anew with the newest pictures."""
        camera = self._cameras[order.camera_id]
        while not service.stop.is_set():
            draught = camera.tap.open()
            try:
                self._pour(service, order, camera, draught)
                return
            except DeliveryError as error:
                _log.warning("live view interrupted", camera=order.camera_id, why=error.line())
            finally:
                camera.tap.close(draught)
            service.stop.wait(_RETRY_S[0])

    def _pour(
        self, service: _Service, order: ViewOrder, camera: LiveCamera, draught: Draught
    ) -> None:
        view_id = order.view_id
        path: ViewPath | None = None
        try:
            while not service.stop.is_set():
                item = draught.get(_SILENCE_S)
                if item is None:
                    if not self._client.trouble(view_id, ViewTrouble.NO_PICTURE, camera.reason()):
                        return
                    continue
                if path is None or path.info is not item.info:
                    if not item.packet.is_keyframe:
                        continue
                    if path is not None:
                        path.close()
                        path = None
                    path = self._paths.make(order, item.info, item.packet)
                if path.trouble is not None:
                    if not self._client.trouble(view_id, path.trouble):
                        return
                    path.close()
                    path = None
                    service.stop.wait(_SILENCE_S)
                    continue
                for part in path.add(item.packet):
                    if not self._client.part(view_id, part, is_transcoded=path.is_transcoded):
                        return
        finally:
            if path is not None:
                path.close()


class _Service:
    """One order being served."""

    thread: threading.Thread

    def __init__(self, order_id: UUID, camera_id: str) -> None:
        self.order_id = order_id
        self.camera_id = camera_id
        self.stop = threading.Event()

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
from uuid import UUID

import structlog

from api.contract import VideoCodec, ViewOrder, ViewTrouble
from pipeline.core.errors import DeliveryError, SourceError
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.live.centre import POLL_S, ViewingClient
from pipeline.live.config import LiveConfig
from pipeline.live.fragments import Fragmenter, LivePart
from pipeline.live.tap import Draught, PacketTap
from pipeline.live.transcode import Transcoder
from pipeline.video.remux import is_browser_playable

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


class LiveDesk:
    """Serves live view for the cameras of one process.

    Args:
        client: The command centre.
        cameras: By id.
        config: What may be shown.
    """

    def __init__(
        self, client: ViewingClient, cameras: Mapping[str, LiveCamera], config: LiveConfig
    ) -> None:
        self._client = client
        self._cameras = cameras
        self._config = config
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._serving: dict[UUID, _Service] = {}
        self._transcodes = threading.BoundedSemaphore(max(1, config.max_transcodes))
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
        orders = self._client.orders(list(self._cameras), serving, POLL_S)
        if self._stop.is_set():
            return
        for view_id in orders.stop:
            with self._lock:
                ended = self._serving.get(view_id)
            if ended is not None:
                ended.stop.set()
        for order in orders.start:
            self._begin(order)

    def _begin(self, order: ViewOrder) -> None:
        service = _Service(order)
        service.thread = threading.Thread(
            target=self._serve, args=(service,), name=f"live-{order.camera_id}", daemon=True
        )
        with self._lock:
            self._serving[order.view_id] = service
        service.thread.start()

    def _serve(self, service: _Service) -> None:
        order = service.order
        try:
            if not self._config.enabled:
                self._refuse(service, ViewTrouble.NOT_ALLOWED)
            elif len(self._serving) > self._config.max_cameras:
                self._refuse(service, ViewTrouble.BUSY)
            else:
                _log.info("live view begins", camera=order.camera_id)
                self._show(service)
        except Exception:  # noqa: BLE001 -- boundary: one view's fault stays its own
            _log.exception("live view failed", camera=order.camera_id)
            service.stop.wait(_RETRY_S[0])
        finally:
            with self._lock:
                self._serving.pop(order.view_id, None)
            _log.info("live view ends", camera=order.camera_id)

    def _refuse(self, service: _Service, trouble: ViewTrouble) -> None:
        with contextlib.suppress(DeliveryError):
            while self._client.trouble(service.order.view_id, trouble):
                if service.stop.wait(_SILENCE_S):
                    return

    def _show(self, service: _Service) -> None:
        """Send until nobody looks; over a broken line begin anew with the newest pictures."""
        camera = self._cameras[service.order.camera_id]
        while not service.stop.is_set():
            draught = camera.tap.open()
            try:
                self._pour(service, camera, draught)
                return
            except DeliveryError as error:
                _log.warning(
                    "live view interrupted", camera=service.order.camera_id, why=error.line()
                )
            finally:
                camera.tap.close(draught)
            service.stop.wait(_RETRY_S[0])

    def _pour(self, service: _Service, camera: LiveCamera, draught: Draught) -> None:
        view_id = service.order.view_id
        path: _Path | None = None
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
                    path = self._path(service.order, item.info, item.packet)
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

    def _path(self, order: ViewOrder, info: StreamInfo, keyframe: EncodedPacket) -> _Path:
        """Copied where the browser plays it, transcoded where not and there is room for it."""
        if is_browser_playable(info, keyframe) or (
            info.codec == VideoCodec.HEVC and VideoCodec.HEVC in order.accepts
        ):
            return _Path(info)
        if self._config.max_transcodes == 0 or not self._transcodes.acquire(blocking=False):
            return _Path(info, trouble=ViewTrouble.BUSY)
        return _Path(info, release=self._transcodes.release)


class _Service:
    """One order being served."""

    thread: threading.Thread

    def __init__(self, order: ViewOrder) -> None:
        self.order = order
        self.stop = threading.Event()


class _Path:
    """What happens to one connection's packets before they are sent.

    Args:
        info: The connection's stream.
        release: Called once at the end of a transcoded path; without it packets are copied.
        trouble: Why nothing can be sent.
    """

    def __init__(
        self,
        info: StreamInfo,
        *,
        release: Callable[[], None] | None = None,
        trouble: ViewTrouble | None = None,
    ) -> None:
        self.info = info
        self.trouble = trouble
        self.is_transcoded = release is not None
        self._release = release
        self._transcoder: Transcoder | None = None
        self._fragmenter: Fragmenter | None = None
        if trouble is not None:
            return
        try:
            if release is not None:
                self._transcoder = Transcoder(info)
                info = self._transcoder.info
            self._fragmenter = Fragmenter(info)
        except SourceError:
            self.close()
            self.trouble = ViewTrouble.UNPLAYABLE

    def add(self, packet: EncodedPacket) -> list[LivePart]:
        """Take a packet; answers the parts that became complete."""
        assert self._fragmenter is not None, "a path in trouble takes nothing"
        try:
            packets = [packet] if self._transcoder is None else self._transcoder.add(packet)
            return [part for each in packets for part in self._fragmenter.add(each)]
        except SourceError:
            self.trouble = ViewTrouble.UNPLAYABLE
            return []

    def close(self) -> None:
        """Give back what it holds; more than once does no harm."""
        if self._transcoder is not None:
            self._transcoder.close()
            self._transcoder = None
        if self._release is not None:
            self._release()
            self._release = None

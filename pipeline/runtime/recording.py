"""The process that records, where others analyse: it reads every recorded camera by itself.

So footage does not depend on a model, on a busy core or on how cameras are spread, and one process
knows the whole disk and whose promise breaks first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from pipeline.core.clock import Clock, SystemClock
from pipeline.core.errors import MinganError, SourceError
from pipeline.core.guard import guarded
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.core.redact import redact_url
from pipeline.delivery.outbox import OUTBOX_NAME, Outbox
from pipeline.live.centre import ViewingClient
from pipeline.live.desk import LiveDesk
from pipeline.recorders.camera_feed import CameraFeed
from pipeline.runtime import memory
from pipeline.runtime.changes import Followed, unheard
from pipeline.runtime.config import BoxConfig, CameraConfig
from pipeline.runtime.footage import Footage
from pipeline.runtime.outlet import Outlet
from pipeline.runtime.reader import StreamReader
from pipeline.video.sources.base import PacketSource

_log = structlog.get_logger(__name__)
_TICK_S = 1.0
_BEAT_S = 5.0
_STOP_S = 8.0
_GATHER_S = 0.2


class RecordedCamera:
    """One camera whose packets go to the disk and nowhere else.

    Args:
        config: The camera.
        feed: Where its packets go.
        clock: Time.
    """

    def __init__(self, config: CameraConfig, feed: CameraFeed, clock: Clock) -> None:
        self.config = config
        self._feed = feed
        self._info: StreamInfo | None = None
        self._reader = StreamReader(
            config.id, config.source, self, clock, with_audio=config.keeps_audio
        )

    def start(self) -> None:
        """Begin; a disabled camera only says so."""
        if self.config.enabled:
            self._reader.start()
        else:
            self._feed.session_ended("disabled")

    def request_stop(self) -> None:
        """Ask the reader to end."""
        self._reader.request_stop()

    def join(self, deadline_s: float) -> None:
        """Wait for the reader."""
        self._reader.join(deadline_s)

    def opened(self, source: PacketSource) -> None:
        """A connection begins; nobody hurries."""
        self._info = source.info
        source.gather(_GATHER_S)

    def took(self, packet: EncodedPacket) -> bool:
        """Record a packet."""
        assert self._info is not None, "a packet comes after its connection was opened"
        self._feed.add(packet, self._info)
        return True

    def ended(self) -> None:
        """Nothing to add."""

    def lost(self, error: SourceError) -> None:
        """Note why there is no footage."""
        self._feed.session_ended(error.reason.value)

    def broken(self, why: str) -> None:
        """Note why there is no footage."""
        self._feed.session_ended("offline", redact_url(why))


class RecordingWorker:
    """Records the cameras of a box and shows their footage.

    Args:
        config: The box, with the recorded cameras.
        outlet: The way to the supervisor.
        clock: Time.

    Raises:
        ConfigError: A folder cannot be written, or belongs to another recorder.
    """

    def __init__(self, config: BoxConfig, outlet: Outlet, clock: Clock | None = None) -> None:
        self._config = config
        self._outlet = outlet
        self._clock = clock or SystemClock()
        self._outbox = Outbox(config.data_dir / OUTBOX_NAME, self._clock)
        self._footage = Footage(config, self._outbox, self._clock)
        self._cameras = self._made(config.cameras)
        self._viewing = ViewingClient(
            config.api.url, config.api.token, config.site.id, ca_file=config.api.ca_file
        )
        self._shelves = self._footage.shelves()
        self._live = LiveDesk(self._viewing, {}, config.live, self._shelves)

    def run(
        self,
        stop: threading.Event,
        news: Callable[[], BoxConfig | None],
        took: Callable[[Followed], None] = unheard,
    ) -> None:
        """Record until told to stop, then finish every segment."""
        self._footage.start()
        self._outlet.start()
        self._live.start()
        for camera in self._cameras.values():
            camera.start()
        _log.info("recorder started", cameras=len(self._cameras))
        try:
            self._record(stop, news, took)
        finally:
            self._shut_down()

    def _record(
        self,
        stop: threading.Event,
        news: Callable[[], BoxConfig | None],
        took: Callable[[Followed], None],
    ) -> None:
        beat_at_s = 0.0
        trim = memory.Trim()
        while not stop.is_set():
            if (changed := news()) is not None:
                took(self.follow(changed))
            now_s = self._clock.mono_ns() / 1e9
            if now_s >= beat_at_s:
                beat_at_s = now_s + _BEAT_S
                guarded("retention", self._footage.post)
                self._outlet.wake()
                self._outlet.beat(())
            trim.tend(now_s)
            stop.wait(_TICK_S)

    def _shut_down(self) -> None:
        guarded("live view", lambda: self._live.stop(_STOP_S))
        guarded("cameras", lambda: self._end(list(self._cameras.values())))
        guarded("retention", self._footage.post)
        guarded("segments", self._footage.stop)
        self._outlet.wake()
        guarded("delivery", lambda: self._outlet.stop(_STOP_S))
        guarded("viewing", self._viewing.close)
        guarded("outbox", self._outbox.close)
        _log.info("recorder stopped")

    def follow(self, wanted: BoxConfig) -> Followed:
        """Record other cameras, or for other promises; whose source is the same is not touched."""
        try:
            self._footage.follow(wanted)
        except MinganError as error:
            _log.error("configuration not taken, the old one goes on", problem=error.line())
            return Followed(is_taken=False, problem=error.line())
        new = {camera.id: camera for camera in wanted.cameras}
        ended = [
            each
            for id_, each in self._cameras.items()
            if id_ not in new or _what_counts(new[id_]) != _what_counts(each.config)
        ]
        self._end(ended)
        for camera in ended:
            is_back = camera.config.id in new
            self._footage.ended(camera.config.id, "worker_stopped" if is_back else "disabled")
            del self._cameras[camera.config.id]
        begun = self._made([c for c in wanted.cameras if c.id not in self._cameras])
        self._cameras.update(begun)
        for recorded in begun.values():
            recorded.start()
        shelves = self._footage.shelves()
        for camera_id in self._shelves.keys() - shelves.keys():
            del self._shelves[camera_id]
        self._shelves.update(shelves)
        self._config = wanted
        return Followed(is_taken=True)

    def _made(self, cameras: list[CameraConfig]) -> dict[str, RecordedCamera]:
        found = {}
        for camera in cameras:
            feed = self._footage.feed(camera.id)
            if feed is not None:
                found[camera.id] = RecordedCamera(camera, feed, self._clock)
        return found

    def _end(self, cameras: list[RecordedCamera]) -> None:
        for camera in cameras:
            camera.request_stop()
        for camera in cameras:
            camera.join(_STOP_S)


def _what_counts(camera: CameraConfig) -> tuple[object, ...]:
    return camera.source, camera.enabled, camera.keeps_audio

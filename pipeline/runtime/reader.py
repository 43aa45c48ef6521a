"""Keeps the connection to one stream: opens it, hands on its packets, tries again with back-off."""

from __future__ import annotations

import random
import threading
from typing import Protocol

import structlog

from pipeline.core.clock import Clock
from pipeline.core.errors import ConfigError, SourceError, SourceReason
from pipeline.core.packets import EncodedPacket
from pipeline.runtime.config import FileSourceConfig, RtspSourceConfig
from pipeline.video.backoff import Backoff
from pipeline.video.sources.base import PacketSource
from pipeline.video.sources.registry import SourceRequest, make_source

_log = structlog.get_logger(__name__)


class TakesPackets(Protocol):
    """Who uses a stream; called by the reader's thread."""

    def opened(self, source: PacketSource) -> None:
        """A connection was opened."""

    def took(self, packet: EncodedPacket) -> bool:
        """Take the next packet; false gives this connection up."""

    def ended(self) -> SourceError | None:
        """The connection is over; answers why, if the taker gave it up."""

    def lost(self, error: SourceError) -> None:
        """A connection ended or could not be had; there will be another try."""

    def broken(self, why: str) -> None:
        """A fault of ours or of the configuration; there will be another try."""


class StreamReader:
    """One thread that reads one stream until told to stop, or until a recording is over.

    Args:
        camera_id: For logs and errors.
        source: What to read.
        taker: Gets the packets.
        clock: Time.
        with_audio: Sound is wanted, too.
    """

    def __init__(
        self,
        camera_id: str,
        source: RtspSourceConfig | FileSourceConfig,
        taker: TakesPackets,
        clock: Clock,
        *,
        with_audio: bool = False,
    ) -> None:
        self._camera_id = camera_id
        self._config = source
        self._taker = taker
        self._with_audio = with_audio
        self._clock = clock
        self._stop = threading.Event()
        self._source: PacketSource | None = None
        self._thread = threading.Thread(target=self._run, name=f"read-{camera_id}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def request_stop(self) -> None:
        """Ask the thread to end; a blocked read is broken off."""
        self._stop.set()
        source = self._source
        if source is not None:
            source.close()

    def join(self, deadline_s: float) -> None:
        """Wait for the thread, if it was started."""
        if self._thread.ident is not None:
            self._thread.join(deadline_s)

    def _run(self) -> None:
        backoff = Backoff(self._clock, random.random)
        while not self._stop.is_set():
            try:
                finished = self._read_once(backoff)
            except SourceError as error:
                if not self._stop.is_set():
                    self._taker.lost(error)
            except ConfigError as error:
                self._taker.broken(error.line())
            except Exception as error:  # noqa: BLE001 -- boundary: one camera's fault stays its own
                _log.exception("reader failed", camera=self._camera_id)
                self._taker.broken(f"{type(error).__name__}: {error}")
            else:
                if finished:
                    return
            self._stop.wait(backoff.failed())

    def _read_once(self, backoff: Backoff) -> bool:
        """One connection, from open to its end.

        Returns:
            True if there is nothing more to come, as after a recording.
        """
        source = self._source = self._make_source()
        is_open = False
        failure: SourceError | None = None
        try:
            source.open()
            is_open = True
            self._taker.opened(source)
            first_utc_s = self._clock.utc_s()
            for packet in source.packets():
                if self._stop.is_set():
                    break
                if not source.is_live:
                    self._stop.wait(first_utc_s + packet.media_s - self._clock.utc_s())
                if not self._taker.took(packet):
                    break
                backoff.succeeded()
        finally:
            if is_open:
                failure = self._taker.ended()
            source.close()
        if failure is not None:
            try:
                raise failure
            finally:
                del failure  # its traceback holds this frame
        if not source.is_live:
            return True
        if not self._stop.is_set():
            raise SourceError(SourceReason.STALLED, "the stream ended", where=self._camera_id)
        return True

    def _make_source(self) -> PacketSource:
        source = self._config
        if isinstance(source, RtspSourceConfig):
            return make_source(
                SourceRequest(
                    source.url,
                    self._camera_id,
                    self._clock,
                    open_timeout_s=source.open_timeout_s,
                    read_timeout_s=source.read_timeout_s,
                    username=source.username,
                    password=source.password(),
                    with_audio=self._with_audio,
                )
            )
        return make_source(
            SourceRequest(
                str(source.path),
                self._camera_id,
                self._clock,
                start_utc_s=self._clock.utc_s(),
                with_audio=self._with_audio,
            )
        )

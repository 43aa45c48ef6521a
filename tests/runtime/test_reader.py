"""A reader and its connections, over real RTSP."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import pytest

from pipeline.core.clock import SystemClock
from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.packets import EncodedPacket
from pipeline.runtime.config import RtspSourceConfig
from pipeline.runtime.reader import StreamReader
from pipeline.video.sources.base import PacketSource
from tests.support.rtsp import serve
from tests.video.media import make_video


class _GivesUp:
    """Gives each connection up at its first packet, as an analysis that cannot decode it does."""

    def __init__(self) -> None:
        self.connections: list[weakref.ref[PacketSource]] = []
        self.reasons: list[SourceReason] = []
        self.has_lost = threading.Semaphore(0)

    def opened(self, source: PacketSource) -> None:
        self.connections.append(weakref.ref(source))

    def took(self, packet: EncodedPacket) -> bool:
        return False

    def ended(self) -> SourceError | None:
        return SourceError(SourceReason.UNDECODABLE, "no picture", where="gate")

    def lost(self, error: SourceError) -> None:
        self.reasons.append(error.reason)
        self.has_lost.release()

    def broken(self, why: str) -> None:
        raise AssertionError(why)


@pytest.mark.whole
def test_a_connection_that_was_given_up_is_freed_at_once(tmp_path: Path) -> None:
    film = make_video(tmp_path / "film.mp4", count=75, gop=15)
    taker = _GivesUp()
    with serve({"cam": film}) as server:
        source = RtspSourceConfig(type="rtsp", url=server.url("cam"), read_timeout_s=2.0)
        reader = StreamReader("gate", source, taker, SystemClock())
        gc.collect()
        gc.disable()
        try:
            reader.start()
            assert taker.has_lost.acquire(timeout=20)
            assert taker.has_lost.acquire(timeout=20)  # the second connection replaced the first
            assert taker.connections[0]() is None
        finally:
            gc.enable()
            reader.request_stop()
            reader.join(5.0)
    assert set(taker.reasons) == {SourceReason.UNDECODABLE}

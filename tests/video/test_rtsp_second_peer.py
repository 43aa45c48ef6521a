"""A server that is not ours, so that we do not only understand ourselves."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.video.decoder import Decoder
from pipeline.video.sources.rtsp import RtspSource
from tests.support import missing
from tests.video.media import make_video, number_of

toolkit = pytest.importorskip("aio_rtsp_toolkit.server", reason=missing.peer("aio-rtsp-toolkit"))

pytestmark = pytest.mark.dev


@contextlib.contextmanager
def toolkit_server(folder: Path) -> Iterator[int]:
    """The port of aio-rtsp-toolkit's server for the files of a folder."""
    toolkit.logger = logging.getLogger("aio-rtsp-toolkit")
    loop = asyncio.new_event_loop()
    server = toolkit.RtspServer(str(folder), host="127.0.0.1", port=0)
    ready = threading.Event()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(server.start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(server.close())
        pending = asyncio.all_tasks(loop)
        for task in pending:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(10)
    try:
        yield server._server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)


@pytest.mark.whole
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_pictures_from_another_server(tmp_path: Path, codec: str) -> None:
    make_video(tmp_path / "a.mp4", codec=codec, count=40, gop=10)
    with toolkit_server(tmp_path) as port:
        source = RtspSource(f"rtsp://127.0.0.1:{port}/a.mp4")
        info = source.open()
        numbers, times = [], []
        with Decoder(info, "cam") as decoder:
            for packet in source.packets():
                for frame in decoder.decode(packet):
                    numbers.append(number_of(frame.picture.bgr()))
                    times.append(frame.time.media_s)
                if len(numbers) >= 25:
                    break
        source.close()
    assert numbers[:25] == list(range(25))
    assert times[:25] == pytest.approx([i / 25 for i in range(25)], abs=2e-3)

"""A real camera over RTSP, recorded picture by picture."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.core.clock import SystemClock
from pipeline.core.errors import SourceError
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.video.sources.rtsp import RtspSource
from tests.recorders.film import decoded, film
from tests.support.rtsp import serve


@pytest.mark.whole
@pytest.mark.parametrize(("codec", "b_frames"), [("libx264", 0), ("libx264", 2), ("libx265", 2)])
def test_every_picture_of_a_session_is_on_disk(tmp_path: Path, codec: str, b_frames: int) -> None:
    clock = SystemClock()
    settings = RecorderSettings(tmp_path / "rec", ZoneInfo("UTC"), reserve_bytes=0, segment_s=2)
    recorder = Recorder(settings, {}, clock)
    recorder.start()
    feed = recorder.camera("gate")
    shot = film(4, fps=10, gop=10, codec=codec, b_frames=b_frames)
    given = 0
    with serve({"c": shot}, is_looping=False, speed=4.0, cache=tmp_path) as server:
        source = RtspSource(server.url("c"), clock=clock)
        source.open()
        try:
            for packet in source.packets():
                feed.add(packet, source.info)
                given += 1
        except SourceError as error:
            feed.session_ended(error.reason.value, error.what)
        finally:
            source.close()
    recorder.stop()
    files = sorted(settings.root.rglob("*.mp4"))
    assert len(files) >= 2
    assert given == 40
    assert sum(len(decoded(path)) for path in files) == given
    assert not list(settings.root.rglob("*.part"))

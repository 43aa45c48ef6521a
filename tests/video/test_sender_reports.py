"""What a real stream tells of the camera's clock, through PyAV."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.video.sources import sender_reports
from pipeline.video.sources.rtsp import RtspSource
from tests.support.reporting_camera import Place, off_by, reporting
from tests.video.media import make_video


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("films") / "a.mp4", count=50)


def _offsets(url: str, pictures: int) -> list[float]:
    """Camera minus ours, of each packet that told it."""
    source = RtspSource(url)
    source.open()
    found = []
    try:
        for number, packet in enumerate(source.packets(), 1):
            if packet.camera_utc_s is not None:
                found.append(packet.camera_utc_s - packet.utc_s)
            if number == pictures:
                break
    finally:
        source.close()
    return found


@pytest.mark.parametrize(
    ("codec", "off_s"),
    [("libx264", 40.0), pytest.param("libx265", -40.0, marks=pytest.mark.whole)],
)
def test_a_shifted_clock_is_told_in_each_session(tmp_path: Path, codec: str, off_s: float) -> None:
    with reporting(make_video(tmp_path / "a.mp4", codec=codec, count=50), off_by(off_s)) as server:
        for _ in range(2):
            assert _offsets(server.url("cam"), 10) == [pytest.approx(off_s, abs=0.5)]


def test_without_reports_nothing_is_told(film: Path) -> None:
    with reporting(film, lambda _: None) as server:
        assert _offsets(server.url("cam"), 10) == []


@pytest.mark.parametrize(
    "place", [pytest.param(Place.BEFORE_PICTURE, marks=pytest.mark.whole), Place.IN_PICTURE]
)
def test_each_report_is_news_wherever_it_lies(
    film: Path, monkeypatch: pytest.MonkeyPatch, place: Place
) -> None:
    monkeypatch.setattr(sender_reports, "REST_S", 0.1)
    # A clock that is set between the reports: only one that was read anew shows it.
    began_s = time.time()

    def clock(number: int) -> float:
        return began_s + number / 25 + 10.0 * (number // 10)

    with reporting(film, clock, every=10, place=place) as server:
        found = _offsets(server.url("cam"), 25)
    assert len(found) >= 2
    steps = [b - a for a, b in pairwise(found)]
    assert steps == [pytest.approx(10.0, abs=0.5)] * len(steps)


@pytest.mark.whole
def test_a_report_that_never_comes_again_is_no_clock(
    film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FFmpeg carries it on by the RTP times, whose rate is not the clock's."""
    monkeypatch.setattr(sender_reports, "REST_S", 0.1)

    def once(number: int) -> float | None:
        return time.time() if number == 0 else None

    with reporting(film, once) as server:
        assert len(_offsets(server.url("cam"), 30)) == 1


@pytest.mark.whole
@pytest.mark.dev
def test_another_servers_clock_is_ours(tmp_path: Path) -> None:
    from tests.video.test_rtsp_second_peer import toolkit_server

    make_video(tmp_path / "a.mp4", count=40, gop=10)
    with toolkit_server(tmp_path) as port:
        [off_s] = _offsets(f"rtsp://127.0.0.1:{port}/a.mp4", 25)
    assert abs(off_s) < 0.5

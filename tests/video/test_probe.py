"""The probe measures what was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.clock import SystemClock
from pipeline.core.errors import ConfigError, SourceError, SourceReason
from pipeline.video.probe import probe
from pipeline.video.sources.file import FileSource
from pipeline.video.sources.registry import SOURCES, SourceRequest, make_source
from pipeline.video.sources.rtsp import RtspSource
from tests.support.rtsp import serve
from tests.video.media import HEIGHT, WIDTH, make_video, number_of


@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_recording_is_measured(tmp_path: Path, b_frames: int) -> None:
    path = make_video(tmp_path / "a.mp4", count=100, fps=20, gop=25, b_frames=b_frames)
    report = probe(str(path), seconds=60)
    assert (report.codec, report.width, report.height) == ("h264", WIDTH, HEIGHT)
    assert report.measured_fps == pytest.approx(20)
    assert report.announced_fps == pytest.approx(20)
    assert report.measured_s == pytest.approx(5.0)
    assert (report.packet_count, report.keyframe_count) == (100, 4)
    assert (report.gop_frames, report.gop_s) == (25, pytest.approx(1.25))
    assert report.has_b_frames is (b_frames > 0)
    assert number_of(report.first_picture.bgr()) == 0
    assert report.corrupt_count == 0
    from_size = path.stat().st_size * 8 / 5.0 / 1000
    assert report.bitrate_kbit_s == pytest.approx(from_size, rel=0.15)


def test_only_the_asked_seconds_are_read(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", count=100, gop=200)
    report = probe(str(path), seconds=1.0)
    assert report.packet_count == 26
    assert (report.gop_frames, report.gop_s, report.keyframe_count) == (None, None, 1)


def test_a_camera_is_measured_by_its_own_time(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", count=60, fps=20, gop=10)
    with serve({"cam": path}, speed=10.0) as server:
        report = probe(server.url("cam"), seconds=2.0)
    assert report.measured_fps == pytest.approx(20, rel=0.01)
    assert report.gop_frames == 10
    assert report.address == server.url("cam")


def test_a_camera_that_trickles_is_measured_in_bounded_time(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", count=60, fps=20, gop=10)
    with serve({"cam": path}, speed=0.25) as server:
        report = probe(server.url("cam"), seconds=1.0, longest_s=0.2)
    assert report.measured_s < 0.8
    assert report.width == 192


def test_a_missing_path_has_its_reason(tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        probe(str(tmp_path / "none.mp4"))
    assert caught.value.reason is SourceReason.NOT_FOUND


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("/a/b.mp4", FileSource),
        ("b.mp4", FileSource),
        ("file:///a/b%20c.mp4", FileSource),
        ("rtsp://10.0.0.8/ch1", RtspSource),
        ("RTSP://10.0.0.8/ch1", RtspSource),
    ],
)
def test_the_address_decides_the_source(address: str, kind: type) -> None:
    request = SourceRequest(address=address, camera_id="gate", clock=SystemClock())
    assert type(make_source(request)) is kind


def test_file_urls_mean_their_path() -> None:
    request = SourceRequest(address="file:///a/b%20c.mp4", camera_id="", clock=SystemClock())
    assert request.file_path() == "/a/b c.mp4"


def test_an_address_nothing_reads_says_what_would_be_read() -> None:
    request = SourceRequest(address="gopher://x/y", camera_id="gate", clock=SystemClock())
    with pytest.raises(ConfigError, match="gopher") as caught:
        make_source(request)
    assert caught.value.where == "gate"
    assert all(f"{kind}://" in caught.value.remedy for kind in SOURCES)


def test_a_request_does_not_show_its_password() -> None:
    request = SourceRequest(
        address="rtsp://u:secret@h/x", camera_id="c", clock=SystemClock(), password="secret"
    )
    assert "secret" not in repr(request)

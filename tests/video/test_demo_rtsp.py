"""The demonstration server: what it prepares, and that independent parties understand it."""

from __future__ import annotations

import itertools
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.core.errors import SourceError
from pipeline.video.probe import probe
from pipeline.video.sources.rtsp import RtspSource
from scripts.demo_rtsp import load_film, prepare, rtp_payloads
from tests.support import missing
from tests.support.rtsp import serve
from tests.video.media import make_video, number_of

REPOSITORY = Path(__file__).resolve().parents[2]


def test_what_cannot_be_sent_is_encoded_once(tmp_path: Path) -> None:
    avi = make_video(tmp_path / "a.avi", codec="mpeg4", count=60, fps=20, gop=60, b_frames=1)
    cache = tmp_path / "cache"
    copy = prepare(avi, cache)
    report = probe(str(copy), seconds=60)
    assert report.codec == "h264"
    assert report.packet_count == 60
    assert report.gop_s is not None
    assert 1.0 <= report.gop_s <= 2.0
    assert number_of(report.first_picture.bgr()) == 0
    before = copy.stat().st_mtime_ns
    assert prepare(avi, cache) == copy
    assert copy.stat().st_mtime_ns == before
    assert list(cache.iterdir()) == [copy]
    make_video(avi, codec="mpeg4", count=30)
    assert prepare(avi, cache) != copy


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_what_can_be_sent_is_left_alone(tmp_path: Path, codec: str) -> None:
    path = make_video(tmp_path / "a.mp4", codec=codec, count=5)
    assert prepare(path, tmp_path / "cache") == path
    assert not (tmp_path / "cache").exists()


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    with pytest.raises(SourceError, match="empty"):
        prepare(tmp_path / "a.mp4", tmp_path / "cache")


def test_a_film_lasts_one_frame_longer_than_its_last_picture(tmp_path: Path) -> None:
    film = load_film(make_video(tmp_path / "a.mp4", count=50, b_frames=3))
    assert film.duration == 50 * 3600
    assert all(picture.due >= picture.pts for picture in film.pictures)
    assert "profile-level-id" in film.sdp()


@pytest.mark.parametrize(("codec", "head"), [("h264", 1), ("hevc", 2)])
@pytest.mark.parametrize("size", [1399, 1400, 1401, 2800, 10_000])
def test_fragments_put_together_are_the_unit(codec: str, head: int, size: int) -> None:
    unit = bytes([0x65, 0x01][:head]) + os.urandom(size - head)
    payloads = list(rtp_payloads(codec, unit))
    assert all(len(payload) <= 1400 for payload in payloads)
    if len(payloads) == 1:
        assert payloads == [unit]
        return
    assert b"".join(payload[head + 1 :] for payload in payloads) == unit[head:]
    flags = [payload[head] & 0xC0 for payload in payloads]
    assert flags == [0x80, *([0] * (len(flags) - 2)), 0x40]


def test_a_film_played_once_ends(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", count=30)
    with serve({"cam": path}, speed=5.0, is_looping=False) as server:
        source = RtspSource(server.url("cam"))
        source.open()
        packets = source.packets()
        assert len(list(itertools.islice(packets, 30))) == 30
        with pytest.raises(SourceError, match="ended the stream"):
            next(packets)


@pytest.mark.whole
@pytest.mark.skipif(shutil.which("ffprobe") is None, reason=missing.debian("ffmpeg"))
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_ffprobe_reads_it(tmp_path: Path, codec: str) -> None:
    path = make_video(tmp_path / "a.mp4", codec=codec, count=40, b_frames=2)
    with serve({"cam": path}, speed=10.0, is_looping=False) as server:
        said = subprocess.run(
            [
                *("ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-count_frames"),
                *("-show_entries", "stream=nb_read_frames,width", "-of", "csv=p=0"),
                server.url("cam"),
            ],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert said.stdout.strip() == "192,40"


def test_the_command_line(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", count=30)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [sys.executable, str(REPOSITORY / "scripts" / "demo_rtsp.py"), "--port", str(port)]
    with subprocess.Popen(
        [*command, "--path", f"gate={path}", "--user", "admin", "--cache", str(tmp_path / "c")],
        stdout=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "DEMO_RTSP_PASSWORD": "pw"},
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.split()[:2] == [f"rtsp://127.0.0.1:{port}/gate", "h264"]
        assert "pw" not in line
        source = RtspSource(line.split()[0], username="admin", password="pw")
        assert source.open().codec == "h264"
        source.close()
        process.terminate()


@pytest.mark.whole
@pytest.mark.parametrize("entry", ["gate", "=x.mp4", "gate=", "gate=/none.mp4"])
def test_a_wrong_path_is_refused(entry: str) -> None:
    said = subprocess.run(
        [sys.executable, str(REPOSITORY / "scripts" / "demo_rtsp.py"), "--path", entry],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said.returncode == 2
    assert "NAME=FILE" in said.stderr or "does not exist" in said.stderr

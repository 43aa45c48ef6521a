"""A camera with two streams: the small one is analysed, the main one is what people get to see."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import av
import numpy as np
import pytest

from api.contract import CameraState, EvidenceKind
from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections
from pipeline.runtime.config import RtspSourceConfig, streams_of
from pipeline.runtime.main_stream import joined, picture_at
from pipeline.runtime.session import Session
from pipeline.video.sources.file import FileSource
from tests.runtime.test_camera import _Bench, _until
from tests.support.rtsp import serve
from tests.video.media import HEIGHT, WIDTH, make_video, number_of, read_packets

_MAIN = (2 * WIDTH, 2 * HEIGHT)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {
        "sub": make_video(folder / "sub.mp4", count=150, gop=25),
        "main": make_video(folder / "main.mp4", count=150, gop=25, width=_MAIN[0], height=_MAIN[1]),
    }


@pytest.mark.whole
def test_the_substream_is_analysed_and_the_main_stream_is_the_evidence(
    tmp_path: Path, films: dict[str, Path]
) -> None:
    with serve(films) as server:
        source = {"url": server.url("main"), "substream_url": server.url("sub")}
        with _Bench(tmp_path, source) as bench:
            draught = bench.camera.tap.open()
            _until(
                "a closed alert with three pieces of evidence",
                lambda: any(len(a.evidence) == 3 and a.state == "closed" for a in bench.alerts()),
            )
            told = bench.camera.heartbeat()
            main = bench.camera._main
            assert main is not None
            assert main._session is not None
            zero_utc_s = main._session.offset_s
            shown = draught.get(1.0)
        alert = bench.alerts()[0]
    assert told.stream is not None
    assert (told.stream.width, told.stream.height) == (WIDTH, HEIGHT)
    assert shown is not None
    assert (shown.info.width, shown.info.height) == _MAIN
    by_kind = {e.kind: e for e in alert.evidence}
    for evidence in alert.evidence:
        assert (evidence.width, evidence.height) == _MAIN
    picture, clip = by_kind[EvidenceKind.SNAPSHOT_ORIGINAL], by_kind[EvidenceKind.CLIP]
    assert abs((picture.starts_at - alert.raised_at).total_seconds()) < 0.5
    assert clip.duration_s is not None
    half = timedelta(seconds=0.5)
    assert clip.starts_at <= alert.raised_at - half + timedelta(seconds=0.1)
    ends_at = clip.starts_at + timedelta(seconds=clip.duration_s)
    assert ends_at >= alert.raised_at + half - timedelta(seconds=0.2)
    with av.open(str(bench.store.path(clip.sha256))) as video:
        first = number_of(next(video.decode(video=0)).to_ndarray(format="bgr24"))
    expected = (clip.starts_at.timestamp() - zero_utc_s) * 25
    # Half a GOP: the first pictures' UTC is corrected by tenths of a second while it settles.
    assert first == pytest.approx(expected % 150, abs=12), "the clip is of another moment"


@pytest.mark.whole
def test_without_the_main_stream_the_substream_is_watched_and_is_the_evidence(
    tmp_path: Path, films: dict[str, Path]
) -> None:
    with serve(films) as server:
        source = {"url": server.url("absent"), "substream_url": server.url("sub")}
        with _Bench(tmp_path, source) as bench:
            _until(
                "a closed alert with three pieces of evidence",
                lambda: any(len(a.evidence) == 3 and a.state == "closed" for a in bench.alerts()),
            )
            assert bench.is_in(CameraState.WATCHING)
            assert bench.camera.live_reason == "not_found"
        assert {(e.width, e.height) for e in bench.alerts()[0].evidence} == {(WIDTH, HEIGHT)}


def test_the_picture_of_a_moment_is_that_picture(films: dict[str, Path]) -> None:
    packets, _ = read_packets(films["main"])
    source = FileSource(films["main"], "gate", 0.0)
    source.open()
    session = Session.begin(source, 60.0)
    source.close()
    for packet in packets:
        session.keep(packet)
    for number in (0, 24, 25, 63, 149):
        frame = picture_at(session, number / 25 + 0.001, "gate")
        assert frame is not None
        assert number_of(frame.picture.bgr()) == number
        assert frame.time == FrameTime(pytest.approx(number / 25), pytest.approx(number / 25))


def test_a_moment_that_takes_too_much_decoding_or_is_not_there_has_no_picture(
    tmp_path: Path,
) -> None:
    long = make_video(tmp_path / "long.mp4", count=200, gop=200)
    packets, _ = read_packets(long)
    source = FileSource(long, "gate", 0.0)
    source.open()
    session = Session.begin(source, 60.0)
    source.close()
    assert picture_at(session, 1.0, "gate") is None
    for packet in packets:
        session.keep(packet)
    assert picture_at(session, 1.0, "gate") is not None
    assert picture_at(session, 7.0, "gate") is None


def test_whoever_either_stream_shows_is_blurred() -> None:
    names = ("person",)

    def seen(*boxes: tuple[float, float, float, float]) -> Detections:
        count = len(boxes)
        return Detections(
            np.array(boxes, np.float32).reshape(-1, 4),
            np.full(count, 0.9, np.float32),
            np.zeros(count, np.int64),
            names,
        )

    both = joined(seen((500, 300, 600, 400)), seen((10, 20, 30, 40)), (160, 120), (640, 360))
    np.testing.assert_allclose(both.xyxy, [[500, 300, 600, 400], [40, 60, 120, 120]])
    assert len(joined(seen(), seen(), (160, 120), (640, 360))) == 0


def test_a_substream_shares_the_credentials_and_may_hold_no_password() -> None:
    source = RtspSourceConfig(
        type="rtsp",
        url="rtsp://10.0.0.8/101",
        substream_url="rtsp://10.0.0.8/102",
        username="viewer",
        password_env="P",
    )
    analysed, main = streams_of(source)
    assert isinstance(analysed, RtspSourceConfig)
    assert (analysed.url, analysed.username) == ("rtsp://10.0.0.8/102", "viewer")
    assert main == source
    with pytest.raises(ValueError, match="contains a password"):
        RtspSourceConfig(
            type="rtsp", url="rtsp://10.0.0.8/101", substream_url="rtsp://u:p@10.0.0.8/102"
        )

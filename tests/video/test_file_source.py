"""Recordings: their times, and a clear word for each way a file can be unusable."""

from __future__ import annotations

import threading
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.core.errors import SourceError, SourceReason
from pipeline.video.decoder import Decoder
from pipeline.video.sources.file import FileSource
from tests.video.media import UNKNOWN_KINDS, make_unknown, make_video, number_of, read_packets

START = 1_764_000_000.0


def times_of(path: Path) -> list[tuple[int, float, float]]:
    """(picture number, media_s, utc_s) of every picture."""
    source = FileSource(path, "gate", START)
    info = source.open()
    with Decoder(info, "cam") as decoder:
        frames = [f for p in source.packets() for f in decoder.decode(p)] + decoder.flush()
    return [(number_of(f.picture.bgr()), f.time.media_s, f.time.utc_s) for f in frames]


@pytest.mark.parametrize(
    ("name", "codec", "b_frames"),
    [
        ("a.mp4", "libx264", 0),
        ("a.mp4", "libx264", 3),
        ("a.mkv", "libx264", 2),
        ("a.ts", "libx264", 2),
        ("a.mp4", "libx265", 3),
        ("a.avi", "mpeg4", 0),
        ("a.avi", "mpeg4", 1),
        ("a.avi", "mjpeg", 0),
    ],
)
def test_each_picture_has_its_own_time(
    tmp_path: Path, name: str, codec: str, b_frames: int
) -> None:
    pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    path = make_video(tmp_path / name, codec=codec, count=40, b_frames=b_frames, pix_fmt=pix_fmt)
    times = times_of(path)
    assert [number for number, _, _ in times] == list(range(40))
    assert [at for _, at, _ in times] == pytest.approx([i / 25 for i in range(40)], abs=1.1e-3)
    assert all(utc == pytest.approx(START + at, abs=1e-6) for _, at, utc in times)


def test_a_variable_rate_is_kept(tmp_path: Path) -> None:
    seconds = [0.0, 0.04, 0.5, 0.54, 2.0, 2.2]
    path = make_video(tmp_path / "v.mp4", count=6, seconds=seconds)
    assert [at for _, at, _ in times_of(path)] == pytest.approx(seconds, abs=1e-3)


@pytest.mark.parametrize("name", ["p.mp4", "p.mkv", "p.ts"])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_a_pause_is_as_long_as_the_file_says(tmp_path: Path, name: str, b_frames: int) -> None:
    seconds = [i * 0.04 + (120.0 if i >= 30 else 0.0) for i in range(60)]
    path = make_video(tmp_path / name, count=60, seconds=seconds, b_frames=b_frames)
    times = times_of(path)
    assert [number for number, _, _ in times] == list(range(60))
    assert [at for _, at, _ in times] == pytest.approx(seconds, abs=2e-3)
    assert times[-1][2] == pytest.approx(START + seconds[-1], abs=2e-3)


@pytest.mark.parametrize("b_frames", [0, 3])
def test_a_time_lapse_lasts_as_long_as_it_took(tmp_path: Path, b_frames: int) -> None:
    seconds = [i * 60.0 for i in range(40)]
    path = make_video(tmp_path / "lapse.mp4", count=40, seconds=seconds, b_frames=b_frames)
    assert [at for _, at, _ in times_of(path)] == pytest.approx(seconds, abs=2e-3)


def test_one_stamp_that_the_next_picture_contradicts_is_passed_over(tmp_path: Path) -> None:
    path = make_video(tmp_path / "wild.ts", count=50)
    data = bytearray(path.read_bytes())
    head = [at for at in range(len(data)) if data[at : at + 4] == b"\x00\x00\x01\xe0"][20]
    for field in (head + 9, head + 14)[: 1 + (data[head + 7] >> 6 & 1)]:  # PTS and perhaps DTS
        bits = int.from_bytes(data[field : field + 5], "big")
        ticks = (bits >> 3 & 7 << 30) | (bits >> 2 & 0x7FFF << 15) | (bits >> 1 & 0x7FFF)
        ticks += 3600 * 90_000
        marked = bits & 0xF << 36 | (ticks & 7 << 30) << 3 | (ticks & 0x7FFF << 15) << 2
        marked |= (ticks & 0x7FFF) << 1 | 1 << 32 | 1 << 16 | 1
        data[field : field + 5] = marked.to_bytes(5, "big")
    path.write_bytes(data)
    assert [at for _, at, _ in times_of(path)] == pytest.approx(
        [i * 0.04 for i in range(50)], abs=0.05
    )


def test_time_starts_at_the_first_picture_of_a_recording_cut_out_of_a_longer_one(
    tmp_path: Path,
) -> None:
    whole = make_video(tmp_path / "a.ts", count=30, seconds=[20 + i / 25 for i in range(30)])
    with av.open(str(whole)) as container:
        assert (container.streams.video[0].start_time or 0) > 0
    assert times_of(whole)[0][1:] == (0.0, START)


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", b_frames=2)
    first, second = read_packets(path)[0], read_packets(path)[0]
    assert [(p.data, p.pts, p.dts, p.media_s, p.utc_s) for p in first] == [
        (p.data, p.pts, p.dts, p.media_s, p.utc_s) for p in second
    ]


def audio_only(path: Path) -> Path:
    with av.open(str(path), "w") as output:
        stream = output.add_stream("aac", rate=44_100)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((2, 1024), np.float32), format="fltp", layout="stereo"
        )
        frame.sample_rate = 44_100
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def without_pictures(path: Path) -> Path:
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=25, width=64, height=64)
        stream.pix_fmt = "yuv420p"
        output.start_encoding()
    return path


def make(tmp_path: Path, kind: str) -> Path:
    path = tmp_path / f"{kind}.mp4"
    if kind == "empty":
        path.touch()
    elif kind == "text":
        path = path.with_suffix(".txt")
        path.write_text("frame,id,left\n" * 400)
    elif kind == "noise":
        path.write_bytes(np.random.default_rng(7).bytes(20_000))
    elif kind == "audio":
        audio_only(path)
    elif kind == "pictureless":
        without_pictures(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "image":
        path = path.with_suffix(".png")
        av.VideoFrame(64, 64, "rgb24").save(path)
    return path


@pytest.mark.parametrize(
    ("kind", "reason", "what"),
    [
        ("missing", SourceReason.NOT_FOUND, "does not exist"),
        ("folder", SourceReason.NOT_FOUND, "is a folder"),
        ("empty", SourceReason.UNDECODABLE, "is empty"),
        ("text", SourceReason.UNDECODABLE, "is not a video"),
        ("noise", SourceReason.UNDECODABLE, "is not a video"),
        ("image", SourceReason.UNDECODABLE, "is not a video"),
        ("audio", SourceReason.UNDECODABLE, "holds no video"),
        ("pictureless", SourceReason.UNDECODABLE, "no picture|is not a video|holds no video"),
    ],
)
def test_an_unusable_file_is_named_with_a_remedy_in_one_line(
    tmp_path: Path, kind: str, reason: SourceReason, what: str
) -> None:
    path = make(tmp_path, kind)
    with pytest.raises(SourceError, match=what) as caught:
        times_of(path)
    error = caught.value
    assert error.reason is reason
    assert str(path) in error.where
    assert "gate" in error.where
    assert error.remedy
    assert "\n" not in str(error)


@pytest.mark.parametrize(("name", "codec", "kind"), UNKNOWN_KINDS)
def test_video_of_an_unknown_kind_is_named_with_a_remedy(
    tmp_path: Path, name: str, codec: str, kind: bytes
) -> None:
    source = FileSource(make_unknown(tmp_path / name, codec, kind), "cam", 0.0)
    with pytest.raises(SourceError, match="cannot be decoded") as raised:
        source.open()
    assert raised.value.remedy


def test_a_truncated_file_gives_what_it_has_or_says_so(tmp_path: Path) -> None:
    whole = make_video(tmp_path / "a.mkv", count=60)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    numbers = [number for number, _, _ in times_of(cut)]
    assert numbers == list(range(len(numbers)))
    assert 10 < len(numbers) < 60


def test_close_from_another_thread_ends_the_reading(tmp_path: Path) -> None:
    source = FileSource(make_video(tmp_path / "a.mp4", count=50), "cam", START)
    source.open()
    packets = source.packets()
    next(packets)
    closer = threading.Thread(target=source.close)
    closer.start()
    closer.join(5)
    assert not closer.is_alive()
    assert list(packets) == []
    source.close()


def test_a_colon_in_the_name_is_no_protocol(tmp_path: Path) -> None:
    plain = make_video(tmp_path / "a.mp4", count=5)
    odd = plain.rename(tmp_path / "http:cam 1%20.mp4")
    assert len(read_packets(odd)[0]) == 5


def test_a_title_that_is_no_utf_8_is_no_obstacle(tmp_path: Path) -> None:
    path = make_video(tmp_path / "a.mp4", count=5)
    data = path.read_bytes()
    written_by = data[data.index(b"Lavf") :][:4]
    path.write_bytes(data.replace(written_by, "校门".encode("gbk")))
    assert len(read_packets(path)[0]) == 5


def test_info_before_open_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="not open"):
        _ = FileSource(tmp_path / "a.mp4", "cam", 0.0).info


@pytest.mark.needs_data
@pytest.mark.parametrize(
    ("name", "count", "fps"), [("left_bag.avi", 1169, 29.97), ("one_by_one.mp4", 1394, 10.0)]
)
def test_recordings_of_the_evaluation_set(videos: Path, name: str, count: int, fps: float) -> None:
    packets, info = read_packets(videos / name)
    assert len(packets) == count
    assert info.fps == pytest.approx(fps)
    shown = sorted(p.media_s for p in packets)
    assert shown[0] == 0.0
    assert all(b - a == pytest.approx(1 / fps, rel=0.01) for a, b in pairwise(shown))

"""Clips hold exactly the pictures asked for, at their times, in a file a browser plays."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import av
import pytest

from pipeline.core.errors import EvidenceError
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video import nal
from pipeline.video.remux import ClipFacts, fit_height, is_browser_playable, write_clip
from tests.support import missing
from tests.video.media import make_video, number_of, read_packets


@dataclass(frozen=True)
class Clip:
    """What a player sees."""

    codec: str
    size: tuple[int, int]
    numbers: list[int]
    times: list[float]
    duration_s: float


def play(path: Path) -> Clip:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        return Clip(
            stream.codec_context.codec.canonical_name,
            (stream.codec_context.width, stream.codec_context.height),
            [number_of(f.to_ndarray(format="bgr24")) for f in frames],
            [float(f.time) for f in frames],
            float((container.duration or 0) / 1_000_000),
        )


def as_annexb(
    packets: list[EncodedPacket], info: StreamInfo, *, in_band: bool, out_of_band: bool
) -> tuple[list[EncodedPacket], StreamInfo]:
    """The same stream as RTSP delivers it."""
    sets = nal.read_parameter_sets(info.codec, info.extradata)
    converted = [
        replace(
            p,
            data=nal.to_annexb(info.codec, p.data, sets, with_parameters=in_band and p.is_keyframe),
        )
        for p in packets
    ]
    return converted, replace(info, extradata=sets.annexb() if out_of_band else b"")


@pytest.mark.parametrize("b_frames", [0, 3])
@pytest.mark.parametrize("dress", ["mp4", "annexb in band", "annexb out of band", "annexb both"])
def test_h264_is_copied_from_the_keyframe_before(tmp_path: Path, dress: str, b_frames: int) -> None:
    packets, info = read_packets(
        make_video(tmp_path / "a.mp4", count=80, gop=10, b_frames=b_frames)
    )
    if dress != "mp4":
        packets, info = as_annexb(
            packets,
            info,
            in_band="out" not in dress,
            out_of_band="out" in dress or "both" in dress,
        )
    clip_path = tmp_path / "clip.mp4"
    facts = write_clip(packets, info, clip_path, 1.0, 2.0)
    clip = play(clip_path)
    assert clip.codec == "h264"
    assert clip.numbers == list(range(20, 51))
    assert clip.times == pytest.approx([i / 25 for i in range(31)], abs=1e-3)
    assert clip.duration_s == pytest.approx(31 / 25, abs=2e-3)
    assert facts == ClipFacts(
        duration_s=pytest.approx(31 / 25, abs=2e-3),
        starts_media_s=pytest.approx(0.8),
        codec="h264",
        width=info.width,
        height=info.height,
        size_bytes=clip_path.stat().st_size,
    )


def test_the_copy_is_the_same_pictures_bit_for_bit(tmp_path: Path) -> None:
    source = make_video(tmp_path / "a.mp4", count=20, gop=10, b_frames=2)
    packets, info = read_packets(source)
    write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 9.0)
    pictures = []
    for path in (source, tmp_path / "clip.mp4"):
        with av.open(str(path)) as container:
            pictures.append([f.to_ndarray().tobytes() for f in container.decode(video=0)])
    assert len(pictures[0]) == 20
    assert pictures[0] == pictures[1]


@pytest.mark.parametrize("b_frames", [0, 3])
def test_h265_is_transcoded_and_keeps_its_time(tmp_path: Path, b_frames: int) -> None:
    packets, info = read_packets(
        make_video(tmp_path / "a.mp4", codec="libx265", count=60, gop=20, b_frames=b_frames)
    )
    facts = write_clip(packets, info, tmp_path / "clip.mp4", 1.0, 1.6)
    clip = play(tmp_path / "clip.mp4")
    assert clip.codec == facts.codec == "h264"
    assert clip.numbers[0] == 20
    assert clip.numbers == list(range(20, 20 + len(clip.numbers)))
    assert clip.numbers[-1] >= 40
    assert clip.times == pytest.approx([i / 25 for i in range(len(clip.times))], abs=1e-3)
    assert facts.starts_media_s == pytest.approx(0.8, abs=1e-3)
    assert facts.duration_s == pytest.approx(clip.duration_s, abs=2e-2)


def test_a_transcoded_clip_of_a_variable_rate_keeps_its_pauses(tmp_path: Path) -> None:
    seconds = [0.0, 0.04, 0.08, 1.5, 1.54, 3.0]
    packets, info = read_packets(
        make_video(tmp_path / "a.mp4", codec="libx265", count=6, seconds=seconds)
    )
    write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 5.0)
    assert play(tmp_path / "clip.mp4").times == pytest.approx(seconds, abs=2e-3)


@pytest.mark.whole
def test_transcoding_shrinks_large_pictures(tmp_path: Path) -> None:
    packets, info = read_packets(
        make_video(tmp_path / "a.mp4", codec="libx265", count=4, width=1920, height=1080)
    )
    facts = write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 1.0)
    assert (facts.width, facts.height) == play(tmp_path / "clip.mp4").size == (1280, 720)


def test_h264_that_browsers_do_not_play_is_transcoded(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=12, pix_fmt="yuv444p"))
    assert not is_browser_playable(info, packets[0])
    write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 1.0)
    with av.open(str(tmp_path / "clip.mp4")) as container:
        assert container.streams.video[0].codec_context.pix_fmt == "yuv420p"
    assert play(tmp_path / "clip.mp4").numbers == list(range(12))


@pytest.mark.parametrize(
    ("start_s", "end_s", "numbers"),
    [
        (-5.0, 0.3, range(0, 8)),
        (0.0, 99.0, range(0, 40)),
        (0.4, 0.4, range(10, 11)),
        (0.39, 0.41, range(0, 11)),
    ],
)
def test_the_ends_of_a_clip(tmp_path: Path, start_s: float, end_s: float, numbers: range) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=40, gop=10))
    write_clip(packets, info, tmp_path / "clip.mp4", start_s, end_s)
    assert play(tmp_path / "clip.mp4").numbers == list(numbers)


def test_packets_that_begin_mid_gop_start_at_the_first_keyframe(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=40, gop=10))
    facts = write_clip(packets[3:], info, tmp_path / "clip.mp4", 0.2, 0.8)
    assert facts.starts_media_s == pytest.approx(0.4)
    assert play(tmp_path / "clip.mp4").numbers == list(range(10, 21))


def test_without_a_keyframe_there_is_no_clip(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=20, gop=20))
    with pytest.raises(EvidenceError, match="no picture between") as caught:
        write_clip(packets[1:], info, tmp_path / "clip.mp4", 0.0, 1.0)
    assert caught.value.remedy
    assert not (tmp_path / "clip.mp4").exists()


def test_a_folder_that_is_not_there_is_named_and_nothing_is_left(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=5))
    target = tmp_path / "gone" / "clip.mp4"
    with pytest.raises(EvidenceError, match="could not be written") as caught:
        write_clip(packets, info, target, 0.0, 1.0)
    assert str(target) in caught.value.where
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]


def test_a_failing_write_leaves_the_old_clip_and_no_rest(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", codec="libx265", count=10, gop=5))
    clip = tmp_path / "clips" / "clip.mp4"
    clip.parent.mkdir()
    write_clip(packets, info, clip, 0.0, 1.0)
    before = clip.read_bytes()
    broken = [replace(p, data=b"\x00\x00\x00\x03\xff\xff\xff") for p in packets]
    with pytest.raises(EvidenceError, match="could not be made"):
        write_clip(broken, info, clip, 0.0, 1.0)
    assert clip.read_bytes() == before
    assert [p.name for p in clip.parent.iterdir()] == ["clip.mp4"]


def test_the_index_comes_first_so_that_browsers_start_at_once(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=10))
    write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 1.0)
    data = (tmp_path / "clip.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason=missing.debian("ffmpeg"))
@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_ffprobe_agrees(tmp_path: Path, codec: str) -> None:
    packets, info = read_packets(
        make_video(tmp_path / "a.mp4", codec=codec, count=50, gop=10, b_frames=2)
    )
    facts = write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 9.0)
    said = subprocess.run(
        [
            *("ffprobe", "-v", "error", "-count_frames", "-of", "json", "-show_entries"),
            "stream=codec_name,nb_read_frames,duration,start_time,pix_fmt",
            str(tmp_path / "clip.mp4"),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stderr == ""
    stream = json.loads(said.stdout)["streams"][0]
    assert stream["codec_name"] == "h264"
    assert stream["pix_fmt"] == "yuv420p"
    assert int(stream["nb_read_frames"]) == 50
    assert float(stream["start_time"]) == pytest.approx(0.0, abs=1e-3)
    assert float(stream["duration"]) == pytest.approx(facts.duration_s, abs=1e-2)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((1920, 1080), (1280, 720)), ((704, 576), (704, 576)), ((720, 1281), (404, 720))],
)
def test_fitting_keeps_shape_and_even_sides(size: tuple[int, int], fitted: tuple[int, int]) -> None:
    assert fit_height(*size, 720) == fitted


@pytest.mark.needs_data
@pytest.mark.parametrize("name", ["one_by_one.mp4", "crossing_crowd.mp4", "retail_overhead.mp4"])
def test_clips_of_real_recordings(tmp_path: Path, videos: Path, name: str) -> None:
    packets, info = read_packets(videos / name)
    facts = write_clip(packets, info, tmp_path / "clip.mp4", 2.0, 4.0)
    times = play(tmp_path / "clip.mp4").times
    assert facts.starts_media_s <= 2.0
    wanted = [p for p in packets if facts.starts_media_s <= p.media_s <= 4.0]
    assert len(times) >= len(wanted)
    assert all(b > a for a, b in pairwise(times))

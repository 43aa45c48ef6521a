"""Parts of a fragmented MP4: playable from every one that says so, and true to the pictures."""

from __future__ import annotations

import io
import itertools
import re
from pathlib import Path

import av
import pytest

from api.contract import PartKind
from pipeline.core.errors import SourceError
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.live.fragments import Fragmenter, LivePart
from pipeline.live.transcode import MAX_FPS, MAX_WIDTH, Transcoder
from tests.video.media import make_video, number_of, read_packets


def _parts(packets: list[EncodedPacket], info: StreamInfo) -> list[LivePart]:
    fragmenter = Fragmenter(info)
    return [part for packet in packets for part in fragmenter.add(packet)] + fragmenter.close()


def _played(parts: list[LivePart]) -> list[tuple[float, int]]:
    """Moment and number of each picture, as a player sees them."""
    with av.open(io.BytesIO(b"".join(part.data for part in parts))) as container:
        return [
            (float(frame.pts * frame.time_base), number_of(frame.to_ndarray(format="bgr24")))
            for frame in container.decode(video=0)
            if frame.pts is not None and frame.time_base is not None
        ]


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
@pytest.mark.parametrize("b_frames", [0, 2])
def test_every_picture_comes_out_in_order_at_its_time(
    tmp_path: Path, codec: str, b_frames: int
) -> None:
    video = make_video(tmp_path / "a.mp4", codec=codec, count=60, gop=20, b_frames=b_frames)
    parts = _parts(*read_packets(video))
    assert [part.kind for part in parts[:2]] == [PartKind.INIT, PartKind.MEDIA]
    assert [part.kind for part in parts].count(PartKind.INIT) == 1
    played = _played(parts)
    assert [number for _, number in played] == list(range(60))
    steps = [b - a for (a, _), (b, _) in itertools.pairwise(played)]
    assert all(step == pytest.approx(0.04, abs=0.001) for step in steps)


def test_decoding_can_start_with_every_part_that_says_so(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.mp4", count=100, gop=25)
    parts = _parts(*read_packets(video))
    keys = [index for index, part in enumerate(parts) if part.is_key]
    assert len(keys) == 4
    for key, first in zip(keys, (0, 25, 50, 75), strict=True):
        played = _played([parts[0], *parts[key:]])
        assert [number for _, number in played] == list(range(first, 100))


def test_pictures_come_soon_and_not_a_gop_at_a_time(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=100, gop=100))
    fragmenter = Fragmenter(info)
    after = next(n for n, packet in enumerate(packets, 1) if fragmenter.add(packet))
    fragmenter.close()
    assert after <= 10  # 0.3 s of pictures, and the one that ends the fragment


def test_what_comes_before_the_first_keyframe_is_let_go(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=60, gop=20))
    played = _played(_parts(packets[5:], info))
    assert [number for _, number in played] == list(range(20, 60))


def test_parameter_sets_in_the_stream_are_as_good(tmp_path: Path) -> None:
    video = make_video(tmp_path / "a.ts", count=40, gop=20)
    packets, info = read_packets(video)
    played = _played(_parts(packets, info))
    assert [number for _, number in played] == list(range(40))


@pytest.mark.parametrize(
    ("codec", "named"),
    [
        # Constrained baseline, as x264's ultrafast makes it.
        ("libx264", r'video/mp4; codecs="avc1\.42c0[0-9a-f]{2}"'),
        # Main profile, compatible with 1 and 2, main tier.
        ("libx265", r'video/mp4; codecs="h(ev|vc)1\.1\.6\.L\d+\.[0-9A-F.]+"'),
    ],
)
def test_the_mime_type_names_profile_and_level(tmp_path: Path, codec: str, named: str) -> None:
    parts = _parts(*read_packets(make_video(tmp_path / "a.mp4", codec=codec, count=20)))
    assert {part.mime for part in parts} == {parts[0].mime}
    assert re.fullmatch(named, parts[0].mime)


def test_a_codec_that_is_not_shown_is_told(tmp_path: Path) -> None:
    _, info = read_packets(make_video(tmp_path / "a.mp4", codec="mpeg4", count=10))
    with pytest.raises(SourceError, match="mpeg4"):
        Fragmenter(info)


@pytest.mark.whole
def test_transcoding_makes_small_h264_that_plays(tmp_path: Path) -> None:
    video = make_video(
        tmp_path / "a.mp4", codec="libx265", count=75, fps=25, gop=25, width=1280, height=720
    )
    packets, info = read_packets(video)
    transcoder = Transcoder(info)
    made = [each for packet in packets for each in transcoder.add(packet)]
    transcoder.close()
    parts = _parts(made, transcoder.info)
    assert parts[0].mime.startswith('video/mp4; codecs="avc1.')
    with av.open(io.BytesIO(b"".join(part.data for part in parts))) as container:
        frames = list(container.decode(video=0))
    assert (frames[0].width, frames[0].height) == (MAX_WIDTH, 360)
    assert 0.6 * 3 * MAX_FPS <= len(frames) <= 3 * MAX_FPS + 1

"""Pictures come out with the time they were taken, whatever goes in."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.core.errors import SourceError, SourceReason
from pipeline.core.frame import Frame
from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video import nal
from pipeline.video.decoder import Decoder
from pipeline.video.picture import AvPicture
from tests.support.evaluation_data import data_folder
from tests.video.media import HEIGHT, WIDTH, make_video, number_of, numbered_picture, read_packets


def decoded(packets: list[EncodedPacket], info: StreamInfo, **options: int) -> list[Frame]:
    with Decoder(info, "cam", **options) as decoder:
        return [f for p in packets for f in decoder.decode(p)] + decoder.flush()


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("b_frames", [0, 1, 3])
def test_times_belong_to_pictures_not_to_packets(
    tmp_path: Path, b_frames: int, threads: int
) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=60, b_frames=b_frames))
    frames = decoded(packets, info, threads=threads)
    for index, frame in enumerate(frames):
        assert number_of(frame.picture.bgr()) == index
        assert frame.time.media_s == pytest.approx(index / 25, abs=1e-3)
        assert frame.camera_id == "cam"
        assert frame.size == (WIDTH, HEIGHT)
    assert len(frames) == 60


def test_a_stream_without_out_of_band_configuration(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.ts", count=30, b_frames=2))
    frames = decoded(packets, replace(info, extradata=b"", width=0, height=0))
    assert [number_of(f.picture.bgr()) for f in frames] == list(range(30))


def test_joining_in_the_middle_starts_with_the_next_keyframe(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=40, gop=10))
    frames = decoded(packets[5:], info)
    assert number_of(frames[-1].picture.bgr()) == 39
    assert [number_of(f.picture.bgr()) for f in frames if f.time.media_s >= 0.4] == list(
        range(10, 40)
    )


def test_corrupt_packets_are_counted_and_survived(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=60, gop=10))
    rng = np.random.default_rng(3)
    broken = [
        replace(p, data=rng.bytes(len(p.data))) if 20 <= i < 30 else p
        for i, p in enumerate(packets)
    ]
    with Decoder(info, "cam") as decoder:
        frames = [f for p in broken for f in decoder.decode(p)] + decoder.flush()
        assert decoder.corrupt_count >= 5
    after = [f for f in frames if f.time.media_s >= 1.2]
    assert [number_of(f.picture.bgr()) for f in after] == list(range(30, 60))
    assert all(b.time.media_s >= a.time.media_s for a, b in pairwise(frames))


def test_many_failures_in_a_row_are_undecodable(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=30))
    broken = [replace(p, data=b"\x00\x00\x00\x05\xff\xff\xff\xff\xff") for p in packets]
    with pytest.raises(SourceError, match="too many packets") as caught:
        decoded(broken, info, max_consecutive_failures=10)
    assert caught.value.reason is SourceReason.UNDECODABLE
    assert caught.value.where == "cam"


def test_a_stream_that_ends_without_any_picture_is_undecodable(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=10))
    with Decoder(info, "cam") as decoder:
        decoder.decode(replace(packets[0], data=b"\x00\x00\x00\x02\xff\xff"))
        assert decoder.flush(is_end=False) == []
        decoder.decode(replace(packets[0], data=b"\x00\x00\x00\x02\xff\xff"))
        with pytest.raises(SourceError, match="no packet gave a picture"):
            decoder.flush()


def test_half_a_minute_without_a_picture_is_undecodable(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=60, gop=60))
    keyless = [replace(p, media_s=float(i)) for i, p in enumerate(packets[1:])]
    assert decoded(keyless[:30] + packets[:1], info)
    with pytest.raises(SourceError, match="30 s of packets gave no picture") as caught:
        decoded(keyless, info)
    assert caught.value.reason is SourceReason.UNDECODABLE


def test_an_unknown_codec_is_refused_at_once() -> None:
    info = StreamInfo("no_such_codec", 64, 64, 25.0, Fraction(1, 25), b"")
    with pytest.raises(SourceError, match="no_such_codec cannot be decoded"):
        Decoder(info, "cam")


def test_the_size_may_change_in_the_stream(tmp_path: Path) -> None:
    small, info = read_packets(make_video(tmp_path / "s.mp4", count=20))
    large, large_info = read_packets(
        make_video(tmp_path / "l.mp4", count=20, width=320, height=240, first_number=20)
    )
    stream = []
    for packets, its in ((small, info), (large, large_info)):
        sets = nal.read_parameter_sets("h264", its.extradata)
        for packet in packets:
            data = nal.to_annexb("h264", packet.data, sets, with_parameters=packet.is_keyframe)
            moved = len(stream) * 512
            stream.append(
                replace(packet, data=data, pts=moved, dts=moved, media_s=len(stream) * 0.04)
            )
    frames = decoded(stream, replace(info, extradata=b""))
    assert [f.size for f in frames] == [(WIDTH, HEIGHT)] * 20 + [(320, 240)] * 20
    assert [number_of(f.picture.bgr()) for f in frames] == list(range(40))


def test_keyframes_alone_can_be_looked_at_one_by_one(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=40, gop=10, b_frames=2))
    seen = []
    with Decoder(info, "cam") as decoder:
        for packet in packets:
            if packet.is_keyframe:
                frames = decoder.decode(packet) + decoder.flush(is_end=False)
                seen += [(number_of(f.picture.bgr()), round(f.time.media_s, 2)) for f in frames]
    assert seen == [(0, 0.0), (10, 0.4), (20, 0.8), (30, 1.2)]


@pytest.mark.parametrize("codec", ["h264", "hevc"])
def test_a_rough_keyframe_is_the_same_picture_but_for_its_block_edges(
    tmp_path: Path, codec: str
) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", codec=codec, count=12, gop=10))
    shown: list[np.ndarray] = []
    for is_rough in (False, True):
        with Decoder(info, "cam", is_rough=is_rough) as decoder:
            [frame] = decoder.decode(packets[0]) + decoder.flush(is_end=False)
        shown.append(frame.picture.bgr().astype(int))
    fine, rough = shown
    assert (fine != rough).any()
    assert np.abs(fine - rough).mean() < 3


def test_no_room_is_made_for_absurd_sizes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=3))
    monkeypatch.setattr("pipeline.video.decoder.MAX_PIXELS", WIDTH * HEIGHT // 2)
    announced = replace(info, width=16, height=16)
    with Decoder(announced, "cam") as decoder:
        assert [f for packet in packets for f in decoder.decode(packet)] == []
        assert decoder.corrupt_count > 0


def test_after_a_flush_decoding_goes_on_at_a_keyframe(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=20, gop=10))
    with Decoder(info, "cam") as decoder:
        first = [f for p in packets[:10] for f in decoder.decode(p)] + decoder.flush()
        second = [f for p in packets[10:] for f in decoder.decode(p)] + decoder.flush()
    assert [number_of(f.picture.bgr()) for f in first + second] == list(range(20))


def test_pictures_outlive_their_decoder_and_closing_twice_does_no_harm(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=5))
    decoder = Decoder(info, "cam")
    frames = [f for p in packets for f in decoder.decode(p)] + decoder.flush()
    decoder.close()
    decoder.close()
    assert [number_of(f.picture.bgr()) for f in frames] == list(range(5))


def test_a_picture_is_converted_once_and_to_the_size_asked_for(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=3))
    picture = decoded(packets, info)[2].picture
    full = picture.bgr()
    assert full.shape == (HEIGHT, WIDTH, 3)
    assert picture.bgr() is full
    assert picture.bgr(WIDTH, HEIGHT) is full
    assert not full.flags.writeable
    assert np.abs(full.astype(int) - numbered_picture(2).astype(int)).mean() < 6
    small = picture.bgr(96, 64)
    assert small.shape == (64, 96, 3)
    reference = numbered_picture(2)[::2, ::2].astype(int)
    assert np.abs(small.astype(int) - reference).mean() < 12
    assert picture.bgr(width=96).shape == (64, 96, 3)
    assert picture.bgr(height=64).shape == (64, 96, 3)
    with pytest.raises(ValueError, match="cannot be"):
        picture.bgr(0, 10)


def test_conversion_is_the_same_on_every_run(tmp_path: Path) -> None:
    packets, info = read_packets(make_video(tmp_path / "a.mp4", count=10))
    runs = [[f.picture.bgr(100, 60).tobytes() for f in decoded(packets, info)] for _ in range(2)]
    assert runs[0] == runs[1]


def test_white_is_white_in_both_ranges(tmp_path: Path) -> None:
    for pix_fmt in ("yuv420p", "yuvj420p"):
        path = make_video(tmp_path / f"{pix_fmt}.mp4", count=1, pix_fmt=pix_fmt, first_number=1)
        packets, info = read_packets(path)
        picture = decoded(packets, info)[0].picture.bgr()
        assert picture[8, 8].min() > 245
        assert picture[8, 24].max() < 12


@pytest.mark.needs_data
def test_mpeg4_pictures_are_those_of_the_container() -> None:
    # This decoder reads beyond a packet's end; what lies there must not show.
    import av

    file = data_folder() / "videos" / "left_bag.avi"
    packets, info = read_packets(file)
    with Decoder(info, "cam") as decoder:
        ours = [f.picture.bgr() for packet in packets[:60] for f in decoder.decode(packet)]
    with av.open(str(file)) as container:
        theirs = [f for f, _ in zip(container.decode(video=0), ours, strict=False)]
    assert len(ours) > 50
    for mine, frame in zip(ours, theirs, strict=True):
        assert np.array_equal(mine, AvPicture(frame).bgr())

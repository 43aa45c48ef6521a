"""How long a file is comes from its pictures, not from what it claims."""

from __future__ import annotations

import contextlib
import os
import re
import struct
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.recorders.probe import FileState, probe
from tests.recorders.film import film, put
from tests.video.media import UNKNOWN_KINDS, make_unknown

FRAGMENTED = "+frag_keyframe+empty_moov+default_base_moof"


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".ts", ".mkv", ".avi", ".flv"])
def test_the_duration_of_every_container(tmp_path: Path, suffix: str) -> None:
    facts = probe(put(tmp_path / f"a{suffix}", 4, suffix=suffix))
    assert facts.state is FileState.WHOLE
    assert facts.duration_s == pytest.approx(4.0, abs=0.05)
    assert len(facts.runs_s) == 1


@pytest.mark.parametrize("movflags", ["", "+faststart", FRAGMENTED, "+frag_every_frame+delay_moov"])
@pytest.mark.parametrize(("codec", "b_frames"), [("libx264", 0), ("libx264", 2), ("libx265", 2)])
def test_mp4_by_its_tables_agrees_with_ffmpeg(movflags: str, codec: str, b_frames: int) -> None:
    path = film(6, movflags=movflags, codec=codec, b_frames=b_frames)
    facts = probe(path)
    with av.open(str(path)) as container:
        packets = [p for p in container.demux(video=0) if p.size]
        base = packets[0].time_base
        length = float((max(p.dts + p.duration for p in packets) - packets[0].dts) * base)
    assert facts.state is FileState.WHOLE
    assert facts.duration_s == pytest.approx(length, abs=1e-6)


def _decodable(path: Path) -> int:
    """Pictures FFmpeg decodes before it fails, if it does."""
    frames = 0
    with contextlib.suppress(av.error.FFmpegError, IndexError), av.open(str(path)) as container:
        for _ in container.decode(video=0):
            frames += 1
    return frames


def _last_head(data: bytes) -> int:
    """Where the last fragment begins that is there at all."""
    return data.rindex(b"moof") - 4


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1))
@example(0.3401804117108687)  # within the head of a fragment
def test_a_file_cut_anywhere_proves_what_ffmpeg_can_decode(share: float) -> None:
    for movflags in ("+faststart", FRAGMENTED):
        whole = film(6, movflags=movflags)
        data = whole.read_bytes()
        cut = whole.with_name(f"cut{movflags.replace('+', '_')}.mp4")
        cut.write_bytes(data[: round(share * len(data))])
        facts = probe(cut)
        assert facts.duration_s <= 6.0
        frames = _decodable(cut)
        if not frames and facts.duration_s:
            # Cut within the head of a fragment FFmpeg refuses even what is whole before it.
            cut.write_bytes(data[: _last_head(cut.read_bytes())])
            frames = _decodable(cut)
        if facts.state is FileState.WHOLE:
            assert frames == 30
        # 5 pictures a second; FFmpeg shows the picture that was cut in two as well, damaged.
        assert frames / 5 - 0.2 - 1e-6 <= facts.duration_s <= frames / 5 + 1e-6


def test_a_file_without_its_table_proves_nothing(tmp_path: Path) -> None:
    path = put(tmp_path / "a.mp4", 4)
    os.truncate(path, path.stat().st_size // 2)
    facts = probe(path)
    assert (facts.state, facts.duration_s) == (FileState.TRUNCATED, 0.0)
    assert "moov" in facts.detail


def test_the_zeros_a_power_cut_leaves_are_no_footage(tmp_path: Path) -> None:
    path = put(tmp_path / "a.mp4", 4, movflags="+faststart")
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(size // 2)
        file.write(b"\0" * (size - size // 2))
    facts = probe(path)
    assert facts.state is FileState.TRUNCATED
    assert 1.0 < facts.duration_s < 3.0
    assert facts.claimed_s == pytest.approx(4.0)


def _with_pause(path: Path, pause_s: float) -> Path:
    """Ten pictures at 5/s, a pause, ten more."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=5, width=64, height=48)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 100)
        stream.codec_context.max_b_frames = 0
        for index in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), 9, np.uint8), format="yuv420p")
            frame.pts = index * 20 + (round(pause_s * 100) if index >= 10 else 0)
            frame.time_base = Fraction(1, 100)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_pause_inside_a_file_is_a_hole(tmp_path: Path, suffix: str) -> None:
    facts = probe(_with_pause(tmp_path / f"a{suffix}", 58.0))
    assert facts.state is FileState.WHOLE
    assert facts.duration_s == pytest.approx(62.0, abs=0.2)
    assert len(facts.runs_s) == 2
    hole_s = facts.runs_s[1][0] - facts.runs_s[0][1]
    assert hole_s == pytest.approx(58.0, abs=0.1)


def test_a_slow_camera_is_not_full_of_holes(tmp_path: Path) -> None:
    path = tmp_path / "slow.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1, width=64, height=48)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 10)
        for index in range(6):
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), 9, np.uint8), format="yuv420p")
            frame.pts, frame.time_base = index * 100, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert len(probe(path).runs_s) == 1


def _text(path: Path) -> None:
    path.write_text("not a film\n" * 100, "utf-8")


def _noise(path: Path) -> None:
    path.write_bytes(np.random.default_rng(1).bytes(5000))


def _zeros(path: Path) -> None:
    path.write_bytes(b"\0" * 5000)


def _picture(path: Path) -> None:
    import cv2

    path.write_bytes(cv2.imencode(".jpg", np.zeros((48, 64, 3), np.uint8))[1].tobytes())


def _sound(path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


@pytest.mark.parametrize("write", [_text, _noise, _zeros, _picture, _sound])
def test_what_is_no_recording_is_foreign(tmp_path: Path, write: Callable[[Path], None]) -> None:
    path = tmp_path / "a.mp4"
    write(path)
    facts = probe(path)
    assert (facts.state, facts.duration_s) == (FileState.FOREIGN, 0.0)
    assert facts.detail


@pytest.mark.parametrize(("name", "codec", "kind"), UNKNOWN_KINDS)
def test_pictures_of_a_kind_nobody_here_knows_have_their_times(
    tmp_path: Path, name: str, codec: str, kind: bytes
) -> None:
    facts = probe(make_unknown(tmp_path / name, codec, kind))
    assert facts.state is FileState.WHOLE
    assert facts.duration_s == pytest.approx(12 / 25, abs=0.041)


def test_an_empty_file_is_empty(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    assert probe(tmp_path / "a.mp4").state is FileState.EMPTY


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    assert probe(tmp_path / "a.mp4").state is FileState.UNREADABLE


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 3), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8))
def test_no_damage_raises(which: int, damage: list[tuple[float, int]]) -> None:
    path = film(2, movflags=["", "+faststart", FRAGMENTED, "+frag_every_frame+delay_moov"][which])
    data = bytearray(path.read_bytes())
    for share, value in damage:
        data[min(len(data) - 1, round(share * len(data)))] = value
    broken = path.with_name("broken.mp4")
    broken.write_bytes(data)
    facts = probe(broken)
    assert facts.duration_s >= 0.0


@pytest.mark.parametrize(("box", "at"), [(b"stsz", 12), (b"stts", 12), (b"stsc", 16)])
def test_absurd_counts_in_a_table_are_not_believed(tmp_path: Path, box: bytes, at: int) -> None:
    path = put(tmp_path / "a.mp4", 2, movflags="+faststart")
    data = bytearray(path.read_bytes())
    struct.pack_into(">I", data, data.index(box) + at, 0xFFFFFFF0)
    path.write_bytes(data)
    assert probe(path).state is FileState.TRUNCATED


_BOXES = [
    b"moov", b"trak", b"tkhd", b"mdia", b"mdhd", b"hdlr", b"minf", b"stbl", b"stsd", b"stsz",
    b"stts", b"stsc", b"stco", b"mvex", b"trex", b"moof", b"traf", b"tfhd",
    b"tfdt", b"trun", b"mdat",
]  # fmt: skip
_WORDS = [b"\0\0\0\x08", b"\0\0\0\0", b"\0\0\0\x01", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff"]


@pytest.mark.whole
@settings(max_examples=400, deadline=None)
@given(
    st.integers(0, 3),
    st.lists(
        st.tuples(st.sampled_from(_BOXES), st.integers(-4, 32), st.sampled_from(_WORDS)),
        min_size=1,
        max_size=4,
    ),
)
@example(0, [(b"tkhd", -4, b"\0\0\0\x08")])  # a box without what its kind must hold
@example(0, [(b"mdhd", -4, b"\0\0\0\x08")])
@example(2, [(b"tfdt", -4, b"\0\0\0\x08")])
@example(2, [(b"tfdt", 4, b"\x01\0\0\0"), (b"tfdt", 8, b"\xff\xff\xff\xff")])  # beyond 2^63
@example(0, [(b"stts", 4, b"\x7f\xff\xff\xff")])
def test_no_broken_box_raises(which: int, damage: list[tuple[bytes, int, bytes]]) -> None:
    """Files are judged by their tables, so it is their boxes that damage must be tried on."""
    path = film(2, movflags=["", "+faststart", FRAGMENTED, "+frag_every_frame+delay_moov"][which])
    data = bytearray(path.read_bytes())
    for box, at, word in damage:
        where = data.find(box)
        if where >= 0:
            data[where + at : where + at + 4] = word
    broken = path.with_name("broken.mp4")
    broken.write_bytes(data)
    facts = probe(broken)
    assert facts.state is not FileState.UNREADABLE
    assert all(begin < end for begin, end in facts.runs_s)
    assert all(a[1] <= b[0] for a, b in pairwise(facts.runs_s))


def test_a_file_whose_times_begin_anew_proves_all_its_pictures(tmp_path: Path) -> None:
    path = put(tmp_path / "a.mp4", 4, gop=5, movflags=FRAGMENTED)
    data = bytearray(path.read_bytes())
    at = [found.start() for found in re.finditer(b"tfdt", data)]
    assert len(at) == 4
    for number, where in enumerate(at):  # the first two fragments lie after the last two
        (start,) = struct.unpack_from(">Q", data, where + 8)
        moved = start + (1 if number < 2 else -1) * 2 * _ticks_a_second(data)
        struct.pack_into(">Q", data, where + 8, moved)
    path.write_bytes(data)
    facts = probe(path)
    assert (facts.state, facts.duration_s) == (FileState.WHOLE, pytest.approx(4.0))


def _ticks_a_second(data: bytes) -> int:
    at = data.index(b"mdhd")
    return int(struct.unpack_from(">I", data, at + 16)[0])

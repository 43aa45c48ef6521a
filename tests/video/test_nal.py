"""Our Annex B is the one FFmpeg's own filters make, and broken bytes break nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.packets import EncodedPacket, StreamInfo
from pipeline.video import nal
from tests.video.media import make_video, read_packets


def filtered(path: Path, codec: str) -> list[bytes]:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        bsf = av.bitstream.BitStreamFilterContext(f"{codec}_mp4toannexb", stream)
        return [bytes(q) for p in container.demux(stream) if p.size for q in bsf.filter(p)]


@pytest.mark.parametrize(("encoder", "codec"), [("libx264", "h264"), ("libx265", "hevc")])
def test_mp4_becomes_the_annex_b_of_ffmpegs_filter(
    tmp_path: Path, encoder: str, codec: str
) -> None:
    path = make_video(tmp_path / "a.mp4", codec=encoder, count=25, gop=8, b_frames=2)
    packets, info = read_packets(path)
    sets = nal.read_parameter_sets(info.codec, info.extradata)
    assert sets.length_size == 4
    for ours, theirs in zip(packets, filtered(path, codec), strict=True):
        annexb = nal.to_annexb(codec, ours.data, sets, with_parameters=ours.is_keyframe)
        mine = list(nal.annexb_units(annexb))
        # FFmpeg adds the encoder's text unit (SEI) of the configuration, which no decoder needs.
        wanted = [u for u in nal.annexb_units(theirs) if nal.unit_type(codec, u) not in (6, 39)]
        assert [u for u in mine if nal.unit_type(codec, u) not in (6, 39)] == wanted


def test_parameter_sets_are_read_from_a_session_description_too() -> None:
    sps, pps = bytes([0x67, 77, 0, 40, 1]), bytes([0x68, 1, 2])
    extradata = b"\x00\x00\x00\x01" + sps + b"\x00\x00\x01" + pps
    sets = nal.read_parameter_sets("h264", extradata)
    assert sets == nal.ParameterSets(0, (sps, pps))
    assert nal.h264_profile(sets) == 77


def test_parameter_sets_are_not_sent_twice() -> None:
    sps = bytes([0x67, 100, 0, 40])
    sets = nal.ParameterSets(0, (sps,))
    with_own = nal.START_CODE + sps + nal.START_CODE + bytes([0x65, 1, 2])
    assert nal.to_annexb("h264", with_own, sets, with_parameters=True) == with_own
    without = nal.START_CODE + bytes([0x65, 1, 2])
    assert nal.to_annexb("h264", without, sets, with_parameters=True) == with_own
    assert nal.to_annexb("h264", without, sets, with_parameters=False) == without


@pytest.mark.parametrize(
    ("profile", "plays"), [(66, True), (100, True), (110, False), (244, False)]
)
def test_profiles_browsers_play(profile: int, plays: bool) -> None:
    sets = nal.ParameterSets(0, (bytes([0x67, profile, 0, 40]),))
    assert (nal.h264_profile(sets) in nal.BROWSER_H264_PROFILES) is plays


@given(st.sampled_from(["h264", "hevc", "vp9"]), st.binary(max_size=60))
def test_no_bytes_break_the_reader(codec: str, data: bytes) -> None:
    sets = nal.read_parameter_sets(codec, data)
    nal.to_annexb(codec, data, sets, with_parameters=True)
    nal.to_annexb(codec, data, nal.ParameterSets(4, ()), with_parameters=True)
    nal.h264_profile(sets, data)


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=6), st.sampled_from([1, 2, 4]))
def test_length_prefixed_units_come_back(units: list[bytes], length_size: int) -> None:
    data = b"".join(len(u).to_bytes(length_size, "big") + u for u in units)
    assert list(nal.length_prefixed_units(data, length_size)) == units


@pytest.mark.parametrize(
    ("encoder", "params", "anew"),
    [
        ("libx264", "", True),
        ("libx264", "open-gop=1", False),
        ("libx265", "open-gop=0", True),
        ("libx265", "open-gop=1", False),
    ],
)
def test_a_keyframe_that_later_pictures_lean_across_begins_nothing_anew(
    tmp_path: Path, encoder: str, params: str, anew: bool
) -> None:
    packets, info = _encoded(tmp_path / "a.mp4", encoder, params)
    sets = nal.read_parameter_sets(info.codec, info.extradata)
    told = {
        nal.begins_anew(info.codec, data, size)
        for p in packets[8:]
        if p.is_keyframe
        for data, size in (
            (p.data, sets.length_size),
            (nal.to_annexb(info.codec, p.data, sets, with_parameters=True), 0),
        )
    }
    assert told == {anew}
    others = [p for p in packets if not p.is_keyframe]
    assert not any(nal.begins_anew(info.codec, p.data, sets.length_size) for p in others)
    assert not nal.begins_anew("mpeg4", packets[0].data, 0)
    assert not nal.begins_anew(info.codec, b"", 0)


def _encoded(path: Path, encoder: str, params: str) -> tuple[list[EncodedPacket], StreamInfo]:
    key = "x264-params" if encoder == "libx264" else "x265-params"
    given_params = f"keyint=8:min-keyint=8:scenecut=0:bframes=2:{params}:log-level=none"
    moving = np.random.default_rng(1).integers(60, 200, (96, 128), np.uint8)
    with av.open(str(path), "w") as output:
        stream = output.add_stream(encoder, rate=25, width=128, height=64)
        assert isinstance(stream, VideoStream)
        stream.options = {"preset": "ultrafast", key: given_params.replace("::", ":")}
        stream.pix_fmt = "yuv420p"
        for index in range(40):
            picture = np.ascontiguousarray(np.roll(moving, index * 2, axis=1))
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return read_packets(path)

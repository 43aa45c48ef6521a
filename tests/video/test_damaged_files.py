"""Damaged recordings end in a typed error or in pictures, never in anything else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.core.errors import EvidenceError, SourceError
from pipeline.core.packets import EncodedPacket
from pipeline.video.decoder import Decoder
from pipeline.video.remux import ClipFacts, write_clip
from pipeline.video.sources.file import FileSource
from tests.video.media import make_video

NAMES = [("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.ts", "libx265"), ("a.avi", "mpeg4")]


@pytest.fixture(scope="module", params=NAMES, ids=lambda pair: f"{pair[0]}-{pair[1]}")
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name, codec = request.param
    folder = tmp_path_factory.mktemp("whole")
    return make_video(folder / name, codec=codec, count=12, gop=4, b_frames=1)


@pytest.mark.whole
@given(
    hits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=8))),
    kept=st.floats(0.05, 1.0),
)
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_damage_is_survived_or_named(
    whole: Path, tmp_path: Path, hits: list[tuple[float, bytes]], kept: float
) -> None:
    data = bytearray(whole.read_bytes())
    for share, noise in hits:
        at = int(share * len(data))
        data[at : at + len(noise)] = noise[: len(data) - at]
    damaged = tmp_path / whole.name
    damaged.write_bytes(data[: int(kept * len(data))])
    try:
        facts = decode_and_cut(damaged, tmp_path / "clip.mp4")
    except (SourceError, EvidenceError) as error:
        facts = None
        remedy = error.remedy
    if facts is None:
        assert remedy
    else:
        assert facts.size_bytes == (tmp_path / "clip.mp4").stat().st_size
    assert list(tmp_path.glob(".*.part")) == []


def test_a_stream_that_does_not_say_how_large_it_is_makes_no_clip(
    tmp_path: Path,
) -> None:
    made = make_video(tmp_path / "a.ts", codec="libx265", count=12, gop=4)
    source = FileSource(made, "cam", 0.0)
    try:
        info = replace(source.open(), width=0, height=0)
        packets = list(source.packets())
    finally:
        source.close()
    with pytest.raises(EvidenceError, match="does not say how large its pictures are"):
        write_clip(packets, info, tmp_path / "clip.mp4", 0.0, 1.0)
    assert [each.name for each in tmp_path.iterdir()] == ["a.ts"]


def decode_and_cut(path: Path, clip: Path) -> ClipFacts:
    """Do with a recording what the worker does."""
    packets: list[EncodedPacket] = []
    source = FileSource(path, "cam", 0.0)
    try:
        info = source.open()
        with Decoder(info, "cam") as decoder:
            latest_s = 0.0
            for packet in source.packets():
                packets.append(packet)
                for frame in decoder.decode(packet):
                    assert frame.time.media_s >= latest_s
                    latest_s = frame.time.media_s
                    frame.picture.bgr(32, 24)
            decoder.flush()
    finally:
        source.close()
    return write_clip(packets, info, clip, 0.0, 1.0)

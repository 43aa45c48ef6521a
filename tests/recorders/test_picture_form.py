"""A file goes on for as long as its pictures are of one form, however it is spelled."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import pytest

from tests.recorders.film import Stream, stream
from tests.recorders.test_recorder import new_box

_SPS = {"libx264": b"\x00\x00\x01\x67", "libx265": b"\x00\x00\x01\x42\x01"}
_BEHIND = {"libx264": 3, "libx265": 1}
"""Bytes behind the header up to where the level is looked for."""


def spelled_anew(film: Stream, codec: str) -> Stream:
    """The same film, each keyframe's parameter set with a level of its own."""
    packets, count = [], 0
    for packet in film.packets:
        data = bytearray(packet.data)
        if packet.is_keyframe:
            at = data.index(_SPS[codec]) + 3 + _BEHIND[codec]
            if codec == "libx265":
                at = next(n for n in range(at, at + 30) if data[n] in (30, 60, 63, 90))
            data[at] += count % 4
            count += 1
        packets.append(replace(packet, data=bytes(data)))
    return Stream(film.info, tuple(packets))


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_level_told_anew_begins_no_file(codec: str, tmp_path: Path) -> None:
    film = spelled_anew(stream(60, suffix=".ts", codec=codec), codec)
    box = new_box(tmp_path, segment_s=300.0)
    box.watch(59.9, film=film)
    box.recorder.stop(5.0)
    files = sorted(tmp_path.rglob("*.mp4"))
    assert len(files) == 1
    with av.open(str(files[0])) as container:
        assert sum(1 for _ in container.decode(video=0)) >= 298


def test_another_size_begins_a_file_though_the_description_stays(tmp_path: Path) -> None:
    narrow, wide = stream(10, suffix=".ts"), stream(10, suffix=".ts", width=96)
    box = new_box(tmp_path, segment_s=300.0)
    box.watch(9.9, film=narrow)
    box.watch(9.9, film=Stream(narrow.info, wide.packets))
    box.recorder.stop(5.0)
    sizes = []
    for path in sorted(tmp_path.rglob("*.mp4")):
        with av.open(str(path)) as container:
            sizes.append(container.streams.video[0].width)
    assert sizes == [64, 96]

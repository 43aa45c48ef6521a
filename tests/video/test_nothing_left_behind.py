"""Whoever stops reading half-way leaves nothing of FFmpeg's behind, however often it happens."""

from __future__ import annotations

import ctypes
import gc
import re
from pathlib import Path

import pytest

from pipeline.recorders.disk import LocalDisk
from pipeline.recorders.segments import SegmentWriter
from pipeline.video.sources.file import FileSource
from tests.house.tracked import ROOT, tracked_files
from tests.recorders.film import stream
from tests.video.media import make_video

_TIMES = 500


class _MallInfo(ctypes.Structure):
    """glibc's account of its heap; see mallinfo2(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    ]


def _held_bytes() -> int:
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "mallinfo2"):
        pytest.skip("only glibc tells what is held")
    libc.mallinfo2.restype = _MallInfo
    gc.collect()
    return int(libc.mallinfo2().uordblks)


@pytest.mark.whole
def test_a_source_that_is_left_half_way_leaves_nothing_behind(tmp_path: Path) -> None:
    film = make_video(tmp_path / "a.mp4", count=20)

    def look_in() -> None:
        source = FileSource(film, "gate", 0.0)
        source.open()
        next(iter(source.packets()))
        source.close()

    for _ in range(50):
        look_in()
    before = _held_bytes()
    for _ in range(_TIMES):
        look_in()
    # FFmpeg's packet alone, with malloc's own head, is 112 bytes.
    assert (_held_bytes() - before) / _TIMES < 60


@pytest.mark.whole
def test_a_segment_that_is_given_up_leaves_nothing_behind(tmp_path: Path) -> None:
    film = stream(4)
    disk = LocalDisk()

    def give_up() -> None:
        writer = SegmentWriter(tmp_path, "gate", film.info, film.packets[0], disk)
        for packet in film.packets[1:]:
            writer.add(packet)
        writer.abandon()
        (tmp_path / writer.path).with_suffix(".mp4.part").unlink()

    for _ in range(50):
        give_up()
    before = _held_bytes()
    for _ in range(_TIMES):
        give_up()
    assert (_held_bytes() - before) / _TIMES < 60


def test_packets_of_a_container_are_read_in_one_place_that_ends_them() -> None:
    asks = re.compile(r"\.demux\(|container\.decode\(")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path.suffix == ".py"
        and path.relative_to(ROOT).parts[0] in ("api", "pipeline")
        and asks.search(path.read_text("utf-8"))
    ]
    assert found == ["pipeline/core/demux.py"], "use pipeline.core.demux.demuxed"

"""Tracks a box keeps for previews: small, bounded, whole after whatever happens to their file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.file_schema import NewerFileError
from pipeline.runtime.track_store import (
    TRACKS_SCHEMA,
    Block,
    LaneFacts,
    TrackStore,
    forget_old,
)
from pipeline.tracking.kept import STEP, GarbledTracksError, KeptLook, pack, unpack
from tests.evidence.test_store import largest_file

_LANES = (LaneFacts(("person", "car"), ("hat",)),)
_NOW_S = 1_800_000_000.0


def _look(media_s: float, boxes: Sequence[Sequence[float]], *, utc_s: float = _NOW_S) -> KeptLook:
    n = len(boxes)
    tracks = Tracks(
        np.array(boxes, np.float32).reshape(n, 4),
        np.linspace(0.3, 0.95, n).astype(np.float32),
        np.arange(n, dtype=np.int64) % 2,
        np.arange(1, n + 1, dtype=np.int64) * 7,
        np.full(n, media_s - 0.4),
        ("person", "car"),
        (640, 360),
        {"hat": (np.arange(n) % 3 - 1).astype(np.int8)} if n else {},
    )
    return KeptLook(FrameTime(media_s, utc_s + media_s), tracks)


def _block(at_s: float, body: bytes = b"", run: int = 1) -> Block:
    return Block(run, 0, ((at_s, at_s + 60.0),), False, 300, body)


_BOX = st.tuples(*(st.floats(-50, 700, width=32),) * 4)


@settings(max_examples=60, deadline=None)
@given(
    pictures=st.lists(
        st.tuples(st.floats(0, 2, width=32), st.lists(_BOX, max_size=6)), min_size=1, max_size=20
    ),
    leap_s=st.sampled_from([0.0, -7200.0, 3600.0]),
)
def test_what_is_kept_is_what_was_followed(
    pictures: list[tuple[float, list[tuple[float, ...]]]], leap_s: float
) -> None:
    media_s, looks = 0.0, []
    for n, (pause_s, boxes) in enumerate(pictures):
        media_s += pause_s
        utc_s = _NOW_S + (leap_s if n >= len(pictures) // 2 else 0.0)
        looks.append(_look(media_s, boxes, utc_s=utc_s))
    again = unpack(pack(looks))
    assert len(again) == len(looks)
    for was, now in zip(looks, again, strict=True):
        assert now.time.media_s == pytest.approx(was.time.media_s, abs=1e-5)
        assert now.time.utc_s == pytest.approx(was.time.utc_s, abs=1e-5)
        assert now.tracks.track_id.tolist() == was.tracks.track_id.tolist()
        assert now.tracks.class_id.tolist() == was.tracks.class_id.tolist()
        assert now.tracks.frame_size == (640, 360)
        assert now.tracks.attribute("hat").tolist() == was.tracks.attribute("hat").tolist()
        away = np.abs(now.tracks.box_norm_xyxy() - was.tracks.box_norm_xyxy())
        assert (away <= STEP / 2 + 1e-5).all()
        for least in (0.3, 0.35, 0.5, 0.62, 0.9):
            assert ((now.tracks.score >= least) == (was.tracks.score >= least)).all()


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_garbled_bytes_are_an_error_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(pack([_look(n / 5, [(10, 10, 50, 110)] * 3) for n in range(10)]))
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] ^= data.draw(st.integers(1, 255))
    try:
        looks = unpack(bytes(whole))
    except GarbledTracksError:
        return
    assert len(looks) == 10  # a bit of zlib's head that says nothing


def test_the_oldest_go_first_by_age_and_by_size(tmp_path: Path) -> None:
    store = TrackStore(tmp_path, "gate", max_bytes=200_000)
    run = store.begin(_LANES)
    rng = np.random.default_rng(1)
    for minute in range(300):
        at_s = _NOW_S + 60.0 * minute
        body = rng.bytes(1500)
        store.add(_block(at_s, body, run), at_s + 60.0)
        assert store.path.stat().st_size <= 220_000
    kept = store.read(0.0, 2e9)
    ends = [block.spans[0][1] for block in kept.blocks]
    assert ends == sorted(ends)
    assert ends[-1] == _NOW_S + 60.0 * 300
    assert 50 < len(ends) < 120
    late_s = _NOW_S + 60.0 * 300 + 86_400.0
    store.add(_block(late_s, b"", run), late_s + 60.0)
    assert [b.spans[0][0] for b in store.read(0.0, 3e9).blocks][-1] == late_s
    assert min(b.spans[0][1] for b in store.read(0.0, 3e9).blocks) >= late_s + 60.0 - 86_400.0


def test_a_restart_and_a_clock_set_back_lose_nothing(tmp_path: Path) -> None:
    first = TrackStore(tmp_path, "gate")
    first.add(_block(_NOW_S, run=first.begin(_LANES)), _NOW_S + 60)
    again = TrackStore(tmp_path, "gate")
    run = again.begin(_LANES)
    assert run == 2
    again.add(_block(_NOW_S - 7200.0, run=run), _NOW_S - 7140.0)
    assert [b.run for b in again.read(_NOW_S - 9000, _NOW_S + 900).blocks] == [1, 2]


@pytest.mark.parametrize("damage", ["truncated", "garbled", "text"])
def test_a_damaged_file_is_set_aside_and_the_next_minute_kept(tmp_path: Path, damage: str) -> None:
    store = TrackStore(tmp_path, "gate")
    run = store.begin(_LANES)
    for n in range(40):
        store.add(_block(_NOW_S + 60 * n, b"x" * 3000, run), _NOW_S + 60 * n + 60)
    whole = store.path.read_bytes()
    broken = {
        "truncated": whole[: len(whole) // 2],
        "garbled": b"\xff" * 100 + whole[100:],
        "text": b"cameras: []\n" * 900,
    }[damage]
    store.path.write_bytes(broken)
    store.read(0.0, 2e9)  # says so and dies not
    later = TrackStore(tmp_path, "gate")
    later.add(_block(_NOW_S + 9000, run=later.begin(_LANES)), _NOW_S + 9060)
    assert later.read(_NOW_S + 8990, 2e9).blocks[-1].spans == ((_NOW_S + 9000, _NOW_S + 9060),)


def test_a_newer_file_is_refused_by_name_and_set_aside_whole(tmp_path: Path) -> None:
    store = TrackStore(tmp_path, "gate")
    store.begin(_LANES)
    with closing(sqlite3.connect(store.path)) as db:
        db.execute(f"PRAGMA user_version = {TRACKS_SCHEMA.version + 1}")
    before = store.path.read_bytes()
    with pytest.raises(NewerFileError, match="newer version of Mingan"):
        store.read(0.0, 2e9)
    assert store.path.read_bytes() == before
    again = TrackStore(tmp_path, "gate")
    again.add(_block(_NOW_S, run=again.begin(_LANES)), _NOW_S + 60)
    assert store.path.with_name("gate.sqlite3.newer").read_bytes() == before
    assert len(again.read(0.0, 2e9).blocks) == 1


def test_a_disk_that_takes_no_more_keeps_what_was_there(tmp_path: Path) -> None:
    store = TrackStore(tmp_path, "gate")
    run = store.begin(_LANES)
    store.add(_block(_NOW_S, b"x" * 20_000, run), _NOW_S + 60)
    more = _block(_NOW_S + 60, np.random.default_rng(2).bytes(400_000), run)
    with largest_file(store.path.stat().st_size), pytest.raises(sqlite3.OperationalError):
        store.add(more, _NOW_S + 120)
    assert [b.body for b in store.read(0.0, 2e9).blocks] == [b"x" * 20_000]
    store.add(more, _NOW_S + 120)
    assert len(store.read(0.0, 2e9).blocks) == 2


def test_files_of_cameras_that_are_gone_go_after_a_day(tmp_path: Path) -> None:
    store = TrackStore(tmp_path, "gate")
    store.begin(_LANES)
    written_s = store.path.stat().st_mtime
    forget_old(tmp_path, written_s + 86_000)
    assert store.path.exists()
    forget_old(tmp_path, written_s + 86_500)
    assert not store.path.exists()

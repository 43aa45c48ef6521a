"""Faults of single files, and of ours: they cost what they concern and nothing beside it."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from structlog.testing import capture_logs

from api.contract.retention import RetentionState as S
from pipeline.recorders.errors import storage_error
from pipeline.recorders.retention import RetentionPolicy
from tests.recorders.film import stream
from tests.recorders.scripted_disk import ScriptedDisk
from tests.recorders.test_recorder import BEGIN, MONTH, Box, new_box


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    made = new_box(tmp_path)
    yield made
    made.recorder.index.close()


def test_a_file_that_cannot_be_removed_does_not_keep_others_from_making_room(
    tmp_path: Path,
) -> None:
    box = new_box(tmp_path, max_bytes=3_500_000)
    box.recorder.set_policies({"gate": RetentionPolicy(0, None)})
    box.watch(65)
    (oldest,) = box.root.rglob("*.mp4")
    box.disk.sticks = {oldest.name}
    box.watch(600)
    assert oldest.exists()
    assert box.recorder.index.size_bytes() < 3_500_000 + 2 * oldest.stat().st_size
    assert "disk_failed" in box.status().alarms
    box.disk.sticks = set()
    box.watch(120)
    assert not oldest.exists()
    assert box.status().alarms == ()
    box.recorder.index.close()


@pytest.fixture
def as_nobody() -> Iterator[Box]:
    """Root may read everything, so the test is somebody else for a while."""
    stream(10)
    with TemporaryDirectory() as name:
        user = os.geteuid()
        if user == 0:
            os.chown(name, 65534, 65534)
            os.seteuid(65534)
        try:
            made = new_box(Path(name))
            yield made
            made.recorder.index.close()
        finally:
            os.seteuid(user)


@contextmanager
def unreadable_without_index(box: Box, place: Path) -> Iterator[None]:
    """The index is lost, and for a while a file or folder cannot be read."""
    for path in box.root.glob("index.sqlite*"):
        path.unlink()
    mode = place.stat().st_mode
    place.chmod(0)
    try:
        yield
    finally:
        place.chmod(mode)


@pytest.mark.parametrize("what", ["*.mp4", "20*"])
def test_what_cannot_be_read_stops_neither_recorder_nor_housekeeping(
    as_nobody: Box, what: str
) -> None:
    box = as_nobody
    box.watch(130)
    box.recorder.stop()
    locked = sorted(box.root.glob(f"gate/{what}") if what == "20*" else box.root.rglob(what))[0]
    with unreadable_without_index(box, locked):
        box.restart()
        box.watch(1000, camera="yard")
        box.away(1, camera="yard")
        assert box.footage("yard") == [(130.0, 1130.0)]
        assert box.status().state is S.UNKNOWN, "not known is not missing"
        assert "gate" not in box.recorder.index.cameras() or what == "*.mp4"
    box.watch(400, camera="yard")
    assert box.footage("gate") == [(0.0, 130.0)]
    assert box.status().state is S.GAP


def test_a_part_that_cannot_be_read_stops_no_housekeeping_and_is_tried_again(
    as_nobody: Box,
) -> None:
    box = as_nobody
    box.watch(130)
    box.recorder.stop()
    whole = sorted(box.root.rglob("*.mp4"))[-1]
    part = whole.rename(whole.with_name(whole.name + ".part"))
    with unreadable_without_index(box, part):
        box.restart()
        box.watch(200, camera="yard")
        alive_s = box.recorder.index.last_alive_s()
        assert alive_s is not None
        assert alive_s >= BEGIN + 250, "nobody kept house"
        assert box.footage("gate") == [(0.0, 120.0)]
        assert box.status().state is S.UNKNOWN, "not known is not missing"
        assert "disk_readonly" in box.status().alarms
    box.watch(120, camera="yard")
    assert box.status().alarms == ()
    assert box.status().state is not S.UNKNOWN
    assert box.footage("gate") == [(0.0, 130.0)]


def test_a_segment_that_was_renamed_before_the_disk_refused_keeps_its_row(box: Box) -> None:
    class Refusing(ScriptedDisk):
        def rename(self, path: Path, new: Path) -> None:
            super().rename(path, new)
            self.refuses, left = 0, self.refuses
            if left == -1:
                raise storage_error(OSError(errno.EIO, os.strerror(errno.EIO)), str(path))

    disk = Refusing()
    disk.refuses = -1
    disk.check = lambda path: None  # type: ignore[method-assign]
    box.restart(disk)
    box.watch(130)
    box.away(1)
    assert disk.refuses == 0
    assert box.footage() == [(0.0, 130.0)]


def test_a_full_disk_is_told_once_and_once_more_when_it_takes_again(box: Box) -> None:
    box.watch(70)
    box.recorder.set_policies({"gate": RetentionPolicy(0, None)})
    with capture_logs() as logs:
        box.disk.refuses = errno.ENOSPC
        box.watch(300)
        assert [line["event"] for line in logs] == ["recording stopped", "index behind"]
        box.disk.refuses = 0
        box.watch(120)
    assert [line["event"] for line in logs[2:]] == ["recording again", "index caught up"]
    assert box.status().alarms == ()


def test_what_a_fault_of_ours_left_open_is_recovered(box: Box) -> None:
    box.watch(30)
    senseless = replace(stream(10).info, time_base=Fraction(0))
    (packet,) = list(stream(10).at(box.clock.utc_s(), 30))[:1]
    box.recorder.put("gate", packet, senseless)
    box.recorder.pump()
    box.clock.advance(120)
    box.recorder.pump()
    ((start, end),) = box.footage()
    assert (start, round(end)) == (0.0, 30)
    assert not list(box.root.rglob("*.part"))


def test_a_fault_in_housekeeping_does_not_end_recording(box: Box) -> None:
    box.recorder.set_policies({"gate": "nonsense"})  # type: ignore[dict-item]
    box.recorder.start()
    try:
        with capture_logs() as logs:
            box.clock.advance(61)
            deadline_s = time.monotonic() + 10
            while not any(line["event"] == "the recorder's housekeeping failed" for line in logs):
                assert time.monotonic() < deadline_s, logs
                time.sleep(0.01)
        assert box.recorder._thread is not None
        assert box.recorder._thread.is_alive()
    finally:
        box.recorder.set_policies({"gate": MONTH})
        box.recorder.stop()
    box.restart()


@pytest.mark.whole
def test_a_fault_of_ours_costs_one_camera_and_not_the_recorder(box: Box) -> None:
    film = stream(10)
    senseless = replace(film.info, time_base=Fraction(0))
    for packet in film.at(BEGIN):
        box.recorder.put("yard", packet, senseless)
        box.recorder.put("gate", packet, film.info)
    box.clock.advance(10)
    box.recorder.pump()
    assert box.footage("gate") == [(0.0, 9.8)]
    assert box.footage("yard") == []

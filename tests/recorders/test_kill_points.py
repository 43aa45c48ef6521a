"""Killed at every named point of a segment's life: what is lost, and what the gap list says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.contract.footage.spans import Span
from api.contract.retention import GapCause as G
from pipeline.core.clock import ManualClock
from pipeline.recorders.recorder import Recorder
from pipeline.recorders.retention import RetentionPolicy
from pipeline.recorders.segments import LifePoint
from tests.recorders.doomed_process import BEGIN, DEATH, SECONDS, settings_of
from tests.recorders.film import decoded, film

LATER = BEGIN + 1000
WINDOW = Span(BEGIN, LATER)
WRITING = [
    (LifePoint.PART_CREATED.value, 1),
    (LifePoint.PART_CREATED.value, 3),
    (LifePoint.FRAGMENT_WRITTEN.value, 1),
    (LifePoint.FRAGMENT_WRITTEN.value, 40),
    ("torn_fragment", 1),
    ("torn_fragment", 40),
    (LifePoint.PART_COMPLETE.value, 2),
    (LifePoint.RENAMED.value, 2),
    (LifePoint.INDEXED.value, 2),
]
_EACH_DAY = frozenset(WRITING[1::2])


def run(root: Path, point: str, nth: int) -> float:
    """Run the process until it dies; seconds of film it had been given."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.recorders.doomed_process", str(root), point, str(nth)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"MINGAN_TEST_FILMS": str(film(10).parent)},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]
    times = [line for line in done.stdout.split() if line.replace(".", "").isdigit()]
    return float(times[-1]) if times else 0.0


def restarted(root: Path, *, is_small: bool = False) -> Recorder:
    recorder = Recorder(
        settings_of(root, is_small=is_small), {"gate": RetentionPolicy(30)}, ManualClock(LATER)
    )
    recorder.recover()
    return recorder


@pytest.mark.parametrize(
    ("point", "nth"),
    [pytest.param(*each, marks=() if each in _EACH_DAY else pytest.mark.whole) for each in WRITING],
)
def test_killed_while_writing(tmp_path: Path, point: str, nth: int) -> None:
    given_s = run(tmp_path, point, nth)
    recorder = restarted(tmp_path)
    footage = recorder.coverage("gate", WINDOW)
    end_s = footage[-1].end_s - BEGIN if footage else 0.0
    # At most one fragment (here a GOP of one second) and the picture whose length was not known.
    assert end_s >= given_s - 1.4 - 1e-6
    assert end_s <= given_s + 0.4 + 1e-6
    assert len(footage) <= 1
    if footage:
        assert footage[0].start_s == BEGIN
        status = recorder.status("gate")
        (gap,) = status.gaps
        assert gap.cause is G.WORKER_STOPPED
        assert gap.from_at.timestamp() == pytest.approx(BEGIN + end_s, abs=0.002)
        assert gap.to_at.timestamp() == pytest.approx(LATER)
    # The index is right: each segment is a file of that length that plays, and no file is left.
    segments = recorder.index.segments("gate")
    for segment in segments:
        times = decoded(tmp_path / segment.path)
        assert len(times) == round(segment.media_s * 5)
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.mp4")}
    assert files == {s.path for s in segments}
    recorder.index.close()


@pytest.mark.whole
@pytest.mark.parametrize("point", [p.value for p in DEATH])
def test_killed_while_deleting(tmp_path: Path, point: str) -> None:
    run(tmp_path, point, 1)
    recorder = restarted(tmp_path, is_small=True)
    segments = recorder.index.segments("gate")
    files = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.mp4")}
    assert files == {s.path for s in segments}
    status = recorder.status("gate")
    first = segments[0].span.start_s - BEGIN
    if point == LifePoint.DELETION_CHOSEN.value:
        # The file was still there: nothing happened, and no promise is said to be broken.
        assert first == 0.0
        assert status.broken_promises == ()
    else:
        assert first == pytest.approx(30.0)
        (broken,) = status.broken_promises
        assert broken.from_at.timestamp() == pytest.approx(BEGIN)
        assert broken.to_at.timestamp() == pytest.approx(BEGIN + 30)
        assert (broken.promised_days, broken.why) == (30, "disk_full")
        assert status.gaps[0].cause is G.DELETED
    assert status.gaps[-1].cause is G.WORKER_STOPPED
    recorder.index.close()


def test_every_point_is_killed_at() -> None:
    tried = {point for point, _ in WRITING} | {p.value for p in DEATH} | {"torn_fragment"}
    assert {p.value for p in LifePoint} <= tried
    assert SECONDS > 120

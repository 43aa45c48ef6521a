"""Another recorder's folder as a worker reports it: the command's verdict, read once per file."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from api.contract.footage.spans import Span
from api.contract.retention import GapCause, RetentionState
from pipeline.recorders.folder import FolderAuditor, FolderCamera
from pipeline.recorders.playback import Playback
from pipeline.recorders.probe_cache import ProbeCache
from pipeline.recorders.retention import RetentionPolicy
from tests.recorders.test_audit import START, ZONE, plant

_PATTERN = "{camera}/%Y%m%d/%H%M%S.mp4"
_NOW_S = (START + timedelta(minutes=10)).timestamp()


def camera(root: Path, name: str = "gate", *, lag_s: float = 0.0, days: int = 0) -> FolderCamera:
    return FolderCamera(f"{name}-1", root, _PATTERN, name, RetentionPolicy(days), lag_s)


@pytest.fixture
def cache(tmp_path: Path) -> ProbeCache:
    return ProbeCache(tmp_path / "probed.sqlite")


def test_files_are_read_once_until_they_change(tmp_path: Path, cache: ProbeCache) -> None:
    root = tmp_path / "nvr"
    for minute in range(10):
        last = plant(root, "gate", minute * 60)
    auditor = FolderAuditor(cache, ZONE)
    [first] = auditor.audit([camera(root)], _NOW_S)
    assert cache.probed == 10
    [second] = auditor.audit([camera(root)], _NOW_S)
    assert cache.probed == 10
    assert second == first
    cache.close()

    again = ProbeCache(tmp_path / "probed.sqlite")
    auditor = FolderAuditor(again, ZONE)
    assert auditor.audit([camera(root)], _NOW_S) == [first]
    assert again.probed == 0
    os.truncate(last, 0)
    [changed] = auditor.audit([camera(root)], _NOW_S)
    assert again.probed == 1
    assert changed.gaps[-1].cause is GapCause.EMPTY_FILE
    assert changed.gaps[-1].detail.endswith("080900.mp4")
    again.close()


def test_what_is_still_being_written_is_no_gap_until_it_is_late(
    tmp_path: Path, cache: ProbeCache
) -> None:
    root = tmp_path / "nvr"
    for minute in range(5):
        plant(root, "gate", minute * 60)
    growing = plant(root, "gate", 300)
    os.truncate(growing, growing.stat().st_size - 100)  # its tables are written at its end
    auditor = FolderAuditor(cache, ZONE)
    [patient] = auditor.audit([camera(root, lag_s=600)], _NOW_S)
    assert patient.as_of == START + timedelta(minutes=5)
    assert [gap.cause for gap in patient.gaps] == [GapCause.BEFORE_FIRST_FOOTAGE]
    [late] = auditor.audit([camera(root, lag_s=60)], _NOW_S)
    assert late.as_of == START + timedelta(minutes=10)
    assert late.gaps[-1].cause is GapCause.TRUNCATED_FILE


def test_a_folder_that_cannot_be_had_is_unknown_and_not_empty(
    tmp_path: Path, cache: ProbeCache
) -> None:
    auditor = FolderAuditor(cache, ZONE)
    [gone] = auditor.audit([camera(tmp_path / "unmounted")], _NOW_S)
    assert (gone.state, gone.alarms) == (RetentionState.UNKNOWN, ("folder_unreadable",))
    (tmp_path / "nvr").mkdir()
    [empty] = auditor.audit([camera(tmp_path / "nvr")], _NOW_S)
    assert empty.state is not RetentionState.UNKNOWN
    assert (empty.completeness, len(empty.gaps)) == (0.0, 1)


def test_its_footage_can_be_looked_at(tmp_path: Path, cache: ProbeCache) -> None:
    root = tmp_path / "nvr"
    for minute in (0, 1, 4):
        plant(root, "gate", minute * 60)
    auditor = FolderAuditor(cache, ZONE)
    start_s = START.timestamp()
    assert not auditor.timeline("gate-1", Span(start_s, _NOW_S)).is_known
    auditor.audit([camera(root)], _NOW_S)
    day = auditor.timeline("gate-1", Span(start_s, _NOW_S))
    assert [(s.start_s - start_s, s.end_s - start_s) for s in day.spans] == [(0, 120), (240, 300)]
    assert [g.span.seconds for g in day.gaps] == [120, 300]
    seen = []
    for played in Playback(auditor, "gate-1", start_s + 100).pictures():
        if played is None:
            break
        seen.append(round(played.packet.utc_s - start_s))
    assert seen[0] <= 100
    assert {119, 240, 299} <= set(seen)
    assert not {120, 239} & set(seen)


def test_a_broken_memory_is_begun_anew_and_gone_files_are_forgotten(tmp_path: Path) -> None:
    path = tmp_path / "probed.sqlite"
    path.write_bytes(b"no database" * 1000)
    cache = ProbeCache(path)
    root = tmp_path / "nvr"
    plant(root, "gate", 0)
    auditor = FolderAuditor(cache, ZONE)
    auditor.audit([camera(root)], _NOW_S)
    assert cache.probed == 1
    shutil.rmtree(root / "gate")
    auditor.audit([camera(root)], _NOW_S)
    rows = cache._db.execute("SELECT count(*) FROM probes").fetchone()
    assert rows == (0,)
    assert auditor.pieces("gate-1", 0.0) == []
    cache.close()

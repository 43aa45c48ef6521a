"""A box's databases of older and of newer releases: brought up to date, or left alone."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.core.clock import ManualClock
from pipeline.core.errors import ConfigError
from pipeline.delivery.outbox import Outbox
from pipeline.recorders.index import FootageIndex
from pipeline.recorders.index_schema import INDEX_SCHEMA
from pipeline.recorders.open_index import open_index
from pipeline.recorders.probe_cache import ProbeCache
from pipeline.runtime.config import load_box
from tests.support import older_files as older

BOX = """
data_dir: data
api: {url: "http://127.0.0.1:8000", token_file: worker.token}
recorder: {folder: footage}
cameras:
  - id: gate
    name: Gate
    source: {type: rtsp, url: "rtsp://127.0.0.1/gate"}
    recording: {keep_days: 30}
    rules: [{type: perimeter_intrusion, zone: {name: wall, polygon: [[0, 0], [1, 0], [1, 1]]}}]
"""


@pytest.mark.parametrize("tables", [older.FIRST_OUTBOX, older.LAST_OUTBOX])
def test_an_older_outbox_keeps_what_waits_and_has_a_version(tmp_path: Path, tables: str) -> None:
    path = tmp_path / "outbox.db"
    older.write_outbox(path, tables)
    for _ in range(2):
        with closing(Outbox(path, ManualClock())) as outbox:
            [message] = outbox.next_batch(9)
            assert (message.key, message.version) == ("waits", 3)
            [refused] = outbox.refused_messages()
            assert (refused.key, refused.why) == ("refused", "no such camera")
            assert outbox.open_episodes() == [older.EPISODE]
        assert older.version_of(path) == 1


@pytest.mark.parametrize("is_complete", [True, False])
def test_an_older_index_keeps_everything_and_whether_it_is_complete(
    tmp_path: Path, is_complete: bool
) -> None:
    path = tmp_path / "index.sqlite"
    older.write_index(path, is_complete=is_complete)
    for _ in range(2):
        with closing(FootageIndex(path)) as index:
            assert index.is_complete() is is_complete
            assert [segment.path for segment in index.segments()] == ["gate/a.mp4"]
            assert [(hold.id, hold.reason) for hold in index.holds()] == [(7, "police")]
            assert [broken.kept_days for broken in index.broken_promises("gate")] == [2.5]
            assert index.last_alive_s() == 90.0
        assert older.version_of(path) == INDEX_SCHEMA.version
    with closing(FootageIndex(path)) as index:
        index.mark_complete()
        assert index.is_complete()
    assert older.version_of(path) == INDEX_SCHEMA.version


def test_a_new_index_is_not_complete_until_it_is_said(tmp_path: Path) -> None:
    with closing(FootageIndex(tmp_path / "index.sqlite")) as index:
        assert not index.is_complete()
    assert older.version_of(tmp_path / "index.sqlite") == INDEX_SCHEMA.version


@pytest.mark.parametrize(("reading", "kept"), [(1, 0), (2, 1)])
def test_what_was_read_otherwise_is_read_anew(tmp_path: Path, reading: int, kept: int) -> None:
    path = tmp_path / "probed.sqlite"
    older.write_cache(path, reading)
    with closing(ProbeCache(path)) as cache:
        assert len(cache.pieces("gate", 0.0)) == 1
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM probes").fetchone() == (kept,)
    assert older.version_of(path) == 2


def test_a_newer_outbox_is_refused_by_name_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    older.write_outbox(path, older.LAST_OUTBOX)
    before = older.make_newer(path)
    with pytest.raises(ConfigError, match="newer version of Mingan") as refused:
        Outbox(path, ManualClock()).close()
    assert refused.value.where == str(path)
    assert refused.value.exit_code == 2
    assert older.content(path) == before


def test_a_newer_index_is_refused_and_not_begun_anew(tmp_path: Path) -> None:
    """It alone tells which footage is held as evidence."""
    path = tmp_path / "index.sqlite"
    older.write_index(path, is_complete=True)
    before = older.make_newer(path)
    with pytest.raises(ConfigError, match="newer version of Mingan") as refused:
        open_index(path).close()
    assert refused.value.where == str(path)
    assert older.content(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["index.sqlite"]


def test_a_newer_memory_of_probed_files_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "probed.sqlite"
    older.write_cache(path, 2)
    before = older.make_newer(path)
    with closing(ProbeCache(path)) as cache:
        assert cache.pieces("gate", 0.0) == []
    assert older.content(tmp_path / "probed.sqlite.newer") == before


@pytest.mark.parametrize("newer", ["data/outbox.db", "footage/index.sqlite"])
def test_a_worker_does_not_begin_where_a_newer_one_wrote(tmp_path: Path, newer: str) -> None:
    from pipeline.runtime import data_folder

    (tmp_path / "box.yaml").write_text(BOX, "utf-8")
    older.write_outbox(tmp_path / "data" / "outbox.db", older.LAST_OUTBOX)
    older.write_index(tmp_path / "footage" / "index.sqlite", is_complete=True)
    before = older.make_newer(tmp_path / newer)
    with pytest.raises(ConfigError, match="newer version of Mingan") as refused:
        data_folder.take(load_box(tmp_path / "box.yaml"), ManualClock()).release()
    assert refused.value.where == str(tmp_path / newer)
    assert older.content(tmp_path / newer) == before


def test_processes_that_open_an_older_outbox_at_once_all_can(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    older.write_outbox(path, older.FIRST_OUTBOX)
    begin = threading.Barrier(6)
    seen: list[int] = []

    def open_it() -> None:
        begin.wait(10)
        with closing(Outbox(path, ManualClock())) as outbox:
            seen.append(outbox.backlog().pending)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert seen == [1] * 6

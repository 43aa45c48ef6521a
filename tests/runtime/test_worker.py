"""A whole worker over real RTSP and HTTP: what it tells, and what a new configuration changes."""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api.contract import AnalysedTime
from pipeline.runtime.config import BoxConfig, RecordingConfig
from pipeline.runtime.track_store import TrackStore
from pipeline.runtime.worker import Worker
from tests.support.http_peer import Peer, http_peer
from tests.support.rtsp import RtspServer, serve
from tests.video.media import make_video

_RECORDED = {"recording": {"keep_days": 1}}


def _until(what: str, holds: Callable[[], bool], within_s: float = 40.0) -> None:
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {within_s} s: {what}"
        time.sleep(0.03)


class _Box:
    """A worker in a thread, its cameras and its command centre."""

    def __init__(self, folder: Path, cameras: RtspServer, centre: Peer) -> None:
        self.folder = folder
        self._cameras = cameras
        self.centre = centre
        self.news: queue.SimpleQueue[BoxConfig] = queue.SimpleQueue()
        self.stop = threading.Event()
        self.worker: Worker | None = None
        (folder / "token").write_text("t")

    def config(self, *cameras: dict[str, Any]) -> BoxConfig:
        return BoxConfig.model_validate(
            {
                "site": {"id": "school", "name": "学校"},
                "data_dir": self.folder / "data",
                "api": {"url": self.centre.url, "token_file": self.folder / "token"},
                "recorder": {"folder": self.folder / "footage", "reserve_gb": 0},
                "live": {"enabled": False},
                "cameras": list(cameras),
            }
        )

    def camera(self, camera_id: str, **keys: Any) -> dict[str, Any]:
        zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
        return {
            "id": camera_id,
            "name": camera_id,
            "source": {"type": "rtsp", "url": self._cameras.url("cam"), "read_timeout_s": 3},
            "model_input": [416, 256],
            "analysis_fps": 2,
            "rules": [{"type": "perimeter_intrusion", "zone": zone}],
            **keys,
        }

    @contextmanager
    def running(self, config: BoxConfig) -> Iterator[Worker]:
        self.worker = Worker(config)
        thread = threading.Thread(target=self.worker.run, args=(self.stop, self._take))
        thread.start()
        try:
            yield self.worker
        finally:
            self.stop.set()
            thread.join(60)
            assert not thread.is_alive()

    def _take(self) -> BoxConfig | None:
        try:
            return self.news.get_nowait()
        except queue.Empty:
            return None

    def told(self) -> dict[str, dict[str, Any]]:
        """The cameras of the last heartbeat."""
        beats = [body for _, path, body in list(self.centre.heard) if path.endswith("heartbeat")]
        return {c["camera_id"]: c for c in json.loads(beats[-1])["cameras"]} if beats else {}

    def states(self) -> dict[str, str]:
        return {camera_id: camera["state"] for camera_id, camera in self.told().items()}

    def registered(self) -> list[str]:
        return [path.split("/")[-1] for _, path, _ in self.centre.heard if "/cameras/" in path]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", count=150, gop=25)


@pytest.fixture
def box(tmp_path: Path, film: Path) -> Iterator[_Box]:
    with serve({"cam": film}) as cameras, http_peer() as centre:
        yield _Box(tmp_path, cameras, centre)


def test_a_new_configuration_touches_only_what_it_changes(box: _Box) -> None:
    start = box.config(box.camera("kept"), box.camera("changed"), box.camera("removed"))
    with box.running(start) as worker:
        _until("all watched", lambda: set(box.states().values()) == {"watching"})
        kept = worker._cameras[0]
        known = ["changed", "kept", "removed"]
        _until("all registered", lambda: sorted(box.registered()) == known)
        seldom = {"model": "fire_smoke", "every_s": 1.0}
        changed = box.camera("changed", analysis_fps=4, more_models=[seldom])
        box.news.put(box.config(box.camera("kept"), changed, box.camera("added")))
        _until(
            "the new ones watched",
            lambda: (
                box.states() == dict.fromkeys(("kept", "changed", "added"), "watching")
                and box.told()["changed"]["analysis_fps_configured"] == 4
            ),
        )
        assert worker._cameras[0] is kept
        assert box.told()["kept"]["reconnects"] == 0
        known = sorted([*known, "added", "changed"])
        _until("the new ones registered", lambda: sorted(box.registered()) == known)
        threads = [each.name for each in threading.enumerate()]
        assert not [name for name in threads if "removed" in name]
        assert [name for name in threads if name == "analyse-changed"] == ["analyse-changed"]


@pytest.mark.whole
def test_tracks_are_kept_over_a_restart_and_hold_no_picture(box: _Box) -> None:
    for _ in range(2):
        with box.running(box.config(box.camera("gate"))):
            _until("watched", lambda: box.told().get("gate", {}).get("frames_analysed", 0) > 2)
        box.stop.clear()
        box.centre.heard.clear()
    store = TrackStore(box.folder / "data", "gate")
    kept = store.read(0.0, time.time() + 60.0)
    assert len(kept.runs) == 2
    assert "person" in kept.runs[1][0].classes
    assert min(sum(len(b.looks()) for b in kept.blocks if b.run == run) for run in kept.runs) > 2
    assert store.path.stat().st_mode & 0o077 == 0 or store.path.parent.stat().st_mode & 0o077 == 0
    assert store.path.stat().st_size < 64 * 1024


@pytest.mark.whole
def test_what_cannot_be_used_leaves_everything_as_it_was(box: _Box) -> None:
    with box.running(box.config(box.camera("kept"))) as worker:
        _until("watched", lambda: box.states() == {"kept": "watching"})
        kept = worker._cameras[0]
        broken = box.camera("kept", model_input=[100, 100])
        assert not worker.follow(box.config(broken, box.camera("added"))).is_taken
        assert worker._cameras == [kept]
        frames = kept.heartbeat().frames_analysed
        _until("goes on", lambda: kept.heartbeat().frames_analysed > frames)


@pytest.mark.whole
def test_a_worker_that_fails_still_finishes_its_segments(box: _Box) -> None:
    def news() -> BoxConfig | None:
        files = [*(box.folder / "footage" / "kept").rglob("*.mp4*")]
        if any(file.stat().st_size > 20_000 for file in files):
            raise RuntimeError("planted")
        return None

    worker = Worker(box.config(box.camera("kept", **_RECORDED)))
    with pytest.raises(RuntimeError, match="planted"):
        worker.run(threading.Event(), news)
    with closing(sqlite3.connect(box.folder / "footage" / "index.sqlite")) as index:
        rows = index.execute("SELECT count(*) FROM segments").fetchone()
    assert rows == (1,), "the open segment was finished"
    assert not [t.name for t in threading.enumerate() if t.name.endswith("-kept")]


def test_analysed_time_waits_for_a_lost_disk_in_bounded_memory(box: _Box) -> None:
    worker = Worker(box.config(box.camera("kept")))
    worker._outbox.close()
    report = AnalysedTime(
        camera_id="kept",
        rule="perimeter_intrusion",
        rule_id="perimeter_intrusion",
        from_at=datetime(2026, 11, 24, 8, 0, tzinfo=UTC),
        to_at=datetime(2026, 11, 24, 8, 1, tzinfo=UTC),
        analysed_s=60.0,
    )
    for _ in range(3):
        worker._save_time([report] * 9000)
    assert len(worker._unsent_time) == 20_000


@pytest.mark.whole
def test_recording_begins_goes_on_and_ends_with_the_configuration(box: _Box) -> None:
    def footage(camera_id: str) -> int:
        return sum(1 for _ in (box.folder / "footage" / camera_id).rglob("*.mp4*"))

    with box.running(box.config(box.camera("kept"), box.camera("other"))) as worker:
        _until("watched", lambda: set(box.states().values()) == {"watching"})
        assert not (box.folder / "footage").exists()
        recorded = box.camera("other", **_RECORDED)
        box.news.put(box.config(box.camera("kept"), recorded))
        _until("recorded", lambda: footage("other") > 0)
        _until("can be played", lambda: list(worker._live._shelves) == ["other"])
        assert footage("kept") == 0
        longer = box.camera("other", recording={"keep_days": 2})
        longer_kept = RecordingConfig(keep_days=2)
        other = worker._cameras[1]
        box.news.put(box.config(box.camera("kept"), longer))
        _until("another promise", lambda: worker._config.cameras[1].recording == longer_kept)
        assert worker._cameras[1] is other
        box.news.put(box.config(box.camera("kept")))
        _until("not watched any more", lambda: list(box.states()) == ["kept"])
        segments = box.folder / "footage" / "other"
        _until("its last segment is whole", lambda: bool([*segments.rglob("*.mp4")]))
        _until("nothing is open", lambda: not [*segments.rglob("*.part")])

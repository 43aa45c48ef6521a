"""``mingan worker --processes 2`` as a school runs it: real processes, cameras and footage."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.http_peer import Peer, http_peer
from tests.support.rtsp import serve
from tests.video.media import make_video


def _until(what: str, holds: Callable[[], bool], within_s: float = 60.0) -> None:
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not within {within_s} s: {what}"
        time.sleep(0.05)


class _Box:
    """The processes of a box, and the command centre that hears of them."""

    def __init__(self, folder: Path, camera_url: str, centre: Peer) -> None:
        self.folder = folder
        self.centre = centre
        self._url = camera_url
        self._config = folder / "box.yaml"
        self._log = folder / "log"
        (folder / "token").write_text("t")

    def camera(self, camera_id: str, **keys: Any) -> dict[str, Any]:
        zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
        return {
            "id": camera_id,
            "name": camera_id,
            "source": {"type": "rtsp", "url": self._url},
            "model_input": [416, 256],
            "analysis_fps": 1,
            "rules": [{"type": "perimeter_intrusion", "zone": zone}],
            **keys,
        }

    def configure(self, *cameras: dict[str, Any]) -> None:
        document = {
            "site": {"id": "school", "name": "学校"},
            "data_dir": "data",
            "api": {"url": self.centre.url, "token_file": "token"},
            "recorder": {"folder": "footage", "reserve_gb": 0},
            "live": {"enabled": False},
            "cameras": list(cameras),
        }
        self._config.write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "pipeline.cli", "worker"]
        command += ["--config", str(self._config), "--processes", "2"]
        with self._log.open("wb") as log:
            return subprocess.Popen(command, stderr=log)

    def log(self) -> list[dict[str, Any]]:
        lines = self._log.read_text("utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def started(self) -> list[dict[str, Any]]:
        return [line for line in self.log() if line["event"] == "process started"]

    def pid(self, name: str) -> int:
        return int([line["pid"] for line in self.started() if line["process"] == name][-1])

    def beats(self) -> list[dict[str, Any]]:
        heard = [body for _, path, body in list(self.centre.heard) if path.endswith("heartbeat")]
        return [json.loads(body) for body in heard]

    def states(self) -> dict[str, str]:
        beats = self.beats()
        return {c["camera_id"]: c["state"] for c in beats[-1]["cameras"]} if beats else {}

    def segments(self) -> list[Path]:
        return sorted((self.folder / "footage").rglob("*.mp4*"))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[_Box]:
    film = make_video(tmp_path / "film.mp4", count=150, gop=25)
    with serve({"cam": film}) as cameras, http_peer() as centre:
        yield _Box(tmp_path, cameras.url("cam"), centre)


@pytest.mark.whole
def test_a_box_of_processes_watches_records_follows_and_finishes(box: _Box) -> None:
    recorded = box.camera("a", recording={"keep_days": 1})
    box.configure(recorded, box.camera("b"))
    supervisor = box.start()
    try:
        _until("all watched", lambda: box.states() == {"a": "watching", "b": "watching"})
        assert {beat["worker_id"] for beat in box.beats()} == {"box-1"}
        _until("recorded", lambda: bool(box.segments()))

        os.kill(box.pid("p2"), signal.SIGKILL)
        _until("started again", lambda: len(box.started()) == 4)
        before = len(box.beats())
        _until(
            "back, as told since",
            lambda: (
                len(box.beats()) > before + 1 and box.states() == {"a": "watching", "b": "watching"}
            ),
        )
        deaths = [e for e in box.log() if e["event"] == "process died"]
        assert [(e["process"], e["cause"]) for e in deaths] == [("p2", "SIGKILL")]

        box.configure(recorded, box.camera("b"), box.camera("c"))
        supervisor.send_signal(signal.SIGHUP)
        everyone = dict.fromkeys("abc", "watching")
        _until("the new one too", lambda: box.states() == everyone)
        assert len(box.started()) == 4
    finally:
        supervisor.send_signal(signal.SIGTERM)
        code = supervisor.wait(60)
    assert code == 0
    assert [path.suffix for path in box.segments()] == [".mp4"] * len(box.segments()) != []
    kinds = {path.split("/")[4] for _, path, _ in box.centre.heard}
    assert kinds >= {"cameras", "heartbeat", "analysed-time", "retention"}
    assert not [e for e in box.log() if e["event"] == "process died"][1:]


@pytest.mark.whole
def test_nobody_is_left_behind_when_the_supervisor_is_killed(box: _Box) -> None:
    box.configure(box.camera("a"), box.camera("b"))
    supervisor = box.start()
    try:
        _until("all watched", lambda: box.states() == {"a": "watching", "b": "watching"})
        pids = [box.pid("p1"), box.pid("p2")]
    finally:
        supervisor.kill()
        supervisor.wait(10)
    _until("they ended", lambda: not any(_lives(pid) for pid in pids))


def _lives(pid: int) -> bool:
    """Whether a process is there and no zombie that nobody buried."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False

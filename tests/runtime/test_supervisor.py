"""The supervisor and processes that misbehave; the processes are scripted, their lines are real."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from api.contract import CameraHeartbeat, CameraState
from pipeline.runtime.config import BoxConfig
from pipeline.runtime.parent_link import Down, ParentLink, Up
from pipeline.runtime.supervisor import STALL_S, Supervisor
from tests.runtime.test_changes import camera

_SCRIPT = """
import json, os, pathlib, select, signal, sys
folder, name = pathlib.Path(sys.argv[1]), sys.argv[2]
def finish(*_):
    (folder / f"{name}.finished").touch()
    os._exit(0)
signal.signal(signal.SIGTERM, finish)
for line in sys.stdin:
    message = json.loads(line)
    with (folder / f"{name}.heard").open("a") as heard:
        heard.write(",".join(c["id"] for c in message["box"]["cameras"]) + "\\n")
    cameras = [{"camera_id": c["id"], "state": "watching", "since": "2026-11-24T00:00:00Z"}
               for c in message["box"]["cameras"]]
    print(json.dumps({"cameras": cameras, "wakes": True}), flush=True)
"""
"""Says once that its cameras are watched, for each configuration, and nothing more."""


class _Clock:
    def __init__(self) -> None:
        self.now_s = 1000.0

    def utc_s(self) -> float:
        return 1.8e9 + self.now_s

    def mono_ns(self) -> int:
        return int(self.now_s * 1e9)

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.02))


class _Box:
    """A supervisor of two scripted processes, looked after by hand in simulated time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = _Clock()
        (folder / "script.py").write_text(_SCRIPT)
        self.supervisor = Supervisor(
            self.config("a", "b", "c"), self.clock, command=self._command, hung_s=60.0
        )
        self.supervisor._spread()

    def _command(self, name: str) -> list[str]:
        return [sys.executable, str(self.folder / "script.py"), str(self.folder), name]

    def config(self, *ids: str, **keys: Any) -> BoxConfig:
        return BoxConfig.model_validate(
            {
                "site": {"id": "school", "name": "学校"},
                "data_dir": self.folder / "data",
                "api": {"url": "http://127.0.0.1:9", "token_env": "NO_TOKEN"},
                "processes": 2,
                "cameras": [camera(id_, **keys) for id_ in ids],
            }
        )

    def pid(self, name: str) -> int | None:
        return self.supervisor.children[name].pid

    def states(self) -> dict[str, str]:
        told = [each for child in self.supervisor.children.values() for each in child.cameras()]
        return {each.camera_id: each.state.value for each in told}

    def heard(self, name: str) -> list[str]:
        path = self.folder / f"{name}.heard"
        return path.read_text().splitlines() if path.exists() else []

    def tend(self, after_s: float = 0.0) -> None:
        self.clock.now_s += after_s
        self.supervisor.tend(self.clock.now_s)

    def until(self, holds: Callable[[], bool], *, step_s: float = 0.0) -> None:
        deadline_s = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline_s, (self.states(), self.heard("p1"))
            self.tend(step_s)
            time.sleep(0.01)

    def all_watched(self) -> None:
        self.until(lambda: set(self.states().values()) == {"watching"})


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[_Box]:
    made = _Box(tmp_path)
    try:
        yield made
    finally:
        made.supervisor._beats.start()
        made.supervisor._shut_down()


def test_a_process_that_dies_is_started_again_and_the_other_is_not_touched(
    supervised: _Box,
) -> None:
    supervised.all_watched()
    other, victim = supervised.pid("p2"), supervised.pid("p1")
    assert victim is not None
    assert supervised.heard("p1") == ["a,c"]
    for wait_s in (0.5, 1.0, 2.0):
        os.kill(victim, signal.SIGKILL)
        supervised.until(lambda: supervised.pid("p1") is None)
        assert supervised.states() == {"a": "not_watching", "b": "watching", "c": "not_watching"}
        gone = supervised.supervisor.children["p1"].cameras()[0]
        assert (gone.reason, gone.state) == ("internal_error", CameraState.NOT_WATCHING)
        assert "SIGKILL" in gone.detail
        supervised.tend(wait_s - 0.1)
        assert supervised.pid("p1") is None, "not before its wait is over"
        supervised.tend(0.2)
        supervised.all_watched()
        victim = supervised.pid("p1")
        assert victim is not None
    assert supervised.pid("p2") == other


def test_a_process_that_cannot_be_started_is_tried_again(supervised: _Box) -> None:
    supervised.all_watched()
    victim = supervised.pid("p1")
    assert victim is not None
    command = supervised.supervisor.children["p1"]._command
    there, command[0] = command[0], str(supervised.folder / "no-such-program")
    os.kill(victim, signal.SIGKILL)
    supervised.until(lambda: supervised.pid("p1") is None)
    supervised.tend(0.6)
    assert supervised.pid("p1") is None
    assert supervised.states() == {"a": "not_watching", "b": "watching", "c": "not_watching"}
    assert "not started" in supervised.supervisor.children["p1"].cameras()[0].detail
    command[0] = there
    supervised.tend(2.0)
    supervised.all_watched()


def test_heartbeats_outlive_a_disk_that_is_gone(tmp_path: Path) -> None:
    box = _Box(tmp_path)
    box.all_watched()
    box.supervisor._outbox.close()
    with capture_logs() as logs:
        box.supervisor._beats.start()
        deadline_s = time.monotonic() + 20
        while not any(line["event"] == "heartbeat not taken" for line in logs):
            assert time.monotonic() < deadline_s, logs
            time.sleep(0.01)
    assert box.supervisor._beats.is_alive()
    with capture_logs() as logs:
        box.supervisor._shut_down()
    assert (tmp_path / "p1.finished").exists()


def test_a_process_that_hangs_is_killed_and_started_again(supervised: _Box) -> None:
    supervised.all_watched()
    first = supervised.pid("p1")
    with capture_logs() as logs:
        supervised.until(lambda: supervised.pid("p1") not in (first, None), step_s=1.0)
    causes = [line["cause"] for line in logs if line["event"] == "process died"]
    assert causes[0] == "hung"


def test_a_stall_of_the_machine_restarts_nobody(supervised: _Box) -> None:
    supervised.all_watched()
    before = supervised.pid("p1"), supervised.pid("p2")
    for _ in range(5):
        supervised.tend(STALL_S * 100)
        supervised.tend(1.0)
    time.sleep(0.05)
    supervised.tend(0.0)
    assert (supervised.pid("p1"), supervised.pid("p2")) == before


def test_only_the_process_whose_cameras_changed_hears_of_it(supervised: _Box) -> None:
    supervised.all_watched()
    pids = supervised.pid("p1"), supervised.pid("p2")
    supervised.supervisor.follow(supervised.config("a", "b", "c", "d"))
    supervised.until(lambda: len(supervised.heard("p2")) == 2)
    assert supervised.heard("p1") == ["a,c"]
    assert supervised.heard("p2") == ["b", "b,d"]
    supervised.all_watched()
    assert (supervised.pid("p1"), supervised.pid("p2")) == pids
    supervised.supervisor.follow(supervised.config("a", "c"))
    supervised.until(lambda: supervised.pid("p2") is None)
    assert (supervised.folder / "p2.finished").exists()
    supervised.supervisor.follow(supervised.config("a", "c", "e"))
    supervised.all_watched()
    assert supervised.heard("p2")[-1] == "e"
    assert supervised.heard("p1") == ["a,c"]


def test_stopping_lets_every_process_finish(tmp_path: Path) -> None:
    made = _Box(tmp_path)
    made.all_watched()
    made.supervisor._beats.start()
    made.supervisor._shut_down()
    assert {path.name for path in tmp_path.glob("*.finished")} == {"p1.finished", "p2.finished"}


def test_a_child_is_told_of_its_configuration_and_of_its_supervisors_end() -> None:
    child_reads, parent_writes = os.pipe()
    parent_reads, child_writes = os.pipe()
    stop = threading.Event()
    with (
        os.fdopen(parent_writes, "wb") as down,
        os.fdopen(parent_reads, "rb") as up,
        os.fdopen(child_reads, "rb") as child_down,
        os.fdopen(child_writes, "wb") as child_up,
    ):
        link = ParentLink(child_down, child_up, stop)
        box = _Box.config(_FOLDERLESS, "a")
        down.write(Down(box=box).line())
        down.flush()
        assert link.first_box() == Down.model_validate_json(Down(box=box).line()).box
        assert link.look() is None
        link.start()
        told = CameraHeartbeat.model_validate(
            {"camera_id": "a", "state": "watching", "since": "2026-11-24T00:00:00Z"}
        )
        link.wake()
        assert Up.model_validate_json(up.readline()).wakes
        assert link.beat((told,)).approved_pictures == ()
        assert Up.model_validate_json(up.readline()).cameras == (told,)
        down.close()
        assert stop.wait(10)
        link.stop(10)


class _Folderless:
    folder = Path("nowhere")


_FOLDERLESS: Any = _Folderless()

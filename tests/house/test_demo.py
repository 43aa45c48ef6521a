"""What scripts/run decides, writes and stops; with real processes, without cameras."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.rules.base import build_rule
from pipeline.runtime.check import check_config
from pipeline.runtime.config import load_box
from tests.house.scripts import SCRIPTS
from tests.house.tracked import ROOT

# isort: split
import demo
import demo_processes
import demo_site

CONSOLE = "http://127.0.0.1:8000"


def test_the_street_cameras_are_a_configuration_the_worker_takes(tmp_path: Path) -> None:
    path = demo_site.write_config(tmp_path, CONSOLE, demo_site.street_cameras(8554))
    assert check_config(path) == "ok, 2 cameras, 4 rules"
    assert [camera.id for camera in load_box(path).cameras] == list(demo_site.STREET_PATHS)


def test_the_second_school_has_a_camera_of_the_same_id(tmp_path: Path) -> None:
    first = demo_site.write_config(tmp_path, CONSOLE, demo_site.street_cameras(8554))
    cameras = demo_site.second_school_cameras(8554)
    second = demo_site.write_config(tmp_path, CONSOLE, cameras, demo_site.SECOND)
    assert check_config(second) == "ok, 1 cameras, 1 rules"
    here, there = load_box(first), load_box(second)
    assert there.cameras[0].id in {camera.id for camera in here.cameras}
    assert there.site.id != here.site.id
    assert not there.data_dir.is_relative_to(here.data_dir)
    assert there.recorder is not None
    assert here.recorder is not None
    assert there.recorder.folder != here.recorder.folder


def test_a_recording_is_a_configuration_the_worker_takes(tmp_path: Path) -> None:
    path = demo_site.write_config(tmp_path, CONSOLE, demo_site.recording_cameras(8554))
    assert check_config(path) == "ok, 1 cameras, 1 rules"


def test_a_real_cameras_password_goes_to_the_environment_only(tmp_path: Path) -> None:
    urls = ["rtsp://admin:p%40ss@10.0.0.8:554/Streaming/Channels/102", "rtsp://10.0.0.9/live"]
    path = demo_site.write_config(tmp_path, CONSOLE, demo_site.real_cameras(urls))
    environment = demo_site.passwords(urls)
    assert environment == {"MINGAN_CAMERA_1_PASSWORD": "p@ss"}
    text = path.read_text("utf-8")
    assert "p%40ss" not in text
    assert "p@ss" not in text
    first, second = (camera.source for camera in load_box(path).cameras)
    assert first.type == "rtsp"
    assert first.url == "rtsp://10.0.0.8:554/Streaming/Channels/102"
    assert first.username == "admin"
    assert second.type == "rtsp"
    assert second.username is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--bogus"], "--bogus"),
        (["--video", "no-such-file.mp4"], "no-such-file.mp4"),
        (["--port", "70000"], "70000"),
        (["--port", "eight"], "eight"),
        (["--rtsp", "http://10.0.0.8/"], "rtsp://"),
        (["--rtsp", "rtsp://10.0.0.8/", "--video", "README.md"], "--rtsp"),
        (["--demo-seconds", "0"], "--demo-seconds"),
        (["--demo-seconds", "nan"], "--demo-seconds"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], says: str) -> None:
    ended = subprocess.run(
        [sys.executable, SCRIPTS / "demo.py", "--check-arguments-only", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith("scripts/run: ")
    assert says in ended.stderr


def test_a_taken_port_is_refused_when_asked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(demo.UsageError, match=str(port)):
            demo.parse(["--port", str(port)])


def test_a_taken_default_port_is_stepped_around() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert demo._free_port(port) != port


def _sleeper(children: demo_processes.Processes, name: str, order: Path) -> demo_processes.Child:
    """A process that notes its end in ``order`` when asked to stop."""
    program = (
        "import signal, sys\n"
        "def end(*_):\n"
        f"    open({str(order)!r}, 'a').write({name!r} + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "print('ready: yes', flush=True)\n"
        "signal.pause()\n"
    )
    child = children.start(name, [sys.executable, "-c", program])
    child.wait_until(lambda: child.printed("ready: ") == "yes", 20.0, "not ready")
    return child


def test_children_are_stopped_youngest_first(tmp_path: Path) -> None:
    children = demo_processes.Processes(tmp_path / "log")
    order = tmp_path / "order"
    started = [_sleeper(children, name, order) for name in ("cameras", "api", "worker")]
    children.stop_all()
    assert order.read_text() == "worker api cameras "
    assert [child.process.returncode for child in started] == [0, 0, 0]


def test_a_child_that_will_not_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_processes, "STOP_S", 0.05)
    children = demo_processes.Processes(tmp_path)
    program = (
        "import signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "signal.pause()\n"
    )
    child = children.start("deaf", [sys.executable, "-c", program])
    child.wait_until(lambda: child.printed("deaf") is not None, 20.0, "not ready")
    children.stop_all()
    assert child.process.returncode == -signal.SIGKILL


def test_a_child_that_ends_by_itself_is_reported_with_its_log(tmp_path: Path) -> None:
    children = demo_processes.Processes(tmp_path)
    child = children.start(
        "api", [sys.executable, "-c", "print('no database'); raise SystemExit(3)"]
    )
    child.process.wait(20.0)
    with pytest.raises(
        demo_processes.ProcessError, match=r"(?s)api ended with code 3.*no database"
    ):
        children.wait(until_mono=time.monotonic() + 5.0)
    children.stop_all()


def test_children_do_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    program = (
        f"import sys, os, pathlib; sys.path.insert(0, {str(SCRIPTS)!r})\n"
        "import demo_processes\n"
        f"children = demo_processes.Processes(pathlib.Path({str(tmp_path)!r}))\n"
        "child = children.start('c', [sys.executable, '-c', 'import signal; signal.pause()'])\n"
        "print(child.process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    parent = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert parent.returncode == -signal.SIGKILL
    child = int(parent.stdout)
    deadline = time.monotonic() + 10.0
    while _is_alive(child):
        assert time.monotonic() < deadline, "the child lives on"
        time.sleep(0.02)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat").read_text()
    return status.rpartition(")")[2].split()[0] != "Z"


def test_every_rule_of_the_demo_can_be_built(tmp_path: Path) -> None:
    path = demo_site.write_config(tmp_path, CONSOLE, demo_site.street_cameras(8554))
    box = load_box(path)
    built = [build_rule(r, box.site, ("person",)) for c in box.cameras for r in c.rules]
    assert len(built) == 4

"""``ipycam``, a virtual ONVIF camera that nobody here wrote.

It has WS-Discovery, ONVIF with WS-Security, and its own RTSP server.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import missing

_STARTS = 8
NEEDED = (
    pytest.mark.skipif(
        importlib.util.find_spec("ipycam") is None,
        reason=missing.peer("ipycam"),
    ),
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason=missing.debian("ffmpeg")),
)


@contextmanager
def running_camera(folder: Path, film: Path, user: str, password: str) -> Iterator[int]:
    """A camera that shows a film, its ONVIF behind an account; yields the port of its RTSP."""
    folder.mkdir(parents=True, exist_ok=True)
    port, onvif = _free_port(), _free_port()
    config = {
        "local_ip": "127.0.0.1",
        "onvif_port": onvif,
        "rtsp_port": port,
        "username": user,
        "password": password,
        "main_width": 640,
        "main_height": 360,
        "main_fps": 10,
        "main_bitrate": "1M",
        "sub_width": 320,
        "sub_height": 180,
        "sub_fps": 10,
        "sub_bitrate": "300K",
        "hw_accel": "cpu",
    }
    (folder / "camera.json").write_text(json.dumps(config))
    log = folder / "log"
    for _ in range(_STARTS):
        running = _started(folder, log, film)
        try:
            if not _listens(running, (onvif, port), log):
                continue
            yield port
            return
        finally:
            running.terminate()
            running.wait(60)
    raise AssertionError(log.read_text())


def _started(folder: Path, log: Path, film: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as told:
        options = ("-c", "camera.json", "--source", film, "--no-timestamp")
        return subprocess.Popen(
            [sys.executable, "-m", "ipycam", *options],
            cwd=folder,
            stdout=told,
            stderr=told,
        )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


def _listens(running: subprocess.Popen[bytes], ports: tuple[int, ...], log: Path) -> bool:
    """Wait for its ports; False if it gave up RTSP, as where FFmpeg is slow to start."""
    until = time.monotonic() + 180
    for port in ports:
        while True:
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            with socket.socket() as line:
                line.settimeout(1)
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            if "Native RTSP unavailable" in log.read_text():
                return False
            time.sleep(0.2)
    return True

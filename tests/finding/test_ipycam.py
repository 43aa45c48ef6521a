"""A camera that nobody here wrote is found, signed in to and measured.

``ipycam`` pulls another build of OpenCV, so it runs in an environment of its own: its Python
stands in ``MINGAN_IPYCAM``. It has WS-Discovery, ONVIF with WS-Security, and its own RTSP server.
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.contract.finding import FindTrouble, FoundCamera
from pipeline.core.clock import SystemClock
from pipeline.devices.credentials import Credentials
from pipeline.finding.measuring import Account
from pipeline.finding.search import CameraSearch, Search
from tests.support import missing
from tests.video.media import make_video

_PYTHON = os.environ.get("MINGAN_IPYCAM", "")
pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(
        not _PYTHON,
        reason="ipycam is missing: pip install ipycam in a venv, MINGAN_IPYCAM=VENV/bin/python",
    ),
    pytest.mark.skipif(shutil.which("ffmpeg") is None, reason=missing.debian("ffmpeg")),
]
_USER, _PASSWORD = "inspector", "s3cret-Pass"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as line:
        return int(line.getsockname()[1])


@pytest.fixture
def rtsp_port(tmp_path: Path) -> Iterator[int]:
    """A running camera's, with its ONVIF behind the account."""
    film = make_video(tmp_path / "film.mp4", count=200, fps=10, gop=10, width=640, height=360)
    port, onvif = _free_port(), _free_port()
    config = {
        "local_ip": "127.0.0.1",
        "onvif_port": onvif,
        "rtsp_port": port,
        "username": _USER,
        "password": _PASSWORD,
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
    (tmp_path / "camera.json").write_text(json.dumps(config))
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [_PYTHON, "-m", "ipycam", "-c", "camera.json", "--source", film, "--no-timestamp"],
            cwd=tmp_path,
            stdout=log,
            stderr=log,
        )
    try:
        _await_ports(running, (onvif, port), tmp_path / "log")
        yield port
    finally:
        running.terminate()
        running.wait(20)


def _await_ports(running: subprocess.Popen[bytes], ports: tuple[int, ...], log: Path) -> None:
    until = time.monotonic() + 40
    for port in ports:
        while True:
            assert running.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            with socket.socket() as line:
                line.settimeout(1)
                if line.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)


def _found(rtsp_port: int, password: str) -> list[FoundCamera]:
    account = Account(Credentials(_USER, password), {"password_env": "SCHOOL_CAMERAS"})
    network = ipaddress.IPv4Network("127.0.0.1/32")
    cameras: list[FoundCamera] = []
    wish = Search((network,), (), account, rtsp_port=rtsp_port)
    CameraSearch(wish, SystemClock(), cameras.append).run()
    return cameras


def test_it_is_found_in_its_network_and_its_streams_are_paired(rtsp_port: int) -> None:
    [camera] = _found(rtsp_port, _PASSWORD)
    assert (camera.maker, camera.model) == ("PythonCam", "VirtualCam-1")
    assert camera.main is not None
    assert camera.sub is not None
    assert (camera.main.codec, camera.main.width, camera.main.height) == ("h264", 640, 360)
    assert (camera.sub.width, camera.sub.height) == (320, 180)
    assert camera.main.fps == pytest.approx(10, rel=0.25)
    assert camera.thumbnail is not None
    assert camera.yaml is not None
    assert "password_env: SCHOOL_CAMERAS" in camera.yaml
    assert set(camera.troubles) <= {FindTrouble.LONG_GOP}


def test_a_wrong_password_is_refused_and_said(rtsp_port: int) -> None:
    [camera] = _found(rtsp_port, "wrong")
    assert camera.troubles == (FindTrouble.AUTH_REFUSED,)
    assert camera.main is None

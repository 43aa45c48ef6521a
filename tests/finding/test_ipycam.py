"""A camera that nobody here wrote is found, signed in to and measured."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.contract.finding import FindTrouble, FoundCamera
from pipeline.core.clock import SystemClock
from pipeline.devices.credentials import Credentials
from pipeline.finding.measuring import Account
from pipeline.finding.search import CameraSearch, Search
from tests.support.ipycam import NEEDED, running_camera
from tests.video.media import make_video

pytestmark = [pytest.mark.whole, *NEEDED]
_USER, _PASSWORD = "inspector", "s3cret-Pass"


@pytest.fixture
def rtsp_port(tmp_path: Path) -> Iterator[int]:
    film = make_video(tmp_path / "film.mp4", count=200, fps=10, gop=10, width=640, height=360)
    with running_camera(tmp_path, film, _USER, _PASSWORD) as port:
        yield port


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

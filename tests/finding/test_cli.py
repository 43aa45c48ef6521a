"""``mingan camera find``: useful without a command centre, and nothing of a password in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.core.errors import ConfigError
from pipeline.runtime.config import load_box
from tests.support import rtsp
from tests.video.media import make_video

_USER, _PASSWORD = "viewer", "s3cret-Pass"
_BOX = """\
data_dir: var
api: {url: "http://127.0.0.1:8000", token_env: MINGAN_BOX_TOKEN}
discovery:
  networks: [127.0.0.1/32]
  accounts:
    cameras: {username: viewer, password_file: camera.secret}
cameras:
- id: gate
  name: 北门
  source: {type: rtsp, url: "rtsp://127.0.0.1/stream1"}
  rules: [{type: crowding, zone: {name: yard, polygon: [[0, 0], [1, 0], [1, 1]]}, people: 8}]
"""


@pytest.fixture
def address(tmp_path: Path) -> object:
    film = make_video(tmp_path / "a.mp4", count=60, fps=10, gop=10, width=320, height=240)
    with rtsp.serve(
        {"stream1": film},
        credentials=rtsp.Credentials(_USER, _PASSWORD),
        cache=tmp_path,
        speed=8.0,
    ) as server:
        yield f"127.0.0.1?rtsp_port={server.port}"


def test_a_camera_is_printed_as_an_entry_that_a_box_takes(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHOOL_CAMERAS", _PASSWORD)
    command = ["camera", "find", f"tplink://{address}", "--account", _USER]
    more = ["--password-env", "SCHOOL_CAMERAS", "--json", "--pictures", str(tmp_path / "seen")]
    done = CliRunner().invoke(app, [*command, *more])
    assert done.exit_code == 0, done.output
    assert _PASSWORD not in done.output
    [camera] = json.loads(done.stdout)["cameras"]
    assert (camera["main"]["width"], camera["troubles"]) == (320, ["no_substream"])
    assert (tmp_path / "seen" / "001.jpg").read_bytes().startswith(b"\xff\xd8")
    document = yaml.safe_load(_BOX)
    document["cameras"] = yaml.safe_load(camera["yaml"])
    (tmp_path / "box.yaml").write_text(yaml.safe_dump(document, allow_unicode=True))
    [found] = load_box(tmp_path / "box.yaml").cameras
    assert found.source.type == "rtsp"
    assert found.source.password_env == "SCHOOL_CAMERAS"


def test_an_account_of_the_boxs_configuration(address: str, tmp_path: Path) -> None:
    (tmp_path / "camera.secret").write_text(_PASSWORD)
    (tmp_path / "box.yaml").write_text(_BOX)
    command = ["camera", "find", f"tplink://{address}", "--account", "cameras"]
    done = CliRunner().invoke(app, [*command, "--config", str(tmp_path / "box.yaml")])
    assert done.exit_code == 0, done.output
    assert "h264 320x240" in done.stdout
    assert "1 cameras" in done.stdout
    assert "password_file:" in done.stdout
    assert _PASSWORD not in done.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "nothing to search"),
        (["--network", "192.168.1"], "no network"),
        (["--network", "10.0.0.0/8"], "more than 4096 addresses"),
        (["acme://10.0.0.8"], "makers: onvif"),
        (["onvif://10.0.0.8", "--account", "viewer"], "MINGAN_CAMERA_PASSWORD is not set"),
    ],
)
def test_what_cannot_be_searched_is_said_in_words(arguments: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["camera", "find", *arguments])
    assert isinstance(done.exception, ConfigError)
    assert words in done.exception.line()


def test_an_account_that_the_configuration_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "box.yaml").write_text(_BOX)
    command = ["camera", "find", "--config", str(tmp_path / "box.yaml"), "--account", "root"]
    done = CliRunner().invoke(app, command)
    assert isinstance(done.exception, ConfigError)
    assert "It has: cameras" in done.exception.line()

"""``mingan rules preview``: the changed rules' alerts hour by hour, or why there is no number."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.core.errors import ConfigError
from pipeline.runtime.track_store import LaneFacts, TrackStore
from tests.rules.scripted import CLASSES, every
from tests.runtime.test_preview import _block, _looks, _visits

BOX = """
data_dir: data
api: {url: "http://127.0.0.1:8000", token_file: worker.token}
cameras:
  - id: gate
    name: Gate
    source: {type: rtsp, url: "rtsp://127.0.0.1/gate"}
    rules:
      - type: perimeter_intrusion
        zone: &left {name: left, polygon: [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
      - {type: no_chef_hat, zone: *left}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "new.yaml"
    path.write_text(BOX, "utf-8")
    base_s = time.time() - 900.0
    store = TrackStore(tmp_path / "data", "gate")
    run = store.begin([LaneFacts(CLASSES, ())])
    looks = _looks(_visits(60.0, 300.0), every(5, 600.0), base_s=base_s)
    store.add(_block(looks, run=run), base_s + 600.0)
    return path


def _preview(config: Path, *more: str) -> str:
    arguments = ["rules", "preview", "--config", str(config), "--camera", "gate", *more]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_lines_say_what_was_held_and_what_would_have_been(config: Path) -> None:
    said = _preview(config)
    assert said.startswith("gate: tracks of 0.2 h held between")
    assert "perimeter_intrusion (left): 2 alerts" in said
    assert "no_chef_hat (left): not analysed" in said
    assert "the box did not look for: hat" in said
    assert " 0 alerts" not in said.split("no_chef_hat")[1]
    assert "min analysed)" in said


def test_json_is_the_answer_of_the_wire(config: Path) -> None:
    told = json.loads(_preview(config, "--json", "--hours", "1"))
    assert [rule["alert_count"] for rule in told["rules"]] == [2, None]
    elsewhere = json.loads(_preview(config, "--json", "--data-dir", str(config.parent / "none")))
    assert (elsewhere["held_s"], elsewhere["held"]) == (0.0, [])


def test_another_camera_is_named_with_the_choices(config: Path) -> None:
    arguments = ["rules", "preview", "--config", str(config), "--camera", "door"]
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, ConfigError)
    assert "no camera 'door'" in str(result.exception)
    assert "gate" in str(result.exception)

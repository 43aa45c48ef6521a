"""A changed configuration file is taken when it is whole and right, and only then."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from pipeline.core.errors import ConfigError
from pipeline.runtime.config_watch import ConfigWatch

_BOX = """\
site: {id: school, name: 学校, time_zone: Asia/Shanghai}
data_dir: var
api: {url: "http://127.0.0.1:8000", token_file: worker.token}
cameras:
  - id: gate
    name: 北门
    source: {type: rtsp, url: "rtsp://10.0.0.8/ch1"}
    rules:
      - type: perimeter_intrusion
        zone: {name: yard, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "box.yaml"
    made.write_text(_BOX, "utf-8")
    return made


def test_a_change_is_taken_once_when_the_file_has_settled(path: Path) -> None:
    watch = ConfigWatch(path)
    assert watch.look() is None
    path.write_text(_BOX.replace("北门", "校门（新）"), "utf-8")
    assert watch.look() is None, "it may still be being written"
    found = watch.look()
    assert found is not None
    assert found.cameras[0].name == "校门（新）"
    assert watch.current is found
    assert watch.look() is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("data_dir: var", "data_dir: [var", "box.yaml:.*not valid YAML"),
        ("data_dir: var", "data_dir: var\nsince: 2026-02-30", "box.yaml:3: not valid YAML: .*day"),
        ("data_dir: var", "data_dri: var", r"box.yaml:2: `data_dri`: unknown key. Did you mean"),
        ("rules:", "model: nonsense\n    rules:", r"box.yaml: cameras\[gate\].model: .*nonsense"),
        ("perimeter_intrusion", "fire_smoke", r"cameras\[gate\].rules\[0\]: .*needs_model"),
    ],
)  # fmt: skip
def test_a_broken_file_leaves_the_old_one_and_says_what_is_wrong(
    path: Path, old: str, new: str, told: str
) -> None:
    watch = ConfigWatch(path)
    before = watch.current
    path.write_text(_BOX.replace(old, new, 1), "utf-8")
    with capture_logs() as logs:
        assert [watch.look() for _ in range(4)] == [None] * 4
    problems = [line["problem"] for line in logs if "problem" in line]
    assert watch.current is before
    assert any(re.search(told, problem) for problem in problems), problems
    path.write_text(_BOX.replace("北门", "东门"), "utf-8")
    assert [found is not None for found in (watch.look(), watch.look())] == [False, True]


def test_a_file_that_is_gone_changes_nothing_and_may_come_back(path: Path) -> None:
    watch = ConfigWatch(path)
    path.unlink()
    assert [watch.look(), watch.look(), watch.look()] == [None] * 3
    path.write_text(_BOX.replace("北门", "东门"), "utf-8")
    assert [found is not None for found in (watch.look(), watch.look())] == [False, True]


def test_asked_it_looks_at_once_and_an_unchanged_file_is_no_news(path: Path) -> None:
    watch = ConfigWatch(path)
    watch.ask()
    assert watch.look() is None
    path.write_text(_BOX.replace("北门", "东门"), "utf-8")
    watch.ask()
    assert watch.look() is not None


def test_it_does_not_begin_with_a_broken_file(path: Path) -> None:
    path.write_text("site: 1\n", "utf-8")
    with pytest.raises(ConfigError):
        ConfigWatch(path)

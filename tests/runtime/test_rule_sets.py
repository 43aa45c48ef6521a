"""A ready-made set applies to a camera with one line, and gives way to the camera's own rules."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from pipeline.core.errors import ConfigError
from pipeline.runtime.check import check_config, checked_box
from pipeline.runtime.config import config_sha256, load_analysis, load_box

_SETS = Path(__file__).resolve().parents[2] / "configs" / "rules" / "sets"
_BOX = """\
site: {id: school, name: 学校, time_zone: Asia/Shanghai}
data_dir: var
api: {url: "http://127.0.0.1:8000", token_file: worker.token}
cameras:
  - id: gate
    name: 北门
    source: {type: rtsp, url: "rtsp://10.0.0.8/ch1"}
"""
_YARD = """\
    rules:
      - type: loitering
        zone: {name: gate, polygon: [[0, 0], [1, 0], [1, 1]]}
      - type: fall
        zone: {name: steps, polygon: [[0, 0], [1, 0], [1, 1]]}
"""


def _box(tmp_path: Path, more: str) -> Path:
    path = tmp_path / "box.yaml"
    path.write_text(_BOX + more, "utf-8")
    return path


@pytest.mark.parametrize("name", sorted(path.stem for path in _SETS.glob("*.yaml")))
def test_one_line_applies_a_set_with_the_shipped_models(tmp_path: Path, name: str) -> None:
    path = _box(tmp_path, f"    rule_sets: [{_SETS / name}.yaml]\n")
    camera = checked_box(path).cameras[0]
    assert len(camera.rules) >= 3
    assert check_config(path).startswith("ok, 1 cameras")
    if name == "kitchen":
        assert [one.model for one in camera.further_models] == ["fire_smoke"]


def test_a_cameras_own_rule_replaces_the_sets(tmp_path: Path) -> None:
    alone = load_box(_box(tmp_path, f"    rule_sets: [{_SETS}/gate.yaml]\n")).cameras[0]
    both = load_box(_box(tmp_path, f"    rule_sets: [{_SETS}/gate.yaml]\n{_YARD}")).cameras[0]
    assert both.rules[0].model_dump()["zone"]["polygon"][2] == (1.0, 1.0)
    assert [r.rule_id for r in both.rules].count("loitering") == 1
    assert {r.rule_id for r in both.rules} == {r.rule_id for r in alone.rules} | {"fall"}


def test_what_is_alerted_has_one_hash_however_it_was_written(tmp_path: Path) -> None:
    box = load_box(_box(tmp_path, f"    rule_sets: [{_SETS}/gate.yaml]\n"))
    indented = "".join(
        f"    {line}\n"
        for line in (_SETS / "gate.yaml").read_text("utf-8").splitlines()
        if not line.startswith("#")
    )
    copied = load_box(_box(tmp_path, indented))
    assert config_sha256(box.cameras[0], box.site) == config_sha256(copied.cameras[0], copied.site)


def test_an_offline_analysis_takes_sets_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(textwrap.dedent(_YARD), "utf-8")
    path = tmp_path / "analysis.yaml"
    path.write_text("analysis: {rule_sets: [mine.yaml]}\n", "utf-8")
    assert [rule.type for rule in load_analysis(path).analysis.rules] == ["loitering", "fall"]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("    rule_sets: [nowhere.yaml]\n", r"no such file.*configs/rules/sets"),
        (f"    rule_sets: [{_SETS}/gate.yaml, {_SETS}/corridor.yaml]\n", "two sets have a rule"),
        ("    rules: []\n", "nothing is looked for"),
        ("", "nothing is looked for"),
        ("    rule_sets: [broken.yaml]\n", r"broken.yaml:2: `rules\[0\]"),
    ],
)
def test_a_set_that_cannot_be_used_is_said(tmp_path: Path, more: str, words: str) -> None:
    (tmp_path / "broken.yaml").write_text("rules:\n- {type: fall}\n", "utf-8")
    with pytest.raises(ConfigError) as refusal:
        load_box(_box(tmp_path, more))
    refusal.match(words)

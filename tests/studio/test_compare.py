"""Two runs side by side: what a change of model, threshold or gate did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.core.errors import ConfigError
from pipeline.studio.compare import Line, RuleChange, by_rule, compare, describe, read_alerts


def _line(rule: str, start_s: float, end_s: float, video: str = "a.mp4") -> Line:
    return Line(video, rule, "yard", start_s, end_s, rule)


_BEFORE = [_line("loitering", 10, 40), _line("loitering", 100, 150), _line("no_mask", 5, 9)]
_NOW = [_line("loitering", 10.4, 30), _line("no_mask", 5, 9), _line("fall", 7, 8)]


def test_each_rule_says_what_it_lost_and_gained_the_most_changed_first() -> None:
    assert by_rule(compare(_BEFORE, _NOW)) == [
        RuleChange("fall", 0, 1, 0, 0.0, 1.0),
        RuleChange("loitering", 2, 1, 1, 80.0, pytest.approx(19.6)),
        RuleChange("no_mask", 1, 1, 1, 4.0, 4.0),
    ]


def test_the_same_runs_have_no_difference() -> None:
    told = describe(compare(_BEFORE, _BEFORE))
    assert told[0].startswith("compared: 3 the same, 0 only before, 0 only now")
    assert not any("only before:" in line or "only now:" in line for line in told[1:])


def _write(path: Path, lines: list[Line]) -> Path:
    keys = ("video", "rule_id", "zone", "start_s", "end_s", "rule")
    path.write_text(
        "".join(json.dumps({key: getattr(line, key) for key in keys}) + "\n" for line in lines)
    )
    return path


def test_two_files_are_compared_without_analysing_anything(tmp_path: Path) -> None:
    before, now = _write(tmp_path / "a.jsonl", _BEFORE), _write(tmp_path / "b.jsonl", _NOW)
    told = CliRunner().invoke(app, ["analyze", "--compare", str(before), str(now)])
    assert told.exit_code == 0, told.output
    assert "compared: 2 the same, 1 only before, 1 only now, latest start +0.40 s" in told.output
    assert "loitering: 2 before, 1 now, 1 the same; 80.0 s before, 19.6 s now" in told.output
    assert "only before: a.mp4 loitering yard 100.0-150.0 s" in told.output


def test_recordings_need_rules_and_a_folder(tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["analyze", str(tmp_path / "a.mp4")])
    assert told.exit_code == 2


def test_a_line_that_is_no_alert_is_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.jsonl", _BEFORE)
    path.write_text(path.read_text() + "no alert\n")
    with pytest.raises(ConfigError, match=r"a\.jsonl:4"):
        read_alerts(path)

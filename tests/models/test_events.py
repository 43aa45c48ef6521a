"""Episodes against what somebody wrote down."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from models.eval.__main__ import main
from models.eval.events import Episode, config_for, judge_events, read_truth
from models.eval.rule_clips import SETTINGS
from pipeline.core.errors import ConfigError
from pipeline.runtime.models import abilities
from pipeline.video.annotated import AnnotatedWriter


def alert(start_s: float, end_s: float, rule: str = "loitering") -> Episode:
    return Episode((f"{rule}-gate", rule), start_s, end_s)


def real(start_s: float, end_s: float | None, rule: str = "loitering") -> Episode:
    return Episode((rule,), start_s, end_s)


def test_each_episode_takes_one_alert_the_nearest() -> None:
    scores = judge_events(
        [real(10, 20), real(40, 50), real(70, None)],
        [alert(9, 12), alert(10.5, 20), alert(53, 60), alert(71, 72), alert(10, 20, "fall")],
    )
    assert (scores.episodes, scores.alerts, scores.matched) == (3, 5, 2)
    assert scores.precision == pytest.approx(2 / 5)
    assert scores.recall == pytest.approx(2 / 3)
    assert (scores.start_error_mean_s, scores.start_error_max_s) == (0.75, 1.0)
    assert scores.end_error_max_s == 0.0


def test_silence_about_nothing_is_right() -> None:
    scores = judge_events([], [])
    assert (scores.precision, scores.recall, scores.start_error_mean_s) == (1.0, 1.0, None)
    assert judge_events([], [alert(1, 2)]).precision == 0.0
    assert judge_events([real(1, 2)], []).recall == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "rule,start_s,end_s\nfall,2,\nloitering, 1.5, 4\n",
        "\ufeffRule, Start_s ,end_s\r\nfall,2,\r\nloitering, 1.5, 4\r\n",
        '[{"rule": "fall", "start_s": 2},\n {"rule": "loitering", "start_s": 1.5, "end_s": 4}]',
        '{"rule": "fall", "start_s": 2}\n\n{"rule": "loitering", "start_s": 1.5, "end_s": 4}\n',
    ],
)
def test_truth_is_csv_or_json_lines(tmp_path: Path, text: str) -> None:
    path = tmp_path / "truth"
    path.write_text(text, "utf-8")
    assert read_truth(path) == [Episode(("loitering",), 1.5, 4.0), Episode(("fall",), 2.0, None)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("fall,1,2\n", 1),
        ("rule,start_s,end_s\nfall,1,2\nfall,3,2\n", 3),
        ("rule,start_s,end_s\nfall,soon,2\n", 2),
        ("rule,start_s,end_s\n,1,2\n", 2),
        ('{"rule": "fall", "start_s": 1}\n{"rule": 3, "start_s": 1}\n', 2),
        ('{"rule": "fall", "start_s": 1}\nfall\n', 2),
    ],
)
def test_a_line_that_is_no_episode_is_named(tmp_path: Path, text: str, line: int) -> None:
    path = tmp_path / "truth"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_truth(path)
    assert caught.value.where == f"{path}:{line}"


def test_a_configuration_is_made_where_a_zone_is_enough() -> None:
    rules = config_for([real(1, 2), real(3, 4), real(1, 2, "crowding")], "truth").analysis.rules
    assert [rule.type for rule in rules] == ["crowding", "loitering"]
    for impossible, what in (
        ([real(1, 2, "line_crossing")], "'line_crossing' needs more than a zone"),
        ([real(1, 2, "juggling")], "no rule is 'juggling'"),
        ([], "no episode"),
    ):
        with pytest.raises(ConfigError, match=what) as caught:
            config_for(impossible, "truth")
        assert "--config" in caught.value.remedy


def test_without_a_configuration_minutes_are_as_short_as_in_the_published_figures() -> None:
    truth = [real(1, 12, "loitering"), real(1, 12, "left_object"), real(1, 12, "off_post")]
    analysis = config_for(truth, "truth").analysis
    told = {rule.type: rule.model_dump() for rule in analysis.rules}
    assert told["loitering"]["min_s"] == SETTINGS["loitering"]["min_s"]
    assert told["left_object"]["alone_s"] == SETTINGS["left_object"]["alone_s"]
    assert told["off_post"]["absent_s"] == SETTINGS["off_post"]["absent_s"]
    assert (analysis.economy.merge_s, analysis.economy.budget_per_hour) == (0.0, None)


def test_the_models_a_rule_needs_are_taken_with_it() -> None:
    analysis = config_for([real(1, 2, "fire_smoke"), real(1, 2, "rodent")], "truth").analysis
    assert analysis.more_models == ["fire_smoke", "rodent"]
    assert analysis.accept_unknown_licence == ["rodent"]
    assert {"fire", "smoke", "rodent"} <= set(abilities(analysis).class_names)


class TestCommand:
    """On three seconds of an empty room."""

    @staticmethod
    def run(folder: Path, truth: str, clip: Path | None = None) -> int:
        (folder / "truth.csv").write_text("rule,start_s,end_s\n" + truth, "utf-8")
        (folder / "rules.yaml").write_text(
            "analysis:\n  rules:\n    - type: perimeter_intrusion\n      id: gate\n"
            "      zone: {name: all, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}\n",
            "utf-8",
        )
        if clip is None:
            clip = folder / "room.mp4"
            writer = AnnotatedWriter(clip, 128, 96, 5)
            for number in range(15):
                writer.write(np.full((96, 128, 3), 90, np.uint8), number / 5)
            writer.close()
        given = ["--clip", clip, "--truth", folder / "truth.csv", "--config", folder / "rules.yaml"]
        return main(["events", *map(str, given), "--json"])

    def test_a_missed_episode(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(tmp_path, "gate,1,2\n") == 0
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (answer["precision"], answer["recall"], answer["episodes"]) == (1.0, 0.0, 1)
        assert answer["rules"]["gate"]["episodes"] == 1

    @pytest.mark.parametrize(
        ("truth", "what"),
        [("fall,1,2\n", "no rule of the configuration is called 'fall'"), ("gate,9,\n", "ends at")],
    )
    def test_truth_of_something_else(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], truth: str, what: str
    ) -> None:
        assert self.run(tmp_path, truth) == 2
        assert what in capsys.readouterr().err

    def test_no_video(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert self.run(tmp_path, "gate,1,2\n", tmp_path / "truth.csv") == 2
        assert len(capsys.readouterr().err.splitlines()) == 1

"""A recording through the whole offline analysis: alerts, what was withheld, and what adds up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.geometry import SiteConfig
from pipeline.rules.economy import Filter
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.episodes import Provenance
from pipeline.studio.analyze import Job, Recording, alerts_jsonl, analyse_recording
from pipeline.studio.sums import summary_json
from tests.studio.visits import SeesVisits
from tests.video.media import make_video

_VISITS = (range(25, 100), range(200, 275), range(375, 450))
"""Pictures, 25 a second, in which "somebody" is there."""


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_video(tmp_path_factory.mktemp("film") / "film.mp4", count=500, gop=25)


def _analyse(film: Path, out: Path, **changes: Any) -> Recording:
    zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    config = AnalysisConfig.model_validate(
        {
            "rules": [{"type": "perimeter_intrusion", "zone": zone, "dwell_s": 0.5, "clear_s": 1}],
            **changes,
        }
    )
    made_by = Provenance("scripted", "a" * 64, "b" * 64)
    job = Job(config, SiteConfig(), SeesVisits(*_VISITS), None, made_by, out, 0.0, annotate=False)
    return analyse_recording(job, film, "film", lambda *_: None)


def test_three_visits_are_three_alerts_and_all_the_time_was_analysed(
    tmp_path: Path, film: Path
) -> None:
    recording = _analyse(film, tmp_path)
    assert [found.episode.rule for found in recording.found] == ["perimeter_intrusion"] * 3
    assert [round(found.start_s) for found in recording.found] == [1, 8, 15]
    assert all(found.episode.state == "closed" for found in recording.found)
    [rule] = recording.sums.rules
    assert rule.analysed_s == pytest.approx(recording.duration_s, abs=0.01)
    assert (rule.missing_s, rule.outcomes, recording.sums.removed) == ({}, None, {})


def test_what_the_budget_withheld_is_a_digest_and_in_the_summary(
    tmp_path: Path, film: Path
) -> None:
    recording = _analyse(film, tmp_path, economy={"budget_per_hour": 1})
    assert [f.episode.rule for f in recording.found] == ["perimeter_intrusion", "alert_digest"]
    digest = recording.found[1]
    assert digest.episode.facts == {"withheld": 2.0, "withheld_perimeter_intrusion": 2.0}
    assert (tmp_path / digest.snapshot).stat().st_size > 1000
    assert recording.sums.removed == {("perimeter_intrusion", Filter.BUDGET): 2}
    [told] = json.loads(summary_json([recording]))
    assert told["alerts"] == {"alert_digest": 1, "perimeter_intrusion": 1}
    assert told["withheld"] == {"perimeter_intrusion": {"budget": 2}}
    assert len(alerts_jsonl([recording]).splitlines()) == 2


def test_a_still_picture_is_a_fault_only_where_that_is_asked_for(
    tmp_path: Path, film: Path
) -> None:
    dark = {"interval_s": 1, "dark_mean": 250, "bright_mean": 255}
    asked = {**dark, "brightness_abnormal": {"after_s": 3}}
    recording = _analyse(film, tmp_path, diagnosis=asked)
    faults = [f for f in recording.found if f.episode.rule == "brightness_abnormal"]
    assert [f.episode.model_id for f in faults] == ["picture_diagnosis"]
    assert (tmp_path / faults[0].snapshot).stat().st_size > 1000
    assert {f.episode.rule for f in _analyse(film, tmp_path).found} == {"perimeter_intrusion"}


def test_a_bad_picture_withholds_what_ended_before_it_was_good(tmp_path: Path, film: Path) -> None:
    dark = {"interval_s": 1, "dark_mean": 250, "bright_mean": 255}
    recording = _analyse(
        film,
        tmp_path,
        diagnosis={**dark, "brightness_abnormal": {"after_s": 3}},
        economy={"suppress_while": ["brightness_abnormal"]},
    )
    rules = [found.episode.rule for found in recording.found]
    assert rules == ["brightness_abnormal", "perimeter_intrusion"]
    assert recording.sums.removed == {("perimeter_intrusion", Filter.PICTURE): 2}


def test_a_hole_of_two_minutes_is_two_minutes_and_ends_an_alert(tmp_path: Path) -> None:
    """The recording pauses in the middle of a visit: two alerts, not one over the hole."""
    seconds = [n / 25 + (130.0 if n >= 60 else 0.0) for n in range(150)]
    film = make_video(tmp_path / "hole.mp4", count=150, gop=25, seconds=seconds)
    recording = _analyse(film, tmp_path)
    assert recording.duration_s == pytest.approx(135.96, abs=0.05)
    assert [round(found.start_s) for found in recording.found] == [1, 132]
    assert recording.found[0].end_s == pytest.approx(2.36, abs=0.3)
    [rule] = recording.sums.rules
    assert rule.analysed_s < 10.0

"""A model bound to a rate, hours or zones: its rules hear of the pictures it looked at, only."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract import AnalysedTime, MissingReason
from pipeline.core.clock import FrameTime
from pipeline.core.detections import Detections, Tracks
from pipeline.core.errors import ConfigError
from pipeline.core.events import EventKind, RuleEvent
from pipeline.core.frame import Frame
from pipeline.diagnosis import StillPicture
from pipeline.geometry import SiteConfig
from pipeline.rules.base import Rule
from pipeline.runtime.analysis import Analysis, FrameResult
from pipeline.runtime.check import check_config
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.watched_time import WatchedTime
from pipeline.studio.command import without_schedules

_WHOLE = {"name": "whole", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
_LEFT = {"name": "left", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
_FIRE = {"type": "fire_smoke", "classes": ["fire"], "zone": _WHOLE, "dwell_s": 2, "clear_s": 3}
_INTRUSION = {"type": "perimeter_intrusion", "zone": _WHOLE}
_RODENT = {"type": "rodent", "zone": _WHOLE, "clear_s": 3}
_NIGHT = {"workdays": ["20:00-05:00"], "weekend": ["20:00-05:00"], "holidays": "closed"}
_EVENING_UTC_S = datetime(2026, 11, 25, 11, 59, 50, tzinfo=UTC).timestamp()
"""Ten seconds before 20:00 of a Wednesday in Shanghai."""
_MORNING_UTC_S = datetime(2026, 11, 25, 20, 59, 50, tzinfo=UTC).timestamp()
"""Ten seconds before 05:00."""
Spans = Sequence[tuple[float, float]]


_GREY = StillPicture(np.full((480, 640, 3), 90, np.uint8))


@dataclass
class _Scripted:
    """Finds its first class in the given spans of media time, and remembers when it was asked."""

    class_names: tuple[str, ...]
    spans: Spans
    x: float = 0.25
    asked_s: list[float] = field(default_factory=list)
    track_scores: Mapping[str, float] = field(default_factory=dict)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        return [self._one(frame.time.media_s) for frame in frames]

    def _one(self, media_s: float) -> Detections:
        self.asked_s.append(media_s)
        if not any(start <= media_s <= end for start, end in self.spans):
            return Detections.empty(self.class_names)
        left = self.x * 640 - 40
        box = np.array([[left, 200, left + 80, 360]], np.float32)
        return Detections(box, np.array([0.9], np.float32), np.array([0]), self.class_names)


def _config(rules: Sequence[Mapping[str, object]], *more: object) -> AnalysisConfig:
    return AnalysisConfig.model_validate({"rules": rules, "more_models": more})


def _fire(**binding: object) -> dict[str, object]:
    return {"model": "fire_smoke", **binding}


def _frames(seconds: float, *, fps: float = 5.0, utc_s: float = _EVENING_UTC_S) -> Iterable[Frame]:
    for i in range(round(seconds * fps)):
        yield Frame("cam", FrameTime(i / fps, utc_s + i / fps), _GREY)


def _run(analysis: Analysis, frames: Iterable[Frame]) -> tuple[list[RuleEvent], list[FrameResult]]:
    results = [analysis.process(frame) for frame in frames]
    told = [event for result in results for _, event in result.events]
    last = results[-1].frame.time
    return told + [event for _, event in analysis.finish(last)], results


def _marks(events: Iterable[RuleEvent], kind: EventKind) -> list[tuple[str, float, float]]:
    return [(e.rule, e.started.media_s, e.last_seen.media_s) for e in events if e.kind is kind]


def test_a_bound_model_looks_at_its_rate_and_the_others_at_every_picture() -> None:
    people, fire = _Scripted(("person",), []), _Scripted(("fire", "smoke"), [])
    config = _config([_INTRUSION, _FIRE], _fire(every_s=1.0))
    _run(Analysis(config, SiteConfig(), people, bound=[fire]), _frames(20))
    assert len(people.asked_s) == 100
    assert fire.asked_s == [float(i) for i in range(20)]


@pytest.mark.parametrize("every_s", [0.2, 0.5, 1.0, 2.0, 4.0])
def test_a_fire_is_one_alert_at_any_rate(every_s: float) -> None:
    burns = [(10.0, 60.0)]
    config = _config([_INTRUSION, _FIRE], _fire(every_s=every_s))
    analysis = Analysis(
        config, SiteConfig(), _Scripted(("person",), []), bound=[_Scripted(("fire",), burns)]
    )
    events, _ = _run(analysis, _frames(90))
    ((rule, started_s, last_s),) = _marks(events, EventKind.CLOSED)
    assert rule == "fire_smoke"
    assert started_s == pytest.approx(10.0, abs=2 * every_s + 0.01)
    assert last_s == pytest.approx(60.0, abs=every_s + 0.01)


def test_one_look_that_misses_a_fire_does_not_end_it() -> None:
    burns = [(10.0, 20.5), (21.5, 30.5), (31.5, 40.0)]
    config = _config([{**_FIRE, "clear_s": 1.5}], _fire(every_s=1.0))
    fire = _Scripted(("fire",), burns)
    analysis = Analysis(config, SiteConfig(), _Scripted(("person",), []), bound=[fire])
    events, results = _run(analysis, _frames(60))
    assert len(_marks(events, EventKind.CLOSED)) == 1
    assert len({i for r in results for i in r.tracks.track_id.tolist()}) == 1


def test_pictures_between_two_looks_are_not_absence_and_keep_the_gate_open() -> None:
    config = _config([_FIRE], _fire(every_s=4.0))
    fire = _Scripted(("fire",), [(0.0, 40.0)])
    analysis = Analysis(config, SiteConfig(), _Scripted(("person",), []), bound=[fire])
    events, results = _run(analysis, _frames(40))
    assert [e.kind for e in events].count(EventKind.OPENED) == 1
    assert all(result.is_busy for result in results)
    assert not any(len(result.detections) for result in results if result.frame.time.media_s % 4)


class _Hears:
    """A rule's ears: the times its ``update`` was called with."""

    def __init__(self, rule: Rule) -> None:
        self.heard_s: list[float] = []
        self._update = rule.update
        rule.update = self._take  # type: ignore[method-assign]

    def _take(self, tracks: Tracks, time: FrameTime) -> list[RuleEvent]:
        self.heard_s.append(time.media_s)
        return self._update(tracks, time)


@settings(max_examples=60, deadline=None)
@given(
    every_s=st.floats(0.1, 4.0),
    gaps_s=st.lists(st.floats(0.04, 8.0), min_size=1, max_size=60),
    is_night=st.booleans(),
)
def test_rules_of_a_lane_hear_of_the_pictures_it_looked_at_only(
    every_s: float, gaps_s: list[float], is_night: bool
) -> None:
    fire = _Scripted(("fire",), [(0.0, 1000.0)])
    binding = _fire(every_s=every_s, **({"schedule": _NIGHT} if is_night else {}))
    analysis = Analysis(
        _config([_FIRE, _INTRUSION], binding),
        SiteConfig(),
        _Scripted(("person",), []),
        bound=[fire],
    )
    by_fire, by_people = (_Hears(rule) for rule in analysis.rules)
    times = np.cumsum(gaps_s).tolist()
    for media_s in times:
        analysis.process(Frame("cam", FrameTime(media_s, _EVENING_UTC_S + media_s), _GREY))
    assert by_fire.heard_s == fire.asked_s
    assert by_people.heard_s == times
    may_look = [t for t in times if not is_night or t >= 10.0]
    assert set(fire.asked_s) <= set(may_look)
    # Whoever waits for his turn gets the first picture after it.
    for before_s, next_s in pairwise([*fire.asked_s, math.inf]):
        skipped = [t for t in may_look if before_s < t < next_s]
        assert all(t - before_s <= every_s * 1.002 + 1e-6 for t in skipped)


def test_the_end_of_its_hours_ends_an_episode_when_it_was_last_looked_at() -> None:
    config = _config([_RODENT, _INTRUSION], {"model": "rodent", "every_s": 1.0, "schedule": _NIGHT})
    rodent = _Scripted(("rodent",), [(0.0, 100.0)])
    analysis = Analysis(config, SiteConfig(), _Scripted(("person",), []), bound=[rodent])
    frames = list(_frames(30, utc_s=_MORNING_UTC_S))
    results = [analysis.process(frame) for frame in frames]
    (closed,) = [e for r in results for _, e in r.events if e.kind is EventKind.CLOSED]
    assert (closed.at.media_s, closed.last_seen.media_s) == (9.0, 9.0)
    assert max(rodent.asked_s) == 9.0
    assert not any(r.is_busy or r.is_engaged for r in results if r.frame.time.media_s >= 10.0)
    assert analysis.finish(frames[-1].time) == ()


def test_what_is_seen_after_its_hours_is_another_thing() -> None:
    config = _config([_RODENT], {"model": "rodent", "schedule": _NIGHT})
    rodent = _Scripted(("rodent",), [(0.0, 1e6)])
    analysis = Analysis(config, SiteConfig(), _Scripted(("person",), []), bound=[rodent])
    morning = list(_frames(30, utc_s=_MORNING_UTC_S))
    evening_s = 15 * 3600.0
    evening = [
        Frame("cam", FrameTime(evening_s + f.time.media_s, evening_s + f.time.utc_s), _GREY)
        for f in _frames(30, utc_s=_MORNING_UTC_S)
    ]
    events, results = _run(analysis, [*morning, *evening])
    assert len(_marks(events, EventKind.CLOSED)) == 2
    assert {i for r in results for i in r.tracks.track_id.tolist()} == {1, 2}


@pytest.mark.parametrize(("x", "alerts"), [(0.25, 1), (0.75, 0)])
def test_what_stands_outside_its_zones_does_not_count(x: float, alerts: int) -> None:
    config = _config([_FIRE], _fire(zones=[_LEFT]))
    fire = _Scripted(("fire",), [(2.0, 20.0)], x=x)
    analysis = Analysis(config, SiteConfig(), _Scripted(("person",), []), bound=[fire])
    events, results = _run(analysis, _frames(40))
    assert len(_marks(events, EventKind.OPENED)) == alerts
    assert any(result.is_busy for result in results) == bool(alerts)


def test_numbers_of_tracks_are_not_used_twice_among_lanes() -> None:
    config = _config([_FIRE, _INTRUSION], _fire(every_s=1.0))
    always: Spans = [(0.0, 100.0)]
    analysis = Analysis(
        config,
        SiteConfig(),
        _Scripted(("person",), always, x=0.75),
        bound=[_Scripted(("fire",), always)],
    )
    events, results = _run(analysis, _frames(10))
    followed = {
        (int(i), r.tracks.class_names[c])
        for r in results
        for i, c in zip(r.tracks.track_id, r.tracks.class_id, strict=True)
    }
    assert sorted(name for _, name in followed) == ["fire", "person"]
    assert len({i for i, _ in followed}) == 2
    assert {e.rule for e in events} == {"fire_smoke", "perimeter_intrusion"}


def test_the_same_pictures_give_the_same_events() -> None:
    def once() -> list[RuleEvent]:
        config = _config([_FIRE, _INTRUSION], _fire(every_s=0.7, schedule=_NIGHT, zones=[_LEFT]))
        fire = _Scripted(("fire",), [(12.0, 20.3), (24.0, 31.0)])
        people = _Scripted(("person",), [(3.0, 9.0)])
        analysis = Analysis(config, SiteConfig(), people, bound=[fire])
        return _run(analysis, _frames(60, fps=4.7))[0]

    assert once() == once()
    assert once()


def test_time_outside_the_model_s_hours_is_out_of_schedule() -> None:
    config = _config([_FIRE, _INTRUSION], _fire(every_s=2.0, schedule=_NIGHT))
    analysis = Analysis(
        config, SiteConfig(), _Scripted(("person",), []), bound=[_Scripted(("fire",), [])]
    )
    reports: list[AnalysedTime] = []
    ledger = WatchedTime(
        "cam", analysis.watched, _EVENING_UTC_S, frame_worth_s=0.4, emit=reports.extend
    )
    for i in range(1, 41):
        ledger.analysed(_EVENING_UTC_S + i, otherwise=MissingReason.OVERLOADED)
    ledger.finish()
    sums: dict[str, dict[str, float]] = {}
    for report in reports:
        one = sums.setdefault(report.rule_id, {"analysed": 0.0})
        one["analysed"] += report.analysed_s
        for gap in report.missing:
            one[gap.reason] = one.get(gap.reason, 0.0) + gap.seconds
    assert sums["fire_smoke"] == pytest.approx({"analysed": 30.0, "out_of_schedule": 10.0})
    assert sums["perimeter_intrusion"] == pytest.approx({"analysed": 16.0, "overloaded": 24.0})


def test_an_analysis_without_a_clock_lets_every_model_look() -> None:
    config = without_schedules(_config([_FIRE], "rodent", _fire(every_s=1.0, schedule=_NIGHT)))
    assert [each.schedule for each in config.further_models] == ["always", "always"]
    assert config.more_models[0] == "rodent"
    assert without_schedules(config) is config


_FILE = """\
analysis:
  more_models:
    - {model: fire_smoke, every_s: 1.0}
  rules:
    - type: RULE
      zone: {name: stoves, polygon: [[0, 0], [1, 0], [1, 1], [0, 1]]}
"""


def test_a_rule_of_two_lanes_is_refused_with_what_to_write_instead(tmp_path: Path) -> None:
    path = tmp_path / "analysis.yaml"
    path.write_text(_FILE.replace("RULE", "fire_smoke"), "utf-8")
    assert check_config(path) == "ok, 1 rules"
    path.write_text(_FILE.replace("RULE", "unattended_fire"), "utf-8")
    with pytest.raises(ConfigError, match="'fire', 'person' in the same pictures") as refusal:
        check_config(path)
    assert refusal.value.where == f"{path}: analysis.rules[0]"
    assert "`more_models: [fire_smoke]`, without every_s" in refusal.value.remedy


def test_an_analysis_refuses_what_the_check_refuses() -> None:
    def build(rule: dict[str, object], binding: dict[str, object], *classes: str) -> Any:
        return Analysis(
            _config([rule], binding),
            SiteConfig(),
            _Scripted(("person",) if "person" not in classes else ("car",), []),
            bound=[_Scripted(classes, [])],
        )

    unattended = {"type": "unattended_fire", "zone": _WHOLE}
    with pytest.raises(ConfigError, match="in the same pictures"):
        build(unattended, _fire(every_s=1.0), "fire")
    with pytest.raises(ConfigError, match="blurred"):
        build(_INTRUSION, {"model": "campus_objects", "every_s": 1.0}, "person")

"""Feet that something hides, and feet that leap: neither is a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from pipeline.core.detections import Tracks
from pipeline.core.events import RuleEvent
from pipeline.rules import Rule
from tests.rules.scripted import CLASSES, closed, every, rule, time_at

RATES = pytest.mark.parametrize("fps", [10.0, 5.0, 2.0])
LINE = {"type": "line_crossing", "line": {"name": "kerb", "points": [[0, 0.6], [1, 0.6]]}}
BEYOND = {
    "type": "perimeter_intrusion",
    "zone": {"name": "lawn", "polygon": [[0, 0], [1, 0], [1, 0.6], [0, 0.6]]},
}
TOP, FOOT = 0.43, 0.68
Box = Callable[[float], tuple[float, float, float]]
"""x of the middle, top and foot at a time, fractions of the picture."""


def see(what: Rule, box: Box, times: Iterable[float]) -> list[RuleEvent]:
    """The episodes of a rule over one track."""
    events: list[RuleEvent] = []
    size = np.array([1000, 800, 1000, 800])
    t_s = 0.0
    for t_s in times:
        x, top, foot = box(t_s)
        tracks = Tracks(
            (np.array([[x - 0.04, top, x + 0.04, foot]]) * size).astype(np.float32),
            np.array([0.8], np.float32),
            np.array([0]),
            np.array([1]),
            np.array([0.0]),
            CLASSES,
            (1000, 800),
        )
        events += what.update(tracks, time_at(t_s))
    return closed(events + what.finish(time_at(t_s)))


@RATES
@pytest.mark.parametrize("hidden_s", [0.4, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("keys", [LINE, BEYOND], ids=["line", "zone"])
def test_legs_behind_a_car_go_nowhere(fps: float, hidden_s: float, keys: dict[str, object]) -> None:
    def box(t_s: float) -> tuple[float, float, float]:
        is_hidden = 6.0 <= t_s < 6.0 + hidden_s
        return 0.1 + 0.06 * t_s, TOP, 0.55 if is_hidden else FOOT

    assert see(rule(**keys), box, every(fps, 14)) == []


def test_a_car_that_hides_the_legs_little_by_little_moves_nobody() -> None:
    def box(t_s: float) -> tuple[float, float, float]:
        return (
            0.1 + 0.06 * t_s,
            TOP,
            float(np.interp(t_s, [4, 4.5, 8, 8.5], [FOOT, 0.54, 0.54, FOOT])),
        )

    assert see(rule(**LINE), box, every(10, 14)) == []


@RATES
def test_who_walks_away_over_the_line_has_crossed_it(fps: float) -> None:
    # From a camera above their head top and foot rise, and the box shrinks.
    def box(t_s: float) -> tuple[float, float, float]:
        foot = float(np.interp(t_s, [0, 8], [0.9, 0.3]))
        return 0.5, foot - 0.4 * foot, foot

    found = see(rule(**LINE), box, every(fps, 10))
    assert [e.facts["direction"] for e in found] == ["out"]
    assert found[0].started.media_s == pytest.approx(4.0, abs=1.01 / fps)


def test_who_crouches_beyond_the_line_does_not_step_back() -> None:
    def box(t_s: float) -> tuple[float, float, float]:
        return 0.5, float(np.interp(t_s, [3, 3.6], [0.3, 0.45])), 0.595

    assert see(rule(**LINE), box, every(5, 10)) == []


@pytest.mark.parametrize("rows", [[3], [3, 7], [3, 7, 11]])
def test_one_look_beyond_and_back_is_no_crossing(rows: list[int]) -> None:
    def box(t_s: float) -> tuple[float, float, float]:
        is_beyond = round(t_s * 5) in rows
        return 0.5, (0.2 if is_beyond else 0.4), (0.5 if is_beyond else 0.7)

    assert see(rule(**LINE), box, every(5, 3)) == []


def test_two_looks_beyond_are_one() -> None:
    def box(t_s: float) -> tuple[float, float, float]:
        is_beyond = 3 <= round(t_s * 5) <= 5
        return 0.5, (0.2 if is_beyond else 0.4), (0.5 if is_beyond else 0.7)

    found = see(rule(**LINE), box, every(5, 3))
    assert [dict(e.facts) for e in found] == [{"in": 1.0, "out": 1.0, "direction": "both"}]


@pytest.mark.parametrize("fps", [10.0, 5.0, 2.0, 1.0])
def test_who_stops_right_behind_the_line_has_crossed_it(fps: float) -> None:
    def box(t_s: float) -> tuple[float, float, float]:
        foot = float(np.interp(t_s, [0, 5], [0.8, 0.585]))
        return 0.5, foot - 0.3, foot

    found = see(rule(**LINE), box, every(fps, 70))
    assert [e.facts["direction"] for e in found] == ["out"]
    assert found[0].started.media_s < 5.0 + 1 / fps


@RATES
@pytest.mark.parametrize("tremble", [0.008, 0.019])
@pytest.mark.parametrize("seed", range(4))
def test_standing_on_the_line_is_no_crossing(fps: float, tremble: float, seed: int) -> None:
    rng = np.random.default_rng(seed)

    def box(t_s: float) -> tuple[float, float, float]:
        foot = 0.6 + float(rng.uniform(-tremble, tremble))
        return 0.5, foot - 0.3, foot

    assert see(rule(**LINE), box, every(fps, 60)) == []


def test_a_runner_crosses_between_two_looks() -> None:
    def box(t_s: float) -> tuple[float, float, float]:
        foot = 0.95 - 0.5 * t_s
        return 0.5, foot - 0.3, foot

    found = see(rule(**LINE), box, [0.0, 0.5, 1.0])
    assert [e.facts["direction"] for e in found] == ["out"]

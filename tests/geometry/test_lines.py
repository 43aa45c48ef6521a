"""Lines: what is refused, which way is in, and that crossings add up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.geometry import Line, LineConfig


def line(*points: tuple[float, float]) -> Line:
    return Line(LineConfig(name="l", points=points))


def net(shape: Line, *path: tuple[float, float]) -> int:
    """Crossings of a walk, step by step."""
    feet = np.array(path)
    return int(shape.crossings(feet[:-1], feet[1:]).sum())


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([(0.1, 0.1)], ["at least 2 points", "has 1"]),
        ([(0.1, 0.1), (0.1, 0.1)], ["points 1 and 2", "no length"]),
        ([(0.1, 0.1), (0.5, 0.5), (0.5, 0.5)], ["points 2 and 3"]),
        ([(0.1, 0.1), (1.5, 0.5)], ["point 2 (1.5, 0.5)", "outside the picture"]),
    ],
)
def test_a_broken_line_is_refused_in_words(
    points: list[tuple[float, float]], words: list[str]
) -> None:
    with pytest.raises(ValidationError) as refusal:
        LineConfig.model_validate({"name": "l", "points": points})
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize(
    ("drawn", "walk", "expected"),
    [
        # Drawn upwards, "in" goes to the right.
        (((0.5, 0.8), (0.5, 0.2)), ((0.3, 0.5), (0.7, 0.5)), 1),
        (((0.5, 0.8), (0.5, 0.2)), ((0.7, 0.5), (0.3, 0.5)), -1),
        # Drawn downwards, to the left.
        (((0.5, 0.2), (0.5, 0.8)), ((0.7, 0.5), (0.3, 0.5)), 1),
        # Drawn to the right, downwards.
        (((0.2, 0.5), (0.8, 0.5)), ((0.5, 0.4), (0.5, 0.6)), 1),
        # Past the end of the line is no crossing.
        (((0.5, 0.8), (0.5, 0.2)), ((0.3, 0.9), (0.7, 0.9)), 0),
        # Along the line is no crossing.
        (((0.5, 0.8), (0.5, 0.2)), ((0.5, 0.7), (0.5, 0.3)), 0),
        # A step that does not reach it is none either.
        (((0.5, 0.8), (0.5, 0.2)), ((0.1, 0.5), (0.4, 0.5)), 0),
    ],
)
def test_left_to_right_is_in(
    drawn: tuple[tuple[float, float], ...], walk: tuple[tuple[float, float], ...], expected: int
) -> None:
    assert net(line(*drawn), *walk) == expected


def test_a_foot_that_stops_on_the_line_crosses_once() -> None:
    upwards = line((0.5, 0.8), (0.5, 0.2))
    assert net(upwards, (0.3, 0.5), (0.5, 0.5), (0.7, 0.5)) == 1
    assert net(upwards, (0.3, 0.5), (0.5, 0.5), (0.3, 0.5)) == 0
    assert net(upwards, (0.7, 0.5), (0.5, 0.5), (0.3, 0.5)) == -1


def test_a_walk_through_a_joint_crosses_once() -> None:
    bent = line((0.2, 0.5), (0.5, 0.5), (0.8, 0.3))
    assert net(bent, (0.5, 0.3), (0.5, 0.7)) == 1
    assert net(bent, (0.5, 0.7), (0.5, 0.3)) == -1


def test_a_hook_is_crossed_in_and_out() -> None:
    hook = line((0.3, 0.2), (0.3, 0.8), (0.7, 0.8), (0.7, 0.2))
    assert net(hook, (0.1, 0.5), (0.9, 0.5)) == 0
    assert net(hook, (0.1, 0.5), (0.5, 0.5)) == -net(hook, (0.5, 0.5), (0.1, 0.5)) != 0


def test_a_line_drawn_to_the_border_reaches_beyond() -> None:
    to_border = line((0.5, 0.995), (0.5, 0.2))
    short = line((0.5, 0.9), (0.5, 0.2))
    assert net(to_border, (0.4, 1.2), (0.6, 1.2)) == 1
    assert net(short, (0.4, 1.2), (0.6, 1.2)) == 0


def test_distance_is_to_the_drawn_pieces() -> None:
    shape = line((0.2, 0.5), (0.4, 0.5))
    assert shape.distance(np.array([[0.3, 0.6], [0.7, 0.5]])) == pytest.approx([0.1, 0.3])


foot = st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0))


@given(walk=st.lists(foot, min_size=1, max_size=12))
def test_a_closed_walk_around_nothing_sums_to_zero(walk: list[tuple[float, float]]) -> None:
    # A line from border to border parts the picture in two, so who returns crossed evenly.
    wall = line((0.5, 1.0), (0.45, 0.6), (0.55, 0.3), (0.5, 0.0))
    home = (0.1, 0.5)
    assert net(wall, home, *walk, home) == 0


@example(start=(0.2, 0.0), end=(0.2, 1.0))
@given(start=foot, end=foot)
def test_the_way_back_is_the_opposite(start: tuple[float, float], end: tuple[float, float]) -> None:
    shape = line((0.2, 0.7), (0.5, 0.4), (0.8, 0.6))
    assert net(shape, start, end) == -net(shape, end, start)


@given(start=foot, end=foot)
def test_turning_the_line_round_swaps_in_and_out(
    start: tuple[float, float], end: tuple[float, float]
) -> None:
    points = ((0.21, 0.73), (0.52, 0.41), (0.83, 0.62))
    there, back = line(*points), line(*reversed(points))
    away = there.distance(np.array([start, end])).min() > 1e-6
    if away:
        assert net(there, start, end) == -net(back, start, end)

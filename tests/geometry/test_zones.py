"""Zones: what is refused and why, and which points are inside."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.geometry import Zone, ZoneConfig

SQUARE = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))


def zone(*points: tuple[float, float]) -> Zone:
    return Zone(ZoneConfig(name="z", polygon=points))


@pytest.mark.parametrize(
    ("polygon", "words"),
    [
        ([(0, 0), (1, 1)], ["at least 3 corners", "has 2"]),
        ([(0, 0), (1, 1), (0, 0)], ["at least 3 corners", "has 2"]),
        (
            [(0.2, 0.2), (0.8, 0.8), (0.8, 0.2), (0.2, 0.8)],
            ["crosses itself", "edge 1–2 meets edge 3–4", "(0.5, 0.5)", "Order the points"],
        ),
        (
            # A corner that touches an edge from inside pinches the zone in two.
            [(0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.5, 0.1), (0.1, 0.9)],
            ["edge 1–2 meets edge 3–4", "(0.5, 0.1)"],
        ),
        (
            [(0.1, 0.1), (0.9, 0.1), (0.4, 0.1), (0.4, 0.8)],
            ["edge 1–2 meets edge 2–3"],
        ),
        ([(0.1, 0.1), (0.5, 0.5), (0.9, 0.9)], ["no area", "Move at least one point"]),
        ([(0.1, 0.1), (0.1, 0.1), (0.9, 0.9)], ["points 1 and 2", "Remove one"]),
        ([(0, 0), (640, 0), (640, 480)], ["point 2 (640, 0)", "outside the picture", "divided by"]),
        ([(0, 0), (1, -0.01), (1, 1)], ["point 2 (1, -0.01)"]),
    ],
)
def test_a_broken_zone_is_refused_in_words(
    polygon: list[tuple[float, float]], words: list[str]
) -> None:
    with pytest.raises(ValidationError) as refusal:
        ZoneConfig.model_validate({"name": "z", "polygon": polygon})
    for word in words:
        assert word in str(refusal.value)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_not_a_number_is_refused(bad: float) -> None:
    with pytest.raises(ValidationError, match="finite"):
        ZoneConfig.model_validate({"name": "z", "polygon": [(0, 0), (bad, 0), (1, 1)]})


def test_too_many_corners_are_refused() -> None:
    turns = np.linspace(0, 2 * np.pi, 300, endpoint=False)
    ring = [(0.5 + 0.4 * np.cos(a), 0.5 + 0.4 * np.sin(a)) for a in turns]
    with pytest.raises(ValidationError, match="at most 256"):
        ZoneConfig.model_validate({"name": "z", "polygon": ring})


@pytest.mark.parametrize("name", ["", "   ", "x" * 65])
def test_a_zone_needs_a_usable_name(name: str) -> None:
    with pytest.raises(ValidationError, match="name"):
        ZoneConfig.model_validate({"name": name, "polygon": SQUARE})


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError, match="points"):
        ZoneConfig.model_validate({"name": "z", "polygon": SQUARE, "points": []})


def test_a_polygon_closed_by_hand_is_the_same() -> None:
    assert ZoneConfig(name="z", polygon=(*SQUARE, SQUARE[0])).polygon == SQUARE


def test_the_outline_belongs_to_the_zone() -> None:
    points = np.array([[0.2, 0.5], [0.5, 0.5], [0.19, 0.5], [0.8, 0.8]])
    assert zone(*SQUARE).contains(points).tolist() == [True, True, False, True]


def test_no_points_give_no_answers() -> None:
    assert zone(*SQUARE).contains(np.zeros((0, 2))).shape == (0,)
    assert zone(*SQUARE).signed_distance(np.zeros((0, 2))).shape == (0,)


def test_signed_distance_is_depth_inside_and_negative_outside() -> None:
    points = np.array([[0.5, 0.5], [0.25, 0.5], [0.1, 0.5], [0.8, 0.9]])
    assert zone(*SQUARE).signed_distance(points) == pytest.approx([0.3, 0.05, -0.1, -0.1])


@pytest.mark.parametrize(
    ("foot", "is_inside"),
    [
        ((0.4, 1.0), True),
        ((0.4, 1.3), True),  # stepping in at the lower edge, the foot is below the picture
        ((0.8, 1.3), False),  # below the picture, but not below the zone
        ((0.4, 0.4), False),
        ((-0.2, 0.8), False),
    ],
)
@pytest.mark.parametrize("bottom", [1.0, 0.995])
def test_a_zone_drawn_to_the_border_reaches_beyond(
    foot: tuple[float, float], is_inside: bool, bottom: float
) -> None:
    at_border = zone((0.2, 0.5), (0.6, 0.5), (0.6, bottom), (0.2, bottom))
    assert at_border.contains(np.array([foot])).tolist() == [is_inside]


def test_a_zone_short_of_the_border_does_not_reach_beyond() -> None:
    assert zone(*SQUARE).contains(np.array([[0.5, 1.2]])).tolist() == [False]


def test_a_sliver_along_the_border_keeps_its_shape() -> None:
    sliver = zone((0.1, 0.992), (0.9, 0.992), (0.9, 0.999), (0.1, 0.999))
    assert sliver.contains(np.array([[0.5, 0.995], [0.5, 0.5]])).tolist() == [True, False]


coordinate = st.floats(0.0, 1.0, allow_nan=False)


@given(corners=st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7))
def test_what_is_accepted_is_a_valid_polygon(corners: list[tuple[float, float]]) -> None:
    try:
        config = ZoneConfig(name="z", polygon=tuple(corners))
    except ValidationError:
        return
    assert shapely.Polygon(config.polygon).is_valid
    inside = shapely.Polygon(config.polygon).representative_point()
    if min(inside.x, inside.y, 1 - inside.x, 1 - inside.y) > 0.02:
        assert Zone(config).contains(np.array([[inside.x, inside.y]])).all()


@given(
    points=st.lists(st.tuples(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5)), min_size=1, max_size=20)
)
def test_containing_and_signed_distance_agree(points: list[tuple[float, float]]) -> None:
    array = np.array(points)
    shape = zone((0.2, 0.3), (0.7, 0.1), (0.9, 0.6), (0.5, 0.5), (0.3, 1.0))
    depth = shape.signed_distance(array)
    sure = np.abs(depth) > 1e-9
    assert (shape.contains(array) == (depth > 0))[sure].all()

"""What a drawn shape must be before anything computes with it.

A shape is drawn by a person in a browser; a bow-tie or a forgotten point must be refused while that
person still looks at it, in words that say which points are wrong. Points are numbered from 1, in
the order drawn.
"""

from __future__ import annotations

from typing import Annotated

import shapely
from pydantic import Field, StringConstraints

from api.contract.text import STORABLE

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), STORABLE
]
"""Name of a zone or line as people read it; at most 64 characters, as on the wire."""

Coordinate = Annotated[float, Field(allow_inf_nan=False)]
Point = tuple[Coordinate, Coordinate]
"""x and y as fractions of the picture's width and height; y grows downwards."""

MAX_POINTS = 256
"""As many as an alert can carry (``AlertEpisode.zone_norm``)."""

BORDER_SNAP = 0.01
"""A point this near to the picture's border was meant to lie on it: nobody hits it with a mouse."""

_EPSILON = 1e-9


def require_inside_picture(points: tuple[Point, ...]) -> None:
    """Refuse points outside 0–1.

    Raises:
        ValueError: Names the first such point.
    """
    for number, (x, y) in enumerate(points, 1):
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise ValueError(
                f"point {number} ({x:g}, {y:g}) lies outside the picture. Write fractions from 0 "
                "to 1: pixels divided by the picture's width and height"
            )


def require_at_most(points: tuple[Point, ...], limit: int = MAX_POINTS) -> None:
    """Refuse a shape with too many points.

    Raises:
        ValueError: Says how many there are.
    """
    if len(points) > limit:
        raise ValueError(f"{len(points)} points are too many. Draw it with at most {limit}")


def require_steps(points: tuple[Point, ...], *, closed: bool) -> None:
    """Refuse two neighbouring points at one place.

    Raises:
        ValueError: Names both points.
    """
    count = len(points)
    for i in range(count if closed else count - 1):
        j = (i + 1) % count
        if _same(points[i], points[j]):
            x, y = points[i]
            raise ValueError(
                f"points {i + 1} and {j + 1} are the same place ({x:g}, {y:g}), the edge between "
                "them has no length. Remove one of them"
            )


def require_area(points: tuple[Point, ...]) -> None:
    """Refuse a polygon whose points lie on one line.

    Raises:
        ValueError: Says so.
    """
    if shapely.Polygon(points).convex_hull.area <= _EPSILON:
        raise ValueError(
            "the zone has no area, its points lie on one line. Move at least one point off it"
        )


def require_no_crossing(points: tuple[Point, ...]) -> None:
    """Refuse a polygon whose outline meets itself, as a bow-tie does.

    Raises:
        ValueError: Names the two edges by their points, and the place.
    """
    count = len(points)
    edges = [shapely.LineString([points[i], points[(i + 1) % count]]) for i in range(count)]
    for i in range(count):
        for j in range(i + 1, count):
            shared = _shared_corner(i, j, count)
            meeting = edges[i].intersection(edges[j])
            if meeting.is_empty or (shared is not None and meeting.geom_type == "Point"):
                continue
            x, y = shapely.get_coordinates(meeting)[0]
            raise ValueError(
                f"the outline crosses itself: edge {_edge(i, count)} meets edge {_edge(j, count)} "
                f"at ({x:.3g}, {y:.3g}). Order the points so that the outline runs round the zone "
                "once, or draw two zones"
            )


def on_border(point: Point) -> tuple[int, int]:
    """On which sides of the picture a point lies, within ``BORDER_SNAP``.

    Returns:
        (-1 left, 1 right, 0 neither; -1 top, 1 bottom, 0 neither).
    """
    x, y = point
    return _side(x), _side(y)


def snapped(point: Point) -> Point:
    """The point, put on the picture's border if it lies within ``BORDER_SNAP`` of it."""
    return _snap(point[0]), _snap(point[1])


def _snap(value: float) -> float:
    return {-1: 0.0, 1: 1.0}.get(_side(value), value)


def _side(value: float) -> int:
    if value <= BORDER_SNAP:
        return -1
    return 1 if value >= 1.0 - BORDER_SNAP else 0


def _same(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) <= _EPSILON and abs(a[1] - b[1]) <= _EPSILON


def _edge(index: int, count: int) -> str:
    return f"{index + 1}–{(index + 1) % count + 1}"


def _shared_corner(i: int, j: int, count: int) -> int | None:
    """The corner two edges share by following each other, if they do."""
    if j == i + 1:
        return j
    return i if (j + 1) % count == i else None

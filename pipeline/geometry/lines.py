"""Lines: where a foot passes from one side to the other, and which way.

Direction, for someone walking along the line from its first point to its last and looking at the
picture: a crossing from the **left** hand to the **right** hand is ``in``, the other way ``out``::

            last ▲                          first ●────────▶ last
                 │                                  out ▲
        in ──────┼─────▶                                │
                 │                                      ▼ in
        ◀────────┼── out
                 │
           first ●

Drawn upwards, ``in`` goes to the right; drawn to the right, ``in`` goes down, towards the camera.
A line drawn to the picture's border means "to the border and beyond": feet below the picture cross
it too, as they are in a zone drawn to the border (see ``zones``).
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, field_validator

from pipeline.geometry.shapes import (
    Name,
    Point,
    on_border,
    require_at_most,
    require_inside_picture,
    require_steps,
)

_BEYOND = 2.0
"""How far a line is continued outside the picture; no box's foot is as far away."""


class LineConfig(BaseModel):
    """A named line of one or more pieces.

    Attributes:
        name: As people read it; part of an episode's identity.
        points: From first to last, fractions of the picture; the order gives the direction.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    points: tuple[Point, ...]

    @field_validator("points")
    @classmethod
    def _is_a_line(cls, points: tuple[Point, ...]) -> tuple[Point, ...]:
        if len(points) < 2:
            raise ValueError(
                f"a line needs at least 2 points, this one has {len(points)}. Add the missing ones"
            )
        require_at_most(points)
        require_inside_picture(points)
        require_steps(points, closed=False)
        return points


class Line:
    """A line ready to be asked about many movements at once.

    Args:
        config: A valid line.

    Attributes:
        name: The line's name.
        points: As drawn.
    """

    def __init__(self, config: LineConfig) -> None:
        self.name = config.name
        self.points = config.points
        path = _continued(config.points)
        self._starts = np.array(path[:-1], np.float64)
        self._ends = np.array(path[1:], np.float64)
        self._geometry = shapely.LineString(path)
        shapely.prepare(self._geometry)

    def crossings(
        self, from_norm: NDArray[np.floating], to_norm: NDArray[np.floating]
    ) -> NDArray[np.int64]:
        """Net crossings of straight movements; a point on the line counts as right of it.

        That every point has exactly one side makes crossings add up: a foot that stops on the line
        and then goes on has crossed once, one that turns back has not.

        Args:
            from_norm: (N, 2) where each movement starts, fractions of the picture.
            to_norm: (N, 2) where it ends.

        Returns:
            (N,) +1 for each ``in``, −1 for each ``out``, summed over the pieces of the line.
        """
        a = from_norm.astype(np.float64).reshape(-1, 1, 2)
        b = to_norm.astype(np.float64).reshape(-1, 1, 2)
        before = _right_of(a, self._starts, self._ends)
        after = _right_of(b, self._starts, self._ends)
        # The piece is met where its two ends lie on different sides of the movement. Which ends
        # count as "right" uses the same half-open test, so a movement through the joint of two
        # pieces meets exactly one of them.
        # The movement is taken from its left end (or upper one) for it, or an end that lies on it
        # would be met on the way there and not on the way back.
        is_turned = (a[..., :1] > b[..., :1]) | (
            (a[..., :1] == b[..., :1]) & (a[..., 1:] > b[..., 1:])
        )
        low, high = np.where(is_turned, b, a), np.where(is_turned, a, b)
        first = _right_of(self._starts[None], low, high)
        last = _right_of(self._ends[None], low, high)
        met = (before != after) & (first != last)
        step = np.where(met, after.astype(np.int64) - before.astype(np.int64), 0)
        return np.asarray(step.sum(axis=1), np.int64)

    def distance(self, points_norm: NDArray[np.floating]) -> NDArray[np.float64]:
        """(N,) distances of (N, 2) points to the line, in fractions of the picture."""
        points = shapely.points(points_norm.astype(np.float64).reshape(-1, 2))
        return np.asarray(shapely.distance(self._geometry, points), np.float64)


def _right_of(
    point: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.bool_]:
    along, to = end - start, point - start
    return np.asarray(along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0] >= 0.0, np.bool_)


def _continued(points: tuple[Point, ...]) -> list[Point]:
    """The line with each end that lies on the picture's border led straight out of the picture."""
    path = list(points)
    if any(side := on_border(points[-1])):
        path.append(_outwards(points[-1], side))
    if any(side := on_border(points[0])):
        path.insert(0, _outwards(points[0], side))
    return path


def _outwards(point: Point, side: tuple[int, int]) -> Point:
    return point[0] + side[0] * _BEYOND, point[1] + side[1] * _BEYOND

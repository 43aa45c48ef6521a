"""Zones: where in the picture a rule looks.

A zone drawn to the picture's border means "to the border and beyond". The foot point of a person
who steps in at the lower edge lies below the picture, because boxes are never clipped; such a foot
counts as standing at the nearest place of the picture::

        0                1
      0 ┌────────────────┐
        │     ┌──────┐   │
        │     │ zone │   │
      1 └─────┴──────┴───┘
                 ●   ●
               inside  outside
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, field_validator

from pipeline.geometry.shapes import (
    Name,
    Point,
    require_area,
    require_at_most,
    require_inside_picture,
    require_no_crossing,
    require_steps,
    snapped,
)


class ZoneConfig(BaseModel):
    """A named polygon; refused when it crosses itself, naming the crossing.

    Attributes:
        name: As people read it; part of an episode's identity, so renaming starts a new episode.
        polygon: Corners in drawing order, fractions of the picture; the last joins the first.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    polygon: tuple[Point, ...]

    @field_validator("polygon")
    @classmethod
    def _is_a_polygon(cls, points: tuple[Point, ...]) -> tuple[Point, ...]:
        if len(points) > 1 and points[0] == points[-1]:
            points = points[:-1]
        if len(points) < 3:
            raise ValueError(
                f"a zone needs at least 3 corners, this one has {len(points)}. Add the missing ones"
            )
        require_at_most(points)
        require_inside_picture(points)
        require_steps(points, closed=True)
        require_area(points)
        require_no_crossing(points)
        return points


class Zone:
    """A zone ready to be asked about many points at once.

    Args:
        config: A valid zone.

    Attributes:
        name: The zone's name.
        polygon: Its corners as drawn.

    Example:
        >>> square = ZoneConfig(name="gate", polygon=((0.2, 0.5), (0.6, 0.5), (0.6, 1), (0.2, 1)))
        >>> Zone(square).contains(np.array([[0.3, 0.7], [0.3, 1.1], [0.9, 1.1]])).tolist()
        [True, True, False]
    """

    def __init__(self, config: ZoneConfig) -> None:
        self.name = config.name
        self.polygon = config.polygon
        area = shapely.Polygon([snapped(p) for p in config.polygon])
        if not area.is_valid or area.area <= 0.0:  # a sliver along the border, flattened
            area = shapely.Polygon(config.polygon)
        self._area = area
        self._outline = area.exterior
        shapely.prepare(self._area)
        shapely.prepare(self._outline)

    def contains(self, points_norm: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Which points lie in the zone or on its outline.

        Args:
            points_norm: (N, 2) fractions of the picture; outside 0–1 they count as the nearest
                place of the picture.

        Returns:
            (N,) mask.
        """
        x, y = _into_picture(points_norm)
        return np.asarray(shapely.intersects_xy(self._area, x, y), np.bool_)

    def signed_distance(self, points_norm: NDArray[np.floating]) -> NDArray[np.float64]:
        """How deep inside (positive) or far outside (negative) each point lies.

        Distances are fractions of the picture, along x of its width and along y of its height.

        Args:
            points_norm: (N, 2), as for :meth:`contains`.

        Returns:
            (N,) distances to the outline.
        """
        x, y = _into_picture(points_norm)
        distance = np.asarray(shapely.distance(self._outline, shapely.points(x, y)), np.float64)
        inside = np.asarray(shapely.intersects_xy(self._area, x, y), np.bool_)
        return np.where(inside, distance, -distance)


def width_norm(config: ZoneConfig) -> float:
    """Diameter of the largest circle within a zone, fractions of the picture."""
    radius = shapely.maximum_inscribed_circle(shapely.Polygon(config.polygon)).length
    return float(2.0 * radius)


def _into_picture(
    points: NDArray[np.floating],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    clamped = np.clip(points.astype(np.float64).reshape(-1, 2), 0.0, 1.0)
    return clamped[:, 0], clamped[:, 1]

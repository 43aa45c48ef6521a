"""A floor plan as it is printed: what each camera sees, and each camera by its number."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from api.floor_plans.schemas import PlacedCamera, PlanCameraState

_LONGEST_PX = 1800
"""Printed at most 267 mm wide: 170 points an inch."""
_QUALITY = 88
_SEEN, _LOST, _UNSURE = (82, 143, 26), (35, 47, 220), (136, 122, 111)
_COLOURS = {
    PlanCameraState.COVERED: _SEEN,
    PlanCameraState.NOT_ONLINE: _LOST,
    PlanCameraState.FORBIDDEN: _LOST,
    PlanCameraState.UNKNOWN: _UNSURE,
    PlanCameraState.RETIRED: _UNSURE,
}
_SQUARE = frozenset({PlanCameraState.NOT_ONLINE, PlanCameraState.RETIRED})
_WHITE = (255, 255, 255)
_STRIPE_PX = 10
_Pixels = NDArray[np.uint8]


def draw(jpeg: bytes, cameras: Sequence[tuple[PlacedCamera, PlanCameraState]]) -> bytes | None:
    """Draw cameras on a plan, numbered from 1 in their order.

    Returns:
        JPEG; None if the picture cannot be decoded.
    """
    read = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if read is None:
        return None
    height, width = read.shape[:2]
    scale = min(1.0, _LONGEST_PX / max(width, height))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    plan: _Pixels = np.asarray(cv2.resize(read, size, interpolation=cv2.INTER_AREA), np.uint8)
    for hung, state in cameras:
        _wedge(plan, hung, state)
    for number, (hung, state) in enumerate(cameras, 1):
        _chip(plan, hung, state, str(number))
    is_encoded, made = cv2.imencode(".jpg", plan, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return made.tobytes() if is_encoded else None


def _at(plan: _Pixels, hung: PlacedCamera) -> tuple[int, int]:
    height, width = plan.shape[:2]
    return round(hung.x * width), round(hung.y * height)


def _wedge(plan: _Pixels, hung: PlacedCamera, state: PlanCameraState) -> None:
    radius = round(hung.reach * max(plan.shape[:2]))
    # OpenCV counts from the right, clockwise as we do.
    middle_deg = hung.direction_deg - 90
    from_deg, to_deg = middle_deg - hung.view_deg / 2, middle_deg + hung.view_deg / 2
    inside = np.zeros(plan.shape[:2], np.uint8)
    cv2.ellipse(inside, _at(plan, hung), (radius, radius), 0, from_deg, to_deg, 255, -1)
    if state is not PlanCameraState.RETIRED:
        shown = inside > 0
        if state is PlanCameraState.UNKNOWN:
            rows, columns = np.indices(plan.shape[:2])
            shown &= (rows + columns) % _STRIPE_PX < _STRIPE_PX // 2
        mixed = 0.72 * plan[shown] + 0.28 * np.array(_COLOURS[state])
        plan[shown] = mixed.astype(np.uint8)
    edges, _ = cv2.findContours(inside, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(plan, edges, -1, _COLOURS[state], 2)


def _chip(plan: _Pixels, hung: PlacedCamera, state: PlanCameraState, number: str) -> None:
    """The number in the shape of what the camera is worth, as the console shows it."""
    x, y = _at(plan, hung)
    half = max(14, max(plan.shape[:2]) // 90)
    colour = _COLOURS[state]
    ink = colour
    if state is PlanCameraState.FORBIDDEN:
        corners = [(x, y - half - 6), (x + half + 6, y), (x, y + half + 6), (x - half - 6, y)]
        cv2.fillConvexPoly(plan, np.array(corners), colour)
        ink = _WHITE
    elif state in _SQUARE:
        cv2.rectangle(plan, (x - half, y - half), (x + half, y + half), _WHITE, -1)
        cv2.rectangle(plan, (x - half, y - half), (x + half, y + half), colour, 3)
    else:
        cv2.circle(plan, (x, y), half, _WHITE, -1)
        cv2.circle(plan, (x, y), half, colour, 3)
    size = half / 22
    (wide, tall), _ = cv2.getTextSize(number, cv2.FONT_HERSHEY_SIMPLEX, size, 2)
    at = (x - wide // 2, y + tall // 2)
    cv2.putText(plan, number, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 2, cv2.LINE_AA)

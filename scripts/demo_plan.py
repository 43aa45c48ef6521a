"""A plan of the demo's first school, and where on it its cameras hang."""

from __future__ import annotations

import cv2
import httpx
import numpy as np
from demo_site import FIRST

_INK, _WALL, _GRASS, _ROAD = (70, 70, 70), (225, 220, 214), (214, 235, 214), (236, 236, 236)
_LOOKS = ((0.5, 0.9, 0.0), (0.72, 0.42, 200.0), (0.2, 0.5, 90.0), (0.35, 0.2, 160.0))
"""Where its cameras hang and look, in turn."""


def draw() -> bytes:
    """A campus from above: three buildings, a field, and a gate in the wall to the south."""
    plan = np.full((900, 1440, 3), 255, np.uint8)
    cv2.rectangle(plan, (40, 40), (1400, 860), _INK, 4)
    cv2.line(plan, (660, 860), (780, 860), (255, 255, 255), 8)
    cv2.rectangle(plan, (680, 520), (760, 880), _ROAD, -1)
    cv2.ellipse(plan, (1120, 610), (220, 190), 0, 0, 360, _GRASS, -1)
    cv2.ellipse(plan, (1120, 610), (220, 190), 0, 0, 360, _INK, 2)
    houses = {"A": (120, 120, 620, 330), "B": (120, 420, 430, 760), "C": (820, 110, 1300, 330)}
    for name, (left, top, right, bottom) in houses.items():
        cv2.rectangle(plan, (left, top), (right, bottom), _WALL, -1)
        cv2.rectangle(plan, (left, top), (right, bottom), _INK, 3)
        for at in range(left + 100, right - 40, 100):
            cv2.line(plan, (at, top), (at, top + 80), _INK, 2)
        middle = ((left + right) // 2 - 16, (top + bottom) // 2 + 40)
        cv2.putText(plan, name, middle, cv2.FONT_HERSHEY_SIMPLEX, 1.6, _INK, 3)
    return cv2.imencode(".png", plan)[1].tobytes()


def hang(admin: httpx.Client) -> None:
    """Add the plan with the school's cameras on it, unless it has one."""
    plans = admin.get(f"/api/v1/floor-plans/{FIRST.id}").raise_for_status().json()
    if plans["items"]:
        return
    told = {"title_zh": "校园总平面", "title_en": "Grounds"}
    url = f"/api/v1/floor-plan-pictures/{FIRST.id}"
    made = admin.post(url, params=told, content=draw()).raise_for_status().json()
    cameras = [
        {"camera_key": each["camera_key"], "x": x, "y": y, "direction_deg": towards}
        | {"view_deg": 80.0, "reach": 0.18}
        for each, (x, y, towards) in zip(plans["cameras"], _LOOKS, strict=False)
    ]
    admin.put(
        f"/api/v1/floor-plans/{FIRST.id}/{made['id']}",
        json={**told, "cameras": cameras},
        headers={"If-Match": f'"{made["version"]}"'},
    ).raise_for_status()

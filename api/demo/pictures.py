"""Pictures of the demo's alerts: drawn by this program, of nobody and nowhere, and marked so."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np

from api.orders.subjects import Subject, subject_of

Image = np.ndarray[Any, np.dtype[np.uint8]]
Box = tuple[float, float, float, float]

WIDTH, HEIGHT = 640, 360
VARIANTS = 3
_QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 72]
_MARK_AT = (WIDTH - 290, HEIGHT - 12)
_MARK = "SAMPLE - drawn, not a photograph"
_INDOOR_RULES = ("fall", "left_object", "off_post", "sleeping_on_post", "fire_smoke")
_VEHICLE_RULES = frozenset({"illegal_parking", "fire_lane_blocked"})
_THINGS = {
    "rodent": (70, 70, 80),
    "bin_uncovered": (60, 110, 60),
    "floor_water": (190, 150, 90),
    "left_object": (60, 60, 150),
    "fire_smoke": (60, 120, 230),
    "unattended_fire": (40, 110, 240),
}
_NOBODY = frozenset({"off_post"})
_CROWDS = {"crowding": 7, "fighting": 2}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as evidence.

    Attributes:
        jpeg: Its bytes.
        sha256: Names it.
    """

    jpeg: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Still:
    """What an alert shows.

    Attributes:
        blurred: As everybody sees it.
        original: Before people were blurred; None where nobody is.
        box: Around what it is about, as fractions of the picture.
        zone: Corners of the zone, as fractions.
    """

    blurred: Drawn
    original: Drawn | None
    box: Box
    zone: list[list[float]]


@cache
def still(rule: str, variant: int) -> Still:
    """The picture of an alert.

    Args:
        rule: What it is about.
        variant: One of ``VARIANTS``.
    """
    place = 0.24 + 0.22 * variant
    picture = _scene(rule, variant)
    zone = [[0.08, 0.42], [0.92, 0.38], [0.97, 0.96], [0.04, 0.97]]
    people: list[Box] = []
    box = (place, 0.40, place + 0.12, 0.88)
    if rule in _THINGS:
        box = (place, 0.72, place + (0.06 if rule == "rodent" else 0.14), 0.82)
        _blob(picture, box, _THINGS[rule])
    elif rule in _VEHICLE_RULES:
        box = (place, 0.56, place + 0.30, 0.84)
        _vehicle(picture, box, variant)
    elif rule == "fall":
        box = (place, 0.74, place + 0.26, 0.88)
        people.append(box)
    elif rule in _CROWDS:
        count = _CROWDS[rule]
        people += [
            (place + 0.06 * n - 0.1, 0.45 + 0.03 * (n % 3), place + 0.06 * n - 0.02, 0.86)
            for n in range(count)
        ]
        box = (people[0][0], 0.45, people[-1][2], 0.9)
    elif rule not in _NOBODY and not _is_of_picture(rule):
        people.append(box)
    for number, each in enumerate(people):
        _person(picture, each, variant + number)
    spoiled = _spoil(rule, picture)
    _write_mark(spoiled)
    if not people or _is_of_picture(rule):
        return Still(_drawn(spoiled), None, (0.0, 0.0, 1.0, 1.0) if not people else box, zone)
    hidden = spoiled.copy()
    for each in people:
        _hide(hidden, each)
    return Still(_drawn(hidden), _drawn(spoiled), box, zone)


@cache
def put_right(number: int) -> Drawn:
    """A photograph of something that was put right: a barrier, or a clean floor with a tick."""
    picture = _scene("fall" if number % 2 else "climbing", number % VARIANTS)
    top = HEIGHT * 5 // 8
    cv2.rectangle(picture, (60, top), (WIDTH - 60, top + 22), (40, 150, 240), -1)
    tick = np.array([[290, 120], [320, 160], [380, 70]], np.int32)
    cv2.polylines(picture, [tick], isClosed=False, color=(80, 170, 60), thickness=14)
    _write_mark(picture)
    return _drawn(picture)


def _is_of_picture(rule: str) -> bool:
    return rule in _SPOILT


def _scene(rule: str, variant: int) -> Image:
    if subject_of(rule) is Subject.CANTEEN:
        picture = _ground((214, 218, 220), (150, 160, 165))
        for x in range(0, WIDTH, 40):
            cv2.line(picture, (x, 0), (x, 150), (200, 204, 206), 1)
        cv2.rectangle(picture, (0, 120), (WIDTH, 170), (170, 172, 176), -1)
        for x in range(40 + 30 * variant, WIDTH, 150):
            cv2.circle(picture, (x, 118), 22, (110, 112, 116), -1)
        return picture
    if rule in _INDOOR_RULES:
        picture = _ground((196, 206, 212), (120, 136, 148))
        corners = np.array([[0, HEIGHT], [230, 130], [410, 130], [WIDTH, HEIGHT]], np.int32)
        cv2.fillPoly(picture, [corners], (138, 152, 162))
        cv2.rectangle(picture, (280, 60), (360, 130), (160, 140, 110), -1)
        return picture
    picture = _ground((226, 206, 178), (112, 128, 122))
    cv2.rectangle(picture, (0, 110), (WIDTH, 160), (86, 104, 132), -1)
    for x in range(20 * variant, WIDTH, 64):
        cv2.rectangle(picture, (x, 96), (x + 12, 160), (74, 90, 118), -1)
    cv2.circle(picture, (560 - 120 * variant, 70), 46, (70, 130, 84), -1)
    return picture


def _ground(above: tuple[int, int, int], below: tuple[int, int, int]) -> Image:
    picture: Image = np.empty((HEIGHT, WIDTH, 3), np.uint8)
    picture[:150] = above
    shade = np.linspace(0, 26, HEIGHT - 150).astype(np.uint8)
    picture[150:] = np.array(below, np.uint8) - shade[:, None, None]
    return picture


def _corners(box: Box) -> tuple[int, int, int, int]:
    left, top, right, bottom = box
    return (
        max(0, round(left * WIDTH)),
        max(0, round(top * HEIGHT)),
        min(WIDTH, round(right * WIDTH)),
        min(HEIGHT, round(bottom * HEIGHT)),
    )


def _person(picture: Image, box: Box, number: int) -> None:
    left, top, right, bottom = _corners(box)
    coat = ((150, 96, 60), (70, 90, 150), (90, 120, 90), (120, 80, 120))[number % 4]
    if right - left > bottom - top:
        # Lying.
        middle = (top + bottom) // 2
        cv2.rectangle(picture, (left + 30, top + 6), (right, bottom - 6), coat, -1)
        cv2.circle(picture, (left + 16, middle), 14, (150, 180, 214), -1)
        return
    middle, head = (left + right) // 2, max(8, (right - left) // 4)
    cv2.circle(picture, (middle, top + head), head, (150, 180, 214), -1)
    cv2.rectangle(
        picture, (left + 6, top + 2 * head), (right - 6, (top + bottom) // 2 + 20), coat, -1
    )
    for x in (left + 12, right - 24):
        cv2.rectangle(picture, (x, (top + bottom) // 2 + 20), (x + 12, bottom), (70, 66, 60), -1)


def _vehicle(picture: Image, box: Box, variant: int) -> None:
    left, top, right, bottom = _corners(box)
    paint = ((60, 60, 170), (170, 120, 60), (190, 190, 190))[variant % 3]
    cv2.rectangle(picture, (left, (top + bottom) // 2), (right, bottom - 10), paint, -1)
    cv2.rectangle(picture, (left + 34, top), (right - 44, (top + bottom) // 2), paint, -1)
    for x in (left + 36, right - 36):
        cv2.circle(picture, (x, bottom - 10), 15, (40, 40, 40), -1)


def _blob(picture: Image, box: Box, colour: tuple[int, int, int]) -> None:
    left, top, right, bottom = _corners(box)
    middle = ((left + right) // 2, (top + bottom) // 2)
    cv2.ellipse(picture, middle, ((right - left) // 2, (bottom - top) // 2), 0, 0, 360, colour, -1)


def _hide(picture: Image, box: Box) -> None:
    left, top, right, bottom = _corners(box)
    part = picture[top:bottom, left:right]
    picture[top:bottom, left:right] = cv2.GaussianBlur(part, (0, 0), 11)


def _covered(picture: Image) -> Image:
    covered = picture.copy()
    cv2.circle(covered, (WIDTH // 2 - 60, HEIGHT // 2), 210, (46, 48, 54), -1)
    return np.asarray(cv2.GaussianBlur(covered, (0, 0), 6), np.uint8)


_SPOILT: dict[str, Any] = {
    "occlusion": _covered,
    "black_screen": lambda picture: np.full_like(picture, 9),
    "video_loss": lambda picture: np.full_like(picture, (150, 60, 20)),
    "blur": lambda picture: cv2.GaussianBlur(picture, (0, 0), 9),
    "brightness_abnormal": lambda picture: cv2.convertScaleAbs(picture, alpha=0.4, beta=170),
    "color_cast": lambda picture: cv2.add(picture, np.full_like(picture, (0, 70, 10))),
    "scene_change": lambda picture: np.ascontiguousarray(picture[::-1, ::-1]),
    "freeze": lambda picture: picture.copy(),
    "clock_drift": lambda picture: picture.copy(),
    "alert_digest": lambda picture: picture.copy(),
}


def _spoil(rule: str, picture: Image) -> Image:
    spoil = _SPOILT.get(rule)
    return picture if spoil is None else np.asarray(spoil(picture), np.uint8)


def _write_mark(picture: Image) -> None:
    left, bottom = _MARK_AT
    cv2.rectangle(picture, (left - 8, bottom - 16), (WIDTH, HEIGHT), (30, 30, 30), -1)
    font, white = cv2.FONT_HERSHEY_SIMPLEX, (250, 250, 250)
    cv2.putText(picture, _MARK, _MARK_AT, font, 0.5, white, 1, cv2.LINE_AA)


def _drawn(picture: Image) -> Drawn:
    done, encoded = cv2.imencode(".jpg", picture, _QUALITY)
    assert done, "OpenCV encodes JPEG wherever it is installed"
    jpeg = encoded.tobytes()
    return Drawn(jpeg, hashlib.sha256(jpeg).hexdigest())

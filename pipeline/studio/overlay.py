"""Draws what was seen onto a picture of the annotated video."""

from __future__ import annotations

from collections.abc import Sequence, Set

import cv2
import numpy as np

from pipeline.core.frame import Bgr
from pipeline.evidence.privacy import blur_people
from pipeline.rules.base import Rule
from pipeline.runtime.analysis import FrameResult

_MAX_WIDTH = 1280
_TRACK = (80, 200, 80)
_ZONE = (220, 160, 40)
_ALERT = (40, 40, 230)


class Overlay:
    """Zones, tracks with their numbers, and the time, on a picture of at most 1280 pixels width.

    Args:
        rules: Whose zones and lines are drawn; red while an alert of theirs is open.
        blur: Whether people are blurred.
    """

    def __init__(self, rules: Sequence[Rule], *, blur: bool) -> None:
        self._rules = rules
        self._blur = blur

    def draw(self, result: FrameResult, active: Set[str]) -> Bgr:
        """One picture.

        Args:
            result: What was seen in it.
            active: Ids of the rules whose alert is open now.

        Returns:
            A new array (height, width, 3) with even sides.
        """
        full_width, full_height = result.frame.size
        scale = min(1.0, _MAX_WIDTH / full_width)
        width, height = _even(full_width * scale), _even(full_height * scale)
        picture = result.frame.picture.bgr(width, height).copy()
        factor = np.array([width / full_width, height / full_height] * 2, np.float32)
        if self._blur:
            people = result.detections.of_classes(frozenset({"person"}))
            picture = blur_people(picture, people.xyxy * factor)
        for rule in self._rules:
            if len(rule.shape_norm) > 1:
                points = (np.array(rule.shape_norm) * (width, height)).round().astype(np.int32)
                colour = _ALERT if rule.rule_id in active else _ZONE
                cv2.polylines(picture, [points], rule.shape_closed, colour, 2, cv2.LINE_AA)
        tracks = result.tracks
        for box, track_id in zip(tracks.xyxy * factor, tracks.track_id, strict=True):
            left, top, right, bottom = (round(float(v)) for v in box)
            cv2.rectangle(picture, (left, top), (right, bottom), _TRACK, 2, cv2.LINE_AA)
            _label(picture, f"#{track_id}", (left, max(14, top - 5)))
        _label(picture, f"{result.frame.time.media_s:8.1f} s", (8, height - 10))
        return picture


def _label(picture: Bgr, text: str, at: tuple[int, int]) -> None:
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        cv2.putText(
            picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, thickness, cv2.LINE_AA
        )


def _even(value: float) -> int:
    return max(2, int(value) // 2 * 2)

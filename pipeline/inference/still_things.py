"""Things that appeared and stay, whatever they are: no model has a class for all that people leave.

A detector of eighty classes does not see a black bag on a dark floor, a carton or a gas cylinder.
But a fixed camera knows its floor (:mod:`pipeline.inference.scene`), so what has become steady in
front of it is something. Four things that look alike are told apart:

- *light*: a shadow or a lamp leaves the edges of the floor where they were. The gradients of both
  models over the patch correlate; for a thing they do not.
- *what was taken away*: the floor that appears has fewer edges along the patch's outline than what
  stood there.
- *people who sit or stand still*: their boxes are not looked at, a patch of the size of somebody
  who was last seen there is theirs, and each patch is enlarged and shown to the detector some
  times: who is seen there once is no thing as long as the patch lasts.
- *vehicles and animals*: the detector's other classes cover their pixels as people do.

The boxes feed the rules as class ``unknown_object``. Deterministic: picture times alone drive it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.core.detections import Detections, Floats
from pipeline.core.frame import Frame
from pipeline.inference.finds import Finds
from pipeline.inference.region import Region
from pipeline.inference.scene import Change, Mask, Scene

UNKNOWN_OBJECT = "unknown_object"
"""The class of what this finds; see ``left_object``."""

BAGGAGE = frozenset({"backpack", "handbag", "suitcase", UNKNOWN_OBJECT})
"""Classes that do not cover a patch: they may be the thing itself."""

WORK_SIDE = 320
"""Longer side of the picture that is looked at; a bag of 1 % of the picture has some 20 pixels."""
SETTLE_S = 2.0
ABSORB_S = 900.0
"""After a quarter of an hour a thing belongs to the place."""
COVER_SCORE = 0.2
"""Boxes of this score cover their pixels: half a person is still no floor."""
_COVER_MARGIN = 0.08
"""Of the longer side: hands, and the shadow at the feet."""
_LEAST_AREA, _LEAST_SIDE = 36, 5
_GREATEST_SIDE = 0.4
"""Of the picture's height: larger is furniture that was moved, or a wall in new light."""
_LIGHT = 0.6
"""From this correlation of gradients on, a patch is the same floor in another light."""
_TAKEN_AWAY = 0.5
"""A patch with less than this share of the edges it had is what something left behind."""
_SAME = 0.3
"""Overlap of a patch with itself a frame later."""
_LOOKS_S = (0.5, 2.0, 5.0, 10.0, 20.0, 40.0)
"""When a patch is shown to the detector, seconds after it was first there …"""
_LOOK_AGAIN_S = 60.0
"""… and from then on."""
_LOOK_SIDE = 4.0
"""How much of the picture around it is shown, in its own longer side."""
_PERSON_SCORE = 0.3
_GHOST_S = 60.0
"""A patch on the place where somebody was lost is theirs for this long."""


@dataclass(slots=True)
class _Patch:
    """Something steady and new.

    Attributes:
        box: (4,) working pixels.
        born_s: When it was first there.
        looks: How often the detector was asked.
        is_someone: Whether the detector, or where somebody was lost, says it is no thing.
    """

    box: NDArray[np.float64]
    born_s: float
    looks: int = 0
    is_someone: bool = False


class StillThings:
    """Finds the things of one camera; owned by its thread.

    Args:
        detector: Asked about enlarged patches, on the same thread.
    """

    def __init__(self, detector: Finds) -> None:
        self._detector = detector
        self._covers = frozenset(detector.class_names) - BAGGAGE
        self._scene = Scene(settle_s=SETTLE_S, absorb_s=ABSORB_S)
        self._patches: list[_Patch] = []
        self._size = (0, 0)
        self._here: list[NDArray[np.float64]] = []  # people of the frame before
        self._lost: list[tuple[float, NDArray[np.float64]]] = []  # when and where people vanished

    def find(self, frame: Frame, seen: Detections) -> Detections:
        """Look at a frame.

        Args:
            frame: The next one of the camera.
            seen: What the detector found in it, weak boxes included.

        Returns:
            Boxes of the class ``unknown_object`` alone, in pixels of the full frame.

        Raises:
            ModelError: The detector cannot be used.
        """
        width, height = frame.size
        scale = WORK_SIDE / max(width, height)
        size = (max(8, round(width * scale)), max(8, round(height * scale)))
        if size != self._size:
            self._size = size
            self._patches.clear()
            self._here.clear()
            self._lost.clear()
        covered = self._covered(seen, scale)
        t_s = frame.time.media_s
        change = self._scene.update(frame.picture.bgr(*size), covered, t_s)
        self._remember_people(seen, scale, t_s)
        found: list[NDArray[np.float64]] = []
        patches: list[_Patch] = []
        may_look = True
        for box in _patches(change):
            patch = self._known(box) or _Patch(box, t_s)
            patch.box = box
            patches.append(patch)
            x0, y0, x1, y1 = (int(v) for v in box)
            if covered[y0:y1, x0:x1].mean() > 0.5:
                continue
            patch.is_someone |= self._is_lost_person(box)
            if not patch.is_someone and may_look and self._is_due(patch, t_s):
                may_look = False
                patch.looks += 1
                patch.is_someone = self._shows_someone(frame, box / scale)
            if patch.looks and not patch.is_someone:
                found.append(box / scale)
        self._patches = patches
        n = len(found)
        xyxy = np.array(found, np.float32).reshape(n, 4)
        return Detections(
            xyxy, np.full(n, 0.6, np.float32), np.zeros(n, np.int64), (UNKNOWN_OBJECT,)
        )

    def _known(self, box: NDArray[np.float64]) -> _Patch | None:
        for patch in self._patches:
            if _overlap(box, patch.box) >= _SAME:
                return patch
        return None

    @staticmethod
    def _is_due(patch: _Patch, t_s: float) -> bool:
        if patch.looks < len(_LOOKS_S):
            due_s = _LOOKS_S[patch.looks]
        else:
            due_s = _LOOKS_S[-1] + (patch.looks - len(_LOOKS_S) + 1) * _LOOK_AGAIN_S
        return t_s - patch.born_s + 1e-6 >= due_s

    def _covered(self, seen: Detections, scale: float) -> Mask:
        covered = np.zeros(self._size[::-1], np.bool_)
        boxes = seen.of_classes(self._covers)
        for left, top, right, bottom in boxes.xyxy[boxes.score >= COVER_SCORE] * scale:
            margin = _COVER_MARGIN * max(right - left, bottom - top)
            rows = slice(max(0, int(top - margin)), max(0, int(bottom + margin) + 1))
            covered[rows, max(0, int(left - margin)) : max(0, int(right + margin) + 1)] = True
        return covered

    def _remember_people(self, seen: Detections, scale: float, t_s: float) -> None:
        """Note where somebody was who is now not found there any more."""
        people = seen.of_classes(frozenset({"person"}))
        sure = people.score >= _PERSON_SCORE
        boxes = [np.asarray(b, np.float64) for b in people.xyxy[sure] * scale]
        weak = [np.asarray(b, np.float64) for b in people.xyxy * scale]
        self._lost = [(s, b) for s, b in self._lost if t_s - s <= _GHOST_S]
        for before in self._here:
            # Who walked has a box near the old one; who vanished has none.
            if all(_overlap(before, now) < 0.2 for now in weak):
                self._lost.append((t_s, before))
        self._here = boxes
        if len(self._lost) > 64:
            self._lost = self._lost[-64:]

    def _is_lost_person(self, box: NDArray[np.float64]) -> bool:
        return any(_overlap(box, lost) >= 0.3 for _, lost in self._lost)

    def _shows_someone(self, frame: Frame, box: NDArray[np.float64]) -> bool:
        """Whether the detector, shown the patch enlarged, finds a person or a vehicle on it."""
        width, height = frame.size
        side = _LOOK_SIDE * float(max(box[2] - box[0], box[3] - box[1]))
        cx, cy = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        left, top = int(max(0.0, cx - side / 2)), int(max(0.0, cy - side / 2))
        right, bottom = int(min(width, cx + side / 2)), int(min(height, cy + side / 2))
        part = Region(frame.picture, left, top, max(1, right - left), max(1, bottom - top))
        found = self._detector.detect([Frame(frame.camera_id, frame.time, part)])[0]
        found = found.of_classes(self._covers)
        sure: Floats = found.xyxy[found.score >= _PERSON_SCORE]
        shift = np.array([left, top, left, top], np.float64)
        return any(_is_on(box, one + shift) for one in sure.astype(np.float64))


def _patches(change: Change) -> list[NDArray[np.float64]]:
    """Boxes of things among the new pixels, working pixels."""
    kernel = np.ones((3, 3), np.uint8)
    new = cv2.morphologyEx(change.new.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    new = cv2.morphologyEx(new, cv2.MORPH_OPEN, kernel)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(new)
    height, width = change.new.shape
    boxes = []
    for label in range(1, count):
        x, y, w, h, area = (int(v) for v in stats[label])
        is_small = area < _LEAST_AREA or min(w, h) < _LEAST_SIDE
        if is_small or max(w, h) > _GREATEST_SIDE * height:
            continue
        rows = slice(max(0, y - 3), min(height, y + h + 3))
        columns = slice(max(0, x - 3), min(width, x + w + 3))
        shape = (labels[rows, columns] == label).astype(np.uint8)
        if _is_thing(shape, change.steady[:, rows, columns], change.base[:, rows, columns]):
            boxes.append(np.array([x, y, x + w, y + h], np.float64))
    return boxes


def _is_thing(shape: NDArray[np.uint8], steady: Floats, base: Floats) -> bool:
    """Whether a patch is neither light nor what a thing left behind.

    Args:
        shape: (h, w) 1 where it is, with a margin around.
        steady: (3, h, w) what is there.
        base: (3, h, w) what was there.
    """
    kernel = np.ones((3, 3), np.uint8)
    around = cv2.dilate(shape, np.ones((5, 5), np.uint8)) > 0
    outline = cv2.dilate(shape, kernel) - cv2.erode(shape, kernel) > 0
    now, before = _gradients(steady), _gradients(base)
    a, b = now[..., around], before[..., around]
    alike = float((a * b).sum() / np.sqrt((a * a).sum() * (b * b).sum() + 1e-6))
    if alike >= _LIGHT:
        return False
    edges_now, edges_before = (
        np.sqrt((g**2).sum(axis=0)).max(axis=0)[outline].mean() for g in (now, before)
    )
    return bool(edges_now >= _TAKEN_AWAY * edges_before)


def _gradients(planes: Floats) -> NDArray[np.float32]:
    """(2, 3, h, w) along x and y, of each colour."""
    along = [
        [cv2.Sobel(np.ascontiguousarray(plane), cv2.CV_32F, *axis) for plane in planes]
        for axis in ((1, 0), (0, 1))
    ]
    return np.array(along, np.float32)


def _overlap(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Intersection over union."""
    inner = np.maximum(np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2]), 0.0).prod()
    both = (a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - inner
    return float(inner / both) if both > 0.0 else 0.0


def _is_on(patch: NDArray[np.float64], box: NDArray[np.float64]) -> bool:
    """Whether a box holds most of a patch, and the patch is no small part of it."""
    inner = np.maximum(np.minimum(patch[2:], box[2:]) - np.maximum(patch[:2], box[:2]), 0.0).prod()
    own = float((patch[2:] - patch[:2]).prod())
    return bool(inner >= 0.5 * own and own >= 0.1 * float((box[2:] - box[:2]).prod()))

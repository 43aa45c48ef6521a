"""Looking through tiles: small things of a wide picture are found, and each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.eval.media import frame_of
from pipeline.core.detections import Detections
from pipeline.core.frame import Frame
from pipeline.inference.region import Region
from pipeline.inference.tiles import TiledDetector, tiles_of

_SEES_FROM_PX = 6
"""Smaller than this in its input, the scripted detector sees nothing."""


@dataclass
class Spots:
    """Finds bright spots that are large enough in its input; larger ones it is surer of."""

    input_size: tuple[int, int] = (100, 100)
    class_names: tuple[str, ...] = ("spot",)
    track_scores: Mapping[str, float] = field(default_factory=lambda: {"spot": 0.4})
    asked: list[int] = field(default_factory=list)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        self.asked.append(len(frames))
        return [self._one(frame) for frame in frames]

    def _one(self, frame: Frame) -> Detections:
        scale = min(self.input_size[0] / frame.size[0], self.input_size[1] / frame.size[1])
        bright = (frame.picture.bgr()[:, :, 0] > 128).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(bright)
        boxes = [(x, y, x + w, y + h) for x, y, w, h, _ in stats[1:].tolist()]
        seen = [box for box in boxes if (box[2] - box[0]) * scale >= _SEES_FROM_PX]
        xyxy = np.array(seen, np.float32).reshape(-1, 4)
        score = np.minimum(1.0, (xyxy[:, 2] - xyxy[:, 0]) * scale / 50).astype(np.float32)
        return Detections(xyxy, score, np.zeros(len(seen), np.int64), self.class_names)


def _picture(*boxes: tuple[int, int, int, int]) -> Frame:
    pixels = np.zeros((300, 600, 3), np.uint8)
    for left, top, right, bottom in boxes:
        pixels[top:bottom, left:right] = 255
    return frame_of(pixels)


def _found(detector: TiledDetector, frame: Frame) -> list[list[int]]:
    return sorted(detector.detect([frame])[0].xyxy.astype(int).tolist())


def test_what_is_too_small_for_the_whole_is_found_through_a_tile_in_its_place() -> None:
    small = (500, 40, 520, 60)  # 3 pixels of the whole's input, 9 of a tile's
    frame = _picture(small)
    assert len(Spots().detect([frame])[0]) == 0
    assert _found(TiledDetector(Spots(), [(4, 2)]), frame) == [list(small)]


@pytest.mark.parametrize("left", range(100, 480, 20))
def test_each_thing_is_found_once_wherever_the_tiles_cut_it(left: int) -> None:
    thing = (left, 130, left + 40, 170)  # on the border of the rows; at some places of the columns
    assert _found(TiledDetector(Spots(), [(3, 2)]), _picture(thing)) == [list(thing)]


def test_what_is_larger_than_a_tile_is_found_in_the_whole() -> None:
    large = (50, 20, 550, 280)
    assert _found(TiledDetector(Spots(), [(3, 2)]), _picture(large)) == [list(large)]


def test_what_leaves_the_picture_is_kept() -> None:
    leaving = (560, 100, 600, 140)
    assert _found(TiledDetector(Spots(), [(3, 2)]), _picture(leaving)) == [list(leaving)]


def test_all_looks_are_one_batch_and_a_part_of_a_picture_is_looked_at_once() -> None:
    spots = Spots()
    tiled = TiledDetector(spots, [(3, 2)])
    tiled.detect([_picture()])
    whole = _picture()
    tiled.detect([Frame("gate", whole.time, Region(whole.picture, 10, 10, 200, 100))])
    assert spots.asked == [7, 1]
    assert tiled.class_names == spots.class_names
    assert tiled.track_scores == spots.track_scores


@given(st.integers(40, 4000), st.integers(40, 4000), st.integers(1, 4), st.integers(1, 4))
def test_tiles_cover_the_picture_and_overlap(
    width: int, height: int, columns: int, rows: int
) -> None:
    tiles = tiles_of((width, height), (columns, rows))
    assert len(tiles) == columns * rows
    seen = np.zeros((height, width), np.uint8)
    for left, top, right, bottom in tiles:
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
        seen[top:bottom, left:right] += 1
    assert seen.min() >= 1
    for one, other in pairwise(tiles):
        if one[1] == other[1]:
            assert one[2] > other[0], "neighbours in a row overlap"

"""Drawn and cut-out fire and smoke: what the box says is where the picture changed."""

from __future__ import annotations

import numpy as np
import pytest

from models.train.samples import Sample
from models.train.synthetic import graft, with_fire, with_smoke
from models.train.yolo_samples import Pool, mosaic, stored, views_of

SEEDS = range(12)


def scene(seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(40, 160, (6, 8, 3)).astype(np.uint8)
    return np.kron(coarse, np.ones((40, 40, 1), np.uint8))


def inside(pixels: np.ndarray, box: np.ndarray) -> np.ndarray:
    left, top, right, bottom = np.clip(box, 0, [*pixels.shape[1::-1]] * 2).round().astype(int)
    mask = np.zeros(pixels.shape[:2], np.bool_)
    mask[top:bottom, left:right] = True
    return mask


@pytest.mark.parametrize("add", [with_fire, with_smoke])
def test_the_picture_changes_in_the_box_more_than_around_it(add: object) -> None:
    assert callable(add)
    drawn = 0
    for seed in SEEDS:
        before = scene(seed)
        kept = before.copy()
        after, boxes = add(before, np.random.default_rng(seed))
        np.testing.assert_array_equal(before, kept)
        assert after.shape == before.shape
        assert after.dtype == np.uint8
        if not len(boxes):
            np.testing.assert_array_equal(after, before)
            continue
        change = np.abs(after.astype(int) - before).mean(-1)
        mask = inside(before, boxes[0])
        if mask.all() or not mask.any():
            continue
        drawn += 1
        assert change[mask].mean() > change[~mask].mean()
    assert drawn >= len(SEEDS) // 2


def test_a_cut_out_lands_in_its_box_and_nowhere_else() -> None:
    donor = np.full((100, 100, 3), 255, np.uint8)
    for seed in SEEDS:
        before = scene(seed)
        box = np.array([10, 10, 80, 90], np.float32)
        after, boxes = graft(before, donor, box, np.random.default_rng(seed))
        assert boxes.shape == (1, 4)
        mask = inside(before, boxes[0])
        np.testing.assert_array_equal(after[~mask], before[~mask])
        left, top, right, bottom = boxes[0].astype(int)
        assert (after[(top + bottom) // 2, (left + right) // 2] == 255).all()


def test_a_sliver_is_not_cut_out() -> None:
    before = scene()
    sliver = np.array([0, 0, 5, 80], np.float32)
    after, boxes = graft(before, scene(1), sliver, np.random.default_rng(0))
    assert len(boxes) == 0
    np.testing.assert_array_equal(after, before)


def sample(class_id: int) -> Sample:
    box = np.array([[100, 60, 220, 180]], np.float32)
    return stored(scene(class_id), box, np.array([class_id]))


def test_four_in_one_keeps_boxes_inside_and_classes() -> None:
    for seed in SEEDS:
        four = [sample(class_id) for class_id in range(4)]
        view = mosaic(four, (320, 256), np.random.default_rng(seed))
        assert view.pixels.shape == (256, 320, 3)
        assert set(view.class_id.tolist()) <= {0, 1, 2, 3}
        assert len(view.xyxy) == len(view.class_id)
        assert (view.xyxy >= 0).all()
        assert (view.xyxy <= [320, 256, 320, 256]).all()
        if {0, 3} <= set(view.class_id.tolist()):
            first, last = view.xyxy[view.class_id == 0][0], view.xyxy[view.class_id == 3][0]
            assert first[2] <= last[0] + 1e-3
            assert first[3] <= last[1] + 1e-3


def test_sources_weigh_by_the_root_of_their_pictures() -> None:
    samples = [sample(i) for i in range(17)]
    pool = Pool(1.0, samples, [list(range(16)), [16]])
    rng = np.random.default_rng(0)
    alone = sum(pool.draw(rng) is samples[16] for _ in range(2000)) / 2000
    assert alone == pytest.approx(1 / 5, abs=0.03)


def test_one_seed_gives_one_view() -> None:
    draw = views_of([Pool(0.7, [sample(0)]), Pool(0.3, [sample(1)])], 0.5)
    for seed in SEEDS:
        first = draw((128, 128), np.random.default_rng(seed))
        again = draw((128, 128), np.random.default_rng(seed))
        np.testing.assert_array_equal(first.pixels, again.pixels)
        np.testing.assert_array_equal(first.xyxy, again.xyxy)

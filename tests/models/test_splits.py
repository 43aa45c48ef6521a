"""Sets of pictures are split by source: no clip and no copy is on both sides."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from models.eval.boxes import read_folds
from models.train.scenes import SCENES, scene_of
from tests.support import missing
from tests.support.evaluation_data import data_folder

SPLITS = Path(__file__).parents[2] / "models/eval/splits"
SETS = ("fire_smoke", "rodents")


def rows(name: str) -> list[dict[str, str]]:
    with (SPLITS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", SETS)
def test_no_source_is_in_two_folds_and_no_picture_twice(name: str) -> None:
    table = rows(name)
    folds = {(row["source"], row["fold"]) for row in table}
    assert max(Counter(source for source, _ in folds).values()) == 1
    assert max(Counter(row["picture"] for row in table).values()) == 1


@pytest.mark.needs_data
@pytest.mark.parametrize("name", SETS)
def test_every_picture_has_its_place(name: str) -> None:
    pictures = {path.stem for path in (data_folder() / name / "images").iterdir()}
    folds = read_folds(SPLITS / f"{name}.csv")
    assert set().union(*folds.values()) == pictures


def test_the_table_of_fire_is_that_of_the_scenes() -> None:
    for row in rows("fire_smoke"):
        scene = scene_of(row["picture"])
        assert (row["source"], int(row["fold"])) == (scene, SCENES[scene].fold)


@pytest.mark.parametrize("name", ["img_30_x.jpg", "holiday.jpg", "img_x.jpg"])
def test_a_picture_of_no_scene_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no scene"):
        scene_of(name)


def test_chains_of_likeness_are_one_source() -> None:
    pytest.importorskip("torch", reason=missing.peer("PyTorch"))
    from models.train.likeness import chains, correlation

    alike = np.zeros((6, 6), np.bool_)
    alike[0, 3] = alike[3, 5] = alike[1, 2] = True
    assert chains(alike).tolist() == [0, 1, 1, 0, 4, 0]
    rng = np.random.default_rng(0)
    plain = rng.normal(0, 1, (8, 200)).astype(np.float32)
    turned = rng.normal(0, 1, (8, 200)).astype(np.float32)
    stacked = np.stack([plain, turned], 1)
    stacked[1] = stacked[0][::-1] + rng.normal(0, 0.1, (2, 200))
    found = correlation(stacked)
    assert found[0, 1] > 0.9
    assert abs(found[0, 2]) < 0.6

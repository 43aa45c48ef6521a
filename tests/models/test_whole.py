"""One command for all models, on a folder made here that holds one of the sets."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from models.eval.__main__ import main
from models.eval.boxes import read_fold
from models.eval.errors import Mark, WorstErrors
from models.eval.held_out import HELD_OUT, SPLITS
from tests.inference.tiny import constant_model, manifest, yolox_output

PICTURES = 3


def data_and_registry(folder: Path) -> tuple[Path, Path]:
    """Three pictures of the held-out fold; one has the fire that the model sees in each."""
    data, registry = folder / "data", folder / "registry"
    for part in ("images", "labels"):
        (data / "fire_smoke" / part).mkdir(parents=True)
    names = sorted(read_fold(SPLITS / "fire_smoke.csv", HELD_OUT["fire_smoke"]))[:PICTURES]
    for number, name in enumerate(names):
        pixels = np.zeros((64, 64, 3), np.uint8)
        cv2.imwrite(str(data / "fire_smoke/images" / f"{name}.png"), pixels)
        label = "0 0.1875 0.1875 0.25 0.25\n" if number == 0 else "1 0.5 0.5 1 1\n"
        (data / "fire_smoke/labels" / f"{name}.txt").write_text(label, "utf-8")
    (data / "fire_smoke" / "classes.txt").write_text("names: [Fire, default, smoke]\n", "utf-8")
    registry.mkdir()
    fire = {9: (0.5, 0.5, np.log(2), np.log(2), 1.0, 0.9, 0.0)}
    constant_model(registry / "fire.onnx", {"output": yolox_output(fire)})
    document = manifest(registry / "fire.onnx", id="fire_smoke", classes=["fire", "smoke"])
    (registry / "fire_smoke.yaml").write_text(yaml.safe_dump(document), "utf-8")
    return data, registry


def test_all_prints_what_is_there_and_says_what_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, registry = data_and_registry(tmp_path)
    errors = tmp_path / "errors"
    arguments = ["all", "--data", str(data), "--registry", str(registry), "--errors", str(errors)]
    assert main([*arguments, "--json"]) == 0
    told = capsys.readouterr()
    rows = json.loads(told.out.splitlines()[-1])
    assert set(rows) == {"fire_smoke"}
    fire = rows["fire_smoke"]["fire"]
    assert (fire["recall"], fire["flagged_with"], fire["flagged_without"]) == (1.0, 1, 2)
    assert fire["precision"] == pytest.approx(1 / PICTURES)
    assert fire["ms_per_image"] > 0
    assert fire["intervals"]["precision"][0] <= fire["precision"]
    for name in ("campus_objects", "kitchen_people", "masks", "rodent"):
        assert f"left out: {name} is not in" in told.err
    written = sorted(path.name for path in (errors / "fire_smoke").iterdir())
    assert len(written) == PICTURES - 1
    assert written[0].startswith("01-0.90-")


def test_a_folder_without_any_set_is_a_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["all", "--data", str(tmp_path)]) == 2
    assert "none of the sets is in this folder" in capsys.readouterr().err
    assert main(["all", "--data", str(tmp_path / "none")]) == 2


def test_only_the_worst_errors_are_kept(tmp_path: Path) -> None:
    worst = WorstErrors(most=2)
    pixels = np.zeros((20, 30, 3), np.uint8)
    mark = Mark(np.array([1, 1, 9, 9], np.float32), "cup 0.4", False)
    for badness, name in (
        (0.4, "a/a.jpg"),
        (0.0, "right"),
        (0.9, "b b"),
        (0.6, "../c"),
        (0.2, "d"),
    ):
        worst.add(badness, name, pixels, [mark])
    assert worst.write(tmp_path) == 2
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["01-0.90-b-b.jpg", "02-0.60-c.jpg"]
    shown = cv2.imread(str(tmp_path / names[0]))
    assert shown is not None
    assert shown.max() > 100

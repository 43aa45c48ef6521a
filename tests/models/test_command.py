"""The evaluation's command line, end to end on material made here."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.eval.__main__ import main
from models.eval.arguments import one_value_each
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output


def registry(folder: Path) -> Path:
    # One cup of 16 × 16 in the second cell of the second row, stride 8, in every picture.
    constant_model(
        folder / "tiny.onnx",
        {"output": yolox_output({9: (0.5, 0.5, np.log(2), np.log(2), 1.0, 0.0, 0.9)})},
    )
    return write_registry(folder, manifest(folder / "tiny.onnx"))


def pictures(folder: Path) -> tuple[Path, Path]:
    images, labels = folder / "images", folder / "labels"
    images.mkdir()
    labels.mkdir()
    for number, label in ((1, "4 0.1875 0.1875 0.25 0.25\n"), (2, ""), (3, "7 0.5 0.5 1 1\n")):
        cv2.imwrite(str(images / f"img_{number}_x.png"), np.zeros((64, 64, 3), np.uint8))
        (labels / f"img_{number}_x.txt").write_text(label, "utf-8")
    return images, labels


def test_boxes_judges_boxes_and_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    images, labels = pictures(tmp_path)
    arguments = ["boxes", "--images", str(images), "--labels", str(labels)]
    arguments += ["--classes", "4=cup", "--model", "tiny", "--registry", str(registry(tmp_path))]
    assert main([*arguments, "--json"]) == 0
    cup = json.loads(capsys.readouterr().out.splitlines()[-1])["cup"]
    assert (cup["pictures_with"], cup["flagged_with"]) == (1, 1)
    assert (cup["pictures_without"], cup["flagged_without"]) == (2, 2)
    assert cup["recall"] == 1.0
    assert cup["precision"] == pytest.approx(1 / 3)
    low, high = cup["intervals"]["precision"]
    assert low < cup["precision"] < high
    assert main([*arguments, "--numbers", "2-3", "--json"]) == 0
    cup = json.loads(capsys.readouterr().out.splitlines()[-1])["cup"]
    assert cup["pictures_with"] == 0


def test_unknown_model_is_a_sentence_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "truth.txt"
    truth.write_text("1,1,0,0,9,9,1,1,1\n", "utf-8")
    arguments = ["video", "--video", "none.mp4", "--truth", str(truth), "--model", "tony"]
    assert main(arguments) == 2
    assert "there is no model 'tony'" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["0-5", "9-3", "a-b"])
def test_frames_that_are_no_range_are_refused(text: str) -> None:
    assert main(["video", "--video", "v", "--truth", "t", "--frames", text]) == 2


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["--rule", "a", "b", "--json"], ["--rule", "a", "--rule", "b", "--json"]),
        (["--rule", "a", "--clip", "x", "y"], ["--rule", "a", "--clip", "x", "--clip", "y"]),
        (["rules", "--data", "d", "e"], ["rules", "--data", "d", "e"]),
        (["--rule"], ["--rule"]),
    ],
)
def test_several_values_may_follow_one_option(given: list[str], read: list[str]) -> None:
    assert one_value_each(given, {"--rule", "--clip"}) == read

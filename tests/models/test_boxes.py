"""YOLO labels as people have them, and what is said when they are wrong."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.eval.boxes import (
    BoxReport,
    by_name,
    evaluate_boxes,
    label_classes,
    read_fold,
    read_label_file,
)
from pipeline.core.errors import ConfigError
from pipeline.inference.detector import load_detector
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output

CUP = "1 0.1875 0.1875 0.25 0.25\n"
LEAST = {"person": 0.3, "cup": 0.3}


def evaluate(folder: Path, **more: object) -> BoxReport:
    """With a model that sees one cup at the same place of every picture."""
    constant_model(
        folder / "tiny.onnx",
        {"output": yolox_output({9: (0.5, 0.5, np.log(2), np.log(2), 1.0, 0.0, 0.9)})},
    )
    write_registry(folder, manifest(folder / "tiny.onnx"))
    with load_detector("tiny", score=0.01, registry_dir=folder) as detector:
        return evaluate_boxes(detector, folder / "images", folder / "labels", LEAST, **more)  # type: ignore[arg-type]


def picture(folder: Path, name: str, label: str | None) -> None:
    image = folder / "images" / f"{name}.png"
    image.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(image), np.zeros((64, 64, 3), np.uint8))
    (folder / "labels").mkdir(exist_ok=True)
    if label is not None:
        text = folder / "labels" / f"{name}.txt"
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_text(label, "utf-8")


def test_sub_folders_and_pictures_without_label_file(tmp_path: Path) -> None:
    picture(tmp_path, "a/one", CUP)
    picture(tmp_path, "b/two", None)
    picture(tmp_path, "b/three", None)
    (tmp_path / "labels" / "three.txt").write_text(CUP, "utf-8")
    (tmp_path / "classes.txt").write_text("Person\ncup\nspoon\n", "utf-8")
    report = evaluate(tmp_path)
    assert (report.unlabelled, list(report.left_out)) == (1, ["spoon"])
    cup = report.classes["cup"]
    assert (cup.pictures, cup.pictures_with, cup.flagged_with) == (3, 2, 2)
    assert cup.boxes.recall.value == 1.0
    assert cup.boxes.precision.value == pytest.approx(2 / 3)
    assert report.classes["person"].boxes.truths == 0


def test_the_file_of_classes_may_be_a_trainers_yaml(tmp_path: Path) -> None:
    labels = tmp_path / "labels"
    labels.mkdir()
    for text in ("names:\n- Fire\n- smoke\nnc: 2\n", "names: {0: Fire, 1: smoke}\n"):
        (tmp_path / "classes.txt").write_text(text, "utf-8")
        assert label_classes([], labels) == ({0: "Fire", 1: "smoke"}, True)
    assert label_classes(["0=fire", "2=smoke"], labels) == ({0: "fire", 2: "smoke"}, False)
    assert label_classes(["fire", "smoke"], labels) == ({0: "fire", 1: "smoke"}, True)
    assert label_classes([str(tmp_path / "classes.txt")], labels)[0] == {0: "Fire", 1: "smoke"}
    with pytest.raises(ConfigError, match="0=fire"):
        label_classes(["0=fire", "smoke"], labels)


def test_the_file_of_classes_may_lie_one_folder_further_up(tmp_path: Path) -> None:
    labels = tmp_path / "train" / "labels"
    labels.mkdir(parents=True)
    (tmp_path / "data.yaml").write_text("names: [Fire]\n", "utf-8")
    assert label_classes([], labels) == ({0: "Fire"}, True)
    (labels.parent / "classes.txt").write_text("smoke\n", "utf-8")
    assert label_classes([], labels) == ({0: "smoke"}, True)


def test_without_names_the_labels_indices_are_the_models(tmp_path: Path) -> None:
    picture(tmp_path, "one", CUP)
    report = evaluate(tmp_path)
    assert report.guessed_names
    assert report.classes["cup"].boxes.recall.value == 1.0
    picture(tmp_path, "two", "2 .5 .5 .1 .1\n")
    with pytest.raises(ConfigError, match="class 2 has no name; the names are 0 person, 1 cup"):
        evaluate(tmp_path)


def test_label_files_without_a_picture_are_told(tmp_path: Path) -> None:
    picture(tmp_path, "a/one", CUP)
    (tmp_path / "labels" / "a" / "gone.txt").write_text(CUP, "utf-8")
    (tmp_path / "labels" / "classes.txt").write_text("person\ncup\n", "utf-8")
    report = evaluate(tmp_path)
    assert list(report.without_picture) == ["a/gone.txt"]
    assert report.classes["cup"].boxes.truths == 1
    assert not report.guessed_names


def test_labels_are_found_in_any_case(tmp_path: Path) -> None:
    picture(tmp_path, "a/one", None)
    (tmp_path / "labels" / "A").mkdir()
    (tmp_path / "labels" / "A" / "One.TXT").write_text(CUP, "utf-8")
    report = evaluate(tmp_path)
    assert (report.unlabelled, list(report.without_picture)) == (0, [])
    assert report.classes["cup"].boxes.recall.value == 1.0


def test_names_meet_whatever_their_case_and_dashes() -> None:
    assert by_name({0: "Cell_Phone", 1: "x"}, ["person", "cell phone"], "here") == {0: "cell phone"}
    with pytest.raises(ConfigError, match=r"none of the labels' classes \(x\).*person"):
        by_name({0: "x"}, ["person"], "here")


def test_outlines_become_boxes_and_confidences_are_left(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("0 .1 .2 .5 .2 .3 .6\n0 .5 .5 .2 .2 .9\n\n2 .5 .5 .1 .1\n", "utf-8")
    boxes = read_label_file(path, {0: "cup"}, None)["cup"]
    np.testing.assert_allclose(boxes, [[0.1, 0.2, 0.5, 0.6], [0.4, 0.4, 0.6, 0.6]], atol=1e-6)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("0 .5 .5 .2", "no label"),
        ("cup .5 .5 .2 .2", "no label"),
        ("0 .5 .5 .2 nan", "no label"),
        ("-1 .5 .5 .2 .2", "class index"),
        ("0.5 .5 .5 .2 .2", "class index"),
        ("7 .5 .5 .2 .2", "class 7 has no name"),
        ("0 .9 .5 .4 .2", "outside"),
        ("0 120 80 40 40", "outside"),
        ("0 .5 .5 0 .2", "no area"),
    ],
)
def test_a_line_that_is_no_label_is_named(tmp_path: Path, line: str, what: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(f"0 .5 .5 .2 .2\n{line}\n", "utf-8")
    with pytest.raises(ConfigError, match=what) as caught:
        read_label_file(path, {0: "cup"}, {0: "cup"})
    assert caught.value.where == f"{path}:2"
    assert caught.value.remedy


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    picture(tmp_path, "one", None)
    with pytest.raises(ConfigError, match="no picture has a label file"):
        evaluate(tmp_path, classes=["person", "cup"])
    (tmp_path / "images" / "one.png").unlink()
    with pytest.raises(ConfigError, match="no picture is in this folder"):
        evaluate(tmp_path, classes=["person", "cup"])
    (tmp_path / "labels").rmdir()
    with pytest.raises(ConfigError, match="no such folder"):
        evaluate(tmp_path, classes=["person", "cup"])


def test_a_fold_is_judged_alone_and_by_source(tmp_path: Path) -> None:
    for name, label in (("a1", CUP), ("a2", ""), ("b1", CUP)):
        picture(tmp_path, name, label)
    split = tmp_path / "split.csv"
    split.write_text("picture,source,fold\na1,a,0\na2,a,0\nb1,b,1\n", "utf-8")
    sources = read_fold(split, 0)
    assert sources == {"a1": "a", "a2": "a"}
    cup = evaluate(tmp_path, classes=["person", "cup"], sources=sources).classes["cup"]
    precision = cup.boxes.precision
    assert (precision.value, precision.low, precision.high) == (0.5, 0.5, 0.5)
    with pytest.raises(ConfigError, match="fold 3 is empty"):
        read_fold(split, 3)
    split.write_text("picture,fold\na1,x\n", "utf-8")
    with pytest.raises(ConfigError, match="no table of folds"):
        read_fold(split, 0)

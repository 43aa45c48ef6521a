"""Quantising a shipped classifier on pictures made here."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnxruntime as ort
import pytest

from models.eval.people import is_held_out
from models.export.int8 import main
from models.manifest import load_manifest

MODEL = "kitchen_attributes"


def people(folder: Path) -> tuple[Path, Path]:
    """Three pictures of noise with a box each, none of a held-out name."""
    rng = np.random.default_rng(0)
    names = [name for name in (f"{n}.png" for n in range(20)) if not is_held_out(name)][:3]
    lines = ["image,x1,y1,x2,y2,hat,mask,uniform"]
    for name in names:
        cv2.imwrite(str(folder / name), rng.integers(0, 256, (90, 70, 3)).astype(np.uint8))
        lines.append(f"{name},10,10,60,85,1,0,u")
    labels = folder / "labels.csv"
    labels.write_text("\n".join(lines), "utf-8")
    return folder, labels


@pytest.mark.whole
def test_a_classifier_becomes_smaller_and_answers_alike(tmp_path: Path) -> None:
    images, labels = people(tmp_path)
    target = tmp_path / "int8.onnx"
    arguments = [MODEL, "--pictures", str(images), "--labels", str(labels), "--out", str(target)]
    assert main(arguments) == 0
    single = load_manifest(MODEL)
    assert target.stat().st_size < 0.7 * single.weights.size_bytes
    batch = np.full((1, 3, 256, 192), 114.0, np.float32)
    answers = []
    for file in (single.weights_path, target):
        session = ort.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        answers.append(np.asarray(session.run(None, {"images": batch})[0]))
    assert answers[1].sum(-1) == pytest.approx(1.0, abs=1e-3)
    assert np.abs(answers[1] - answers[0]).max() < 0.5


def test_a_model_that_is_not_there_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["none", "--pictures", str(tmp_path), "--out", str(tmp_path / "o.onnx")]) == 2
    assert "there is no model 'none'" in capsys.readouterr().err

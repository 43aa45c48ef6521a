"""The extra runtime answers as the one every box has."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models.eval.media import frame_of
from models.manifest import load_manifest
from pipeline.core.errors import ModelError
from pipeline.inference.attributes import load_classifier
from pipeline.inference.backends.base import backend_factory
from pipeline.inference.backends.onnx import OnnxBackend
from pipeline.inference.detector import load_detector
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output
from tests.support import missing

pytest.importorskip("openvino", reason=missing.peer("openvino"))


def _pictures(count: int) -> list[np.ndarray]:
    random = np.random.default_rng(3)
    small = random.integers(0, 255, (count, 27, 48, 3), np.uint8)
    return [np.kron(one, np.ones((20, 20, 1), np.uint8)) for one in small]


@pytest.mark.whole
def test_outputs_are_those_of_onnx_runtime_also_from_several_threads() -> None:
    manifest = load_manifest("campus_objects")
    random = np.random.default_rng(7)
    batches = [
        random.integers(0, 255, (count, 3, *size)).astype(np.float32)
        for count, size in ((1, (416, 416)), (2, (256, 416)), (1, (256, 416)))
    ]
    onnx, openvino = OnnxBackend(manifest), backend_factory("openvino")(manifest, threads=1)
    expected = [onnx.infer(batch)[0] for batch in batches]
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(lambda batch: openvino.infer(batch)[0], batches * 4))
    for one, other in zip(expected * 4, found, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(other, one, rtol=2e-3, atol=2e-3)


def test_attributes_are_those_of_onnx_runtime() -> None:
    [picture] = _pictures(1)
    people = np.array([[10, 10, 300, 530], [400, 40, 800, 500]], np.float32)
    answers = []
    for backend in ("onnx", "openvino"):
        classifier = load_classifier("kitchen_attributes", backend=backend)
        answers.append(classifier.classify(frame_of(picture), people))
        classifier.close()
    np.testing.assert_array_equal(answers[0].answer, answers[1].answer)


def test_what_cannot_work_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes(b"not a model at all")
    write_registry(tmp_path, manifest(tmp_path / "tiny.onnx"))
    with pytest.raises(ModelError, match="OpenVINO cannot use the weights"):
        load_detector("tiny", registry_dir=tmp_path, backend="openvino")
    constant_model(tmp_path / "tiny.onnx", {"output": yolox_output({})})
    write_registry(
        tmp_path,
        manifest(tmp_path / "tiny.onnx", output={"names": ["boxes"], "strides": [8, 16, 32]}),
    )
    with pytest.raises(ModelError, match="OpenVINO cannot use the weights"):
        load_detector("tiny", registry_dir=tmp_path, backend="openvino")


def test_a_closed_model_says_so() -> None:
    detector = load_detector("campus_objects", backend="openvino")
    detector.close()
    detector.close()
    with pytest.raises(ModelError, match="closed"):
        detector.detect([frame_of(_pictures(1)[0])])

"""Loading and running detectors, whole and broken."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from models.eval.media import frame_of
from pipeline.core.detections import TRACK_SCORE
from pipeline.core.errors import ModelError
from pipeline.inference.backends.base import BackendEntry, backend_factory
from pipeline.inference.detector import Detector, load_detector
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output

FRAME = frame_of(np.zeros((36, 64, 3), np.uint8))


def registry(folder: Path, raw: NDArray[np.float32] | None = None, **changes: Any) -> Path:
    weights = folder / "tiny.onnx"
    constant_model(weights, {"output": yolox_output({}) if raw is None else raw})
    return write_registry(folder, manifest(weights, **changes))


def load(folder: Path, **options: Any) -> Detector:
    return load_detector("tiny", registry_dir=folder, **options)


def test_boxes_come_back_in_full_frame_pixels_unclipped_best_first(tmp_path: Path) -> None:
    output = yolox_output(
        {
            0: (0.0, 0.5, math.log(2.0), math.log(1.0), 1.0, 0.6, 0.1),
            1: (-0.9, 0.5, math.log(2.0), math.log(1.0), 0.9, 0.6, 0.1),
            # Last cell of stride 32, at column 1, row 1.
            83: (0.0, 0.0, 0.0, 0.0, 0.9, 0.0, 1.0),
        }
    )
    with load(registry(tmp_path, output)) as detector:
        # 640 × 320 is scaled by 0.1 to 64 × 32.
        wide = frame_of(np.zeros((320, 640, 3), np.uint8))
        found, second = detector.detect([wide, FRAME])
    assert [found.class_names[i] for i in found.class_id] == ["cup", "person"]
    np.testing.assert_allclose(found.score, [0.9, 0.6], rtol=1e-6)
    np.testing.assert_allclose(
        found.xyxy, [[160, 160, 480, 480], [-80, 0, 80, 80]], rtol=1e-5, atol=1e-4
    )
    np.testing.assert_allclose(second.xyxy[0], [16, 16, 48, 48], rtol=1e-5)


def test_attributes_and_no_frames(tmp_path: Path) -> None:
    with load(registry(tmp_path), input_size=(96, 64)) as detector:
        assert detector.class_names == ("person", "cup")
        assert detector.model_id == "tiny"
        assert len(detector.model_sha256) == 64
        assert detector.input_size == (96, 64)
        assert detector.detect([]) == []


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        ((1920, 1080), (416, 256)),
        ((768, 432), (416, 256)),
        ((640, 360), (416, 256)),
        ((720, 480), (416, 416)),
        ((640, 480), (416, 416)),
        ((1080, 1920), (416, 416)),
        ((416, 256), (416, 256)),
        ((1, 1), (416, 416)),
    ],
)
def test_a_picture_goes_in_without_padding_it_does_not_need(
    picture: tuple[int, int], size: tuple[int, int]
) -> None:
    with load_detector("campus_objects") as detector:
        assert detector.size_for(picture) == size
    with load_detector("campus_objects", input_size=(640, 640)) as detector:
        assert detector.size_for(picture) == (640, 640)


def test_pictures_of_several_shapes_are_answered_in_their_order() -> None:
    random = np.random.default_rng(5)
    shapes = [(1080, 1920), (480, 640), (360, 640), (640, 480)]
    frames = [frame_of(random.integers(0, 255, (*shape, 3), np.uint8)) for shape in shapes]
    with load_detector("campus_objects", score=0.0005) as detector:
        together = detector.detect(frames)
        alone = [detector.detect([frame])[0] for frame in frames]
    for one, other in zip(together, alone, strict=True):
        assert len(one) > 0
        np.testing.assert_array_equal(one.class_id, other.class_id)
        np.testing.assert_allclose(one.xyxy, other.xyxy, atol=0.5)


def test_score_per_class_and_override(tmp_path: Path) -> None:
    output = yolox_output({0: (0, 0, 0, 0, 1.0, 0.4, 0.0), 40: (0, 0, 0, 0, 1.0, 0.0, 0.4)})
    thresholds = {"score": 0.3, "nms_iou": 0.5, "per_class": {"cup": 0.5}}
    folder = registry(tmp_path, output, thresholds=thresholds)
    with load(folder) as detector:
        assert detector.detect([FRAME])[0].class_id.tolist() == [0]
        assert detector.track_scores["cup"] == 0.5
        others = {score for name, score in detector.track_scores.items() if name != "cup"}
        assert others == {TRACK_SCORE}, "a low score of the manifest lets no weak box begin a track"
    with load(folder, score=0.35) as detector:
        assert sorted(detector.detect([FRAME])[0].class_id.tolist()) == [0, 1]
    with load(folder, score=0.45) as detector:
        assert len(detector.detect([FRAME])[0]) == 0


def test_nms_null_keeps_overlapping_boxes(tmp_path: Path) -> None:
    same = (0.0, 0.0, 1.0, 1.0, 1.0, 0.9, 0.0)
    output = yolox_output({0: same, 1: (-1.0, *same[1:5], 0.8, 0.0)})
    with load(registry(tmp_path, output)) as detector:
        assert len(detector.detect([FRAME])[0]) == 1
    with load(registry(tmp_path, output, thresholds={"score": 0.3})) as detector:
        assert detector.detect([FRAME])[0].score.tolist() == pytest.approx([0.9, 0.8])


def test_wrong_hash_is_refused(tmp_path: Path) -> None:
    folder = registry(tmp_path)
    content = bytearray((folder / "tiny.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "tiny.onnx").write_bytes(content)
    with pytest.raises(ModelError, match="sha256") as caught:
        load(folder)
    assert "tiny.yaml" in caught.value.where
    assert caught.value.remedy


def test_unknown_model_names_the_known(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="Known models: tiny"):
        load_detector("tony", registry_dir=registry(tmp_path))


@pytest.mark.parametrize(("value", "count"), [(math.nan, 2), (math.inf, 1), (-math.inf, 3)])
def test_values_that_are_no_numbers_are_counted_and_raised(
    tmp_path: Path, value: float, count: int
) -> None:
    output = yolox_output({})
    output[:count, 6] = value
    with (
        load(registry(tmp_path, output)) as detector,
        pytest.raises(ModelError, match=f"{count} of the model's 588 output values"),
    ):
        detector.detect([FRAME])


def test_wrong_shape_is_refused(tmp_path: Path) -> None:
    with (
        load(registry(tmp_path, yolox_output({}, classes=3))) as detector,
        pytest.raises(ModelError, match=r"shape \(1, 84, 8\), not \(batch, 84, 7\)"),
    ):
        detector.detect([FRAME])


def test_manifest_naming_an_absent_output_is_refused(tmp_path: Path) -> None:
    folder = registry(tmp_path, output={"names": ["boxes"], "strides": [8, 16, 32]})
    with pytest.raises(ModelError, match="no tensor 'boxes'"):
        load(folder)


def test_weights_that_are_no_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / "tiny.onnx").write_bytes(b"not a model at all")
    write_registry(tmp_path, manifest(tmp_path / "tiny.onnx"))
    with pytest.raises(ModelError, match="cannot load the weights"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"family": "ssd"}, {}, "family 'ssd'.*yolox"),
        ({"task": "classify"}, {}, "task is classify"),
        ({}, {"input_size": (65, 64)}, "65x64.*64x64, 96x64"),
        ({}, {"score": 1.5}, "score 1.5"),
        ({}, {"backend": "abacus"}, "backend 'abacus'.*onnx"),
    ],
)
def test_what_cannot_work_is_refused(
    tmp_path: Path, changes: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ModelError, match=message):
        load(registry(tmp_path, **changes), **options)


def test_missing_package_says_what_to_install() -> None:
    entry = BackendEntry("package_that_is_not_there.x:Backend", "some-runtime")
    with pytest.raises(ModelError, match="pip install some-runtime"):
        backend_factory("other", {"other": entry})


def test_closed_detector_says_so(tmp_path: Path) -> None:
    detector = load(registry(tmp_path))
    detector.close()
    detector.close()
    with pytest.raises(ModelError, match="closed"):
        detector.detect([FRAME])


def test_shipped_model_is_deterministic_and_batches_agree() -> None:
    rng = np.random.default_rng(5)
    frames = [
        frame_of(rng.integers(0, 256, (h, w, 3), np.uint8)) for w, h in ((640, 360), (90, 70))
    ]
    with load_detector("campus_objects", score=0.001) as first:
        together = first.detect(frames)
        apart = [first.detect([frame])[0] for frame in frames]
    with load_detector("campus_objects", score=0.001) as second:
        again = second.detect(frames)
    assert sum(map(len, together)) > 0
    for a, b, c in zip(together, again, apart, strict=True):
        np.testing.assert_array_equal(a.xyxy, b.xyxy)
        np.testing.assert_array_equal(a.score, b.score)
        np.testing.assert_array_equal(a.class_id, b.class_id)
        assert len(a) == pytest.approx(len(c), abs=2)

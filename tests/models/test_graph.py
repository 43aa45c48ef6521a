"""Weights travel between ONNX and PyTorch without changing what the model says."""

from __future__ import annotations

import hashlib

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from models.export.graph import (
    COCO_INDEX,
    LEAST_HALVED,
    conv_weights,
    halved,
    prune_classes,
    with_conv_weights,
)
from models.manifest import ModelManifest, Task, list_manifests, load_manifest
from tests.support import missing
from tests.support.evaluation_data import seed_weights


def run(model: onnx.ModelProto, batch: np.ndarray) -> np.ndarray:
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"images": batch})[0])


def pictures(n: int, width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.uniform(0, 255, (n, 3, height, width)).astype(np.float32)


def shipped() -> onnx.ModelProto:
    return onnx.load(load_manifest("campus_objects").weights_path)


def test_our_classes_are_the_manifests() -> None:
    assert tuple(COCO_INDEX) == load_manifest("campus_objects").classes


@pytest.mark.parametrize("size", load_manifest("campus_objects").input.allowed_sizes)
def test_batch_and_size_are_free(size: tuple[int, int]) -> None:
    width, height = size
    output = run(shipped(), pictures(2, width, height))
    cells = sum((width // stride) * (height // stride) for stride in (8, 16, 32))
    assert output.shape == (2, cells, 5 + len(COCO_INDEX))
    assert output[:, :, 4:].min() >= 0.0
    assert output[:, :, 4:].max() <= 1.0


def test_weights_go_round_unchanged() -> None:
    model = shipped()
    again = with_conv_weights(model, conv_weights(model))
    assert hashlib.sha256(again.SerializeToString()).digest() == (
        hashlib.sha256(model.SerializeToString()).digest()
    )


def test_wrong_weights_are_refused() -> None:
    model = shipped()
    weights = conv_weights(model)
    with pytest.raises(ValueError, match="112 weights for 113"):
        with_conv_weights(model, weights[:-1])
    weights[0], weights[1] = weights[1], weights[0]
    with pytest.raises(ValueError, match="is "):
        with_conv_weights(model, weights)


@pytest.mark.needs_data
def test_pruning_changes_no_number() -> None:
    seed = onnx.load(seed_weights())
    batch = pictures(1, 416, 416)
    rows = [0, 1, 2, 3, 4, *(5 + index for index in COCO_INDEX.values())]
    pruned = run(prune_classes(seed, list(COCO_INDEX.values())), batch)
    np.testing.assert_array_equal(pruned, run(seed, batch)[:, :, rows])


@pytest.mark.whole
@pytest.mark.parametrize(
    "manifest", [m for m in list_manifests() if m.task is Task.DETECT], ids=lambda m: m.id
)
def test_pytorch_says_the_same(manifest: ModelManifest) -> None:
    torch = pytest.importorskip("torch", reason=missing.peer("PyTorch"))
    from models.train.yolox_nano import load_onnx, to_onnx

    model = onnx.load(manifest.weights_path)
    net = load_onnx(model, len(manifest.classes))
    batch = pictures(2, 416, 256)
    with torch.no_grad():
        raw = net(torch.from_numpy(batch))
        raw[..., 4:] = raw[..., 4:].sigmoid()
    np.testing.assert_allclose(raw.numpy(), run(model, batch), atol=1e-3)
    np.testing.assert_array_equal(run(to_onnx(net, model), batch), run(model, batch))


@pytest.mark.whole
def test_pytorch_says_the_same_of_clothes() -> None:
    torch = pytest.importorskip("torch", reason=missing.peer("PyTorch"))
    from models.train.kitchen_net import CROP_SIZE, from_onnx, to_onnx

    manifest = load_manifest("kitchen_attributes")
    assert manifest.input.size == CROP_SIZE
    model = onnx.load(manifest.weights_path)
    net = from_onnx(model).eval()
    batch = pictures(3, *CROP_SIZE)
    with torch.no_grad():
        answers = net(torch.from_numpy(batch)).softmax(-1)
    np.testing.assert_allclose(answers.numpy(), run(model, batch), atol=1e-3)
    np.testing.assert_array_equal(run(to_onnx(net), batch), run(model, batch))


def test_half_stored_weights_are_read_as_they_were_rounded() -> None:
    model = shipped()
    small = halved(model)
    assert len(small.SerializeToString()) < 0.6 * len(model.SerializeToString())
    rounded = with_conv_weights(
        model,
        [
            (
                w.astype(np.float16).astype(np.float32) if w.size >= LEAST_HALVED else w,
                b.astype(np.float16).astype(np.float32) if b.size >= LEAST_HALVED else b,
            )
            for w, b in conv_weights(model)
        ],
    )
    batch = pictures(1, 416, 256)
    np.testing.assert_allclose(run(small, batch), run(rounded, batch), atol=2e-3)

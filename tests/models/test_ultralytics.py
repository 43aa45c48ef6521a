"""An Ultralytics export, imported with one command, gives Ultralytics' own boxes.

No trained weights are fetched: networks of random weights, their class scores raised, find boxes
all over a real picture, which is the harder test of decoding.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from models.eval.media import frame_of
from pipeline.core.detections import Detections
from pipeline.inference.detector import load_detector
from pipeline.runtime.model_import import Wanted, import_model
from tests.support import missing
from tests.support.evaluation_data import data_folder

os.environ.setdefault("YOLO_OFFLINE", "true")
torch = pytest.importorskip("torch", reason=missing.peer("PyTorch"))
ultralytics = pytest.importorskip("ultralytics", reason=missing.peer("ultralytics"))

try:
    import torchvision  # noqa: F401
except (ImportError, RuntimeError):
    # A wheel built for another torch does not import. Only its suppression is used here, and
    # Ultralytics has one of its own that gives the same boxes.
    from ultralytics.utils.nms import TorchNMS

    stand_in: Any = ModuleType("torchvision")
    stand_in.ops = SimpleNamespace(nms=TorchNMS.nms)
    sys.modules["torchvision"] = stand_in

pytestmark = [
    pytest.mark.dev,
    pytest.mark.needs_data,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.timeout(600),
]
SIDE = 320
WITHIN_PX, WITHIN_SCORE = 1.0, 0.01


def pictures() -> list[Path]:
    """Real pictures of two shapes, whose sides the input does not divide."""
    folder = data_folder()
    found = [sorted((folder / name / "images").iterdir())[0] for name in ("fire_smoke", "masks")]
    return found


def exported(folder: Path, name: str, *, end_to_end: bool | None = None) -> tuple[Path, Path]:
    """Weights of an untrained network as .pt and .onnx."""
    from models.export.__main__ import main

    torch.manual_seed(3)
    model = kind(name)(f"{name}.yaml")
    net = model.model
    # Untrained layers forget the picture unless each is told what the one before it gives.
    layers = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None
    net.eval()
    for layer in layers:
        layer.train()
    batch = np.stack([cv2.resize(cv2.imread(str(p)), (SIDE, SIDE)) for p in pictures()])
    pixels = torch.from_numpy(batch.transpose(0, 3, 1, 2) / np.float32(255))
    head = net.model[-1]
    with torch.no_grad():
        net(pixels)
        net.eval()
        # Scores spread between 0 and 0.9, so that they order the boxes.
        highest: dict[Any, float] = {}
        scores = [b[-1] for part in ("cv3", "one2one_cv3") for b in getattr(head, part, None) or []]
        for layer in scores:
            layer.register_forward_hook(
                lambda one, _, out: highest.update({one: float(out.abs().max())})
            )
        net(pixels)
    for layer in scores:
        layer._forward_hooks.clear()
        layer.weight.data *= 2.0 / max(highest.values())
        layer.bias.data *= 2.0 / max(highest.values())
    if end_to_end is not None:
        head.end2end = end_to_end
    weights = folder / f"{name}.pt"
    model.save(weights)
    assert main([str(weights), "--input-size", str(SIDE)]) == 0
    return weights, weights.with_suffix(".onnx")


def kind(name: str) -> Any:
    """Ultralytics' class of a network."""
    return ultralytics.RTDETR if name.startswith("rtdetr") else ultralytics.YOLO


def theirs(model: Any, picture: Path, score: float, **more: Any) -> Any:
    (result,) = model.predict(
        str(picture), imgsz=SIDE, conf=score, iou=0.7, max_det=300, verbose=False, **more
    )
    return result.boxes


def assert_same(ours: Detections, boxes: Any, shape: tuple[int, int]) -> int:
    """Every box has its own counterpart of the same class, score and place; gives their number."""
    height, width = shape
    low, high = np.zeros(4, np.float32), np.array([width, height] * 2, np.float32)
    xyxy, wanted = np.clip(ours.xyxy, low, high), np.clip(boxes.xyxy.cpu().numpy(), low, high)
    scores, classes = boxes.conf.cpu().numpy(), boxes.cls.cpu().numpy().astype(int)
    free = set(range(len(ours)))
    for box, score, index in zip(wanted, scores, classes, strict=True):
        near = [
            i
            for i in free
            if ours.class_id[i] == index
            and abs(float(ours.score[i]) - float(score)) <= WITHIN_SCORE
            and np.abs(xyxy[i] - box).max() <= WITHIN_PX
        ]
        assert near, f"no box of ours is {box} {score} {index}"
        free.remove(min(near, key=lambda i: float(np.abs(xyxy[i] - box).max())))
    assert not free
    return len(wanted)


@pytest.mark.parametrize(
    ("name", "family", "end_to_end"),
    [
        ("yolov8n", "yolov8", None),
        ("yolo11n", "yolov11", None),
        ("yolo26n", "yolo26", None),
        ("yolo26n", "yolo26", False),
        ("rtdetr-l", "rtdetr", None),
    ],
)
def test_boxes_equal_ultralytics_own(
    tmp_path: Path, name: str, family: str, end_to_end: bool | None
) -> None:
    weights, onnx_file = exported(tmp_path, name, end_to_end=end_to_end)
    reference = kind(name)(str(onnx_file))
    plain = kind(name)(str(weights))
    for number, picture in enumerate(pictures()):
        pixels = cv2.imread(str(picture))
        every = np.sort(theirs(reference, picture, 0.001).conf.cpu().numpy())[::-1]
        at = min(60, len(every) - 1)
        # Between two scores, so that rounding does not decide which box counts.
        gap = int(np.argmax(every[at // 2 : at] - every[at // 2 + 1 : at + 1])) + at // 2
        score = float(every[gap] + every[gap + 1]) / 2
        model_id = f"{name.replace('-', '_')}_{number}"
        import_model(
            Wanted(onnx_file, family, model_id=model_id, score=score, registry=tmp_path / "own")
        )
        with load_detector(model_id, registry_dir=tmp_path / "own") as detector:
            (ours,) = detector.detect([frame_of(np.asarray(pixels, np.uint8))])
        shape = pixels.shape[:2]
        count = assert_same(ours, theirs(reference, picture, score), shape)
        assert count > 5
        assert count == assert_same(ours, theirs(plain, picture, score, rect=False), shape)

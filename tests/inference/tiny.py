"""Tiny ONNX models and manifests written to disk, standing in for broken weights."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import yaml
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper


def constant_model(path: Path, outputs: dict[str, NDArray[np.float32]]) -> None:
    """A model that answers the same for every picture.

    Each output is repeated for the batch: shape (batch, *array.shape).
    """
    nodes = [
        helper.make_node("Shape", ["images"], ["shape"], start=0, end=1),
    ]
    values = []
    initializers = []
    for name, array in outputs.items():
        initializers.append(numpy_helper.from_array(array[None].astype(np.float32), f"{name}_one"))
        rest = np.ones(array.ndim, np.int64)
        initializers.append(numpy_helper.from_array(rest, f"{name}_rest"))
        nodes.append(helper.make_node("Concat", ["shape", f"{name}_rest"], [f"{name}_to"], axis=0))
        nodes.append(helper.make_node("Tile", [f"{name}_one", f"{name}_to"], [name]))
        values.append(
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", *array.shape])
        )
    images = helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, "h", "w"])
    graph = helper.make_graph(nodes, "tiny", [images], values, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def manifest(weights: Path, **changes: Any) -> dict[str, Any]:
    """A manifest of a two-class YOLOX at 64 × 64 for these weights; ``changes`` replace keys."""
    content = weights.read_bytes()
    document: dict[str, Any] = {
        "id": "tiny",
        "version": "1.0.0",
        "task": "detect",
        "family": "yolox",
        "weights": {
            "file": weights.name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
        },
        "licence": "Apache-2.0",
        "licence_status": "known",
        "origin": "made by a test",
        "input": {
            "name": "images",
            "size": [64, 64],
            "allowed_sizes": [[64, 64], [96, 64]],
            "colour": "bgr",
        },
        "output": {"names": ["output"], "strides": [8, 16, 32]},
        "classes": ["person", "cup"],
        "thresholds": {"score": 0.3, "nms_iou": 0.5},
        "card": "tiny.md",
    }
    return document | changes


def write_registry(folder: Path, document: dict[str, Any]) -> Path:
    """Write the manifest as tiny.yaml; returns the folder."""
    (folder / "tiny.yaml").write_text(yaml.safe_dump(document), "utf-8")
    return folder


def yolox_output(cells: dict[int, tuple[float, ...]], classes: int = 2) -> NDArray[np.float32]:
    """(84, 5 + classes): zeros but for the given cells; 84 = 8² + 4² + 2² at 64 × 64."""
    output = np.zeros((84, 5 + classes), np.float32)
    for cell, row in cells.items():
        output[cell] = row
    return output

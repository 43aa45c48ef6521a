"""Surgery on the YOLOX-nano ONNX graph: cut the class head, free the shapes, swap the weights.

Training starts from the public COCO weights in ONNX form and ends in the same graph with other
numbers in it, so no exporter stands between what was trained and what is shipped.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

COCO_INDEX = {
    "person": 0,
    "bicycle": 1,
    "motorcycle": 3,
    "car": 2,
    "bus": 5,
    "truck": 7,
    "backpack": 24,
    "handbag": 26,
    "suitcase": 28,
    "cell phone": 67,
    "bottle": 39,
    "knife": 43,
    "cat": 15,
    "dog": 16,
}
"""Our classes in our order, with their index in COCO-80."""

BOX_AND_OBJECTNESS = 5
"""Rows of the raw output before the classes: x, y, w, h, objectness."""

LEAST_HALVED = 64
"""Tensors with fewer numbers are not worth a cast."""


def prune_classes(seed: onnx.ModelProto, class_index: list[int]) -> onnx.ModelProto:
    """Keep only some classes of a YOLOX export and let batch, height and width vary.

    Args:
        seed: YOLOX exported with its raw head output (1, cells, 5 + classes).
        class_index: Classes to keep, in their new order.

    Returns:
        A new model with output (batch, cells, 5 + len(class_index)).
    """
    model = onnx.ModelProto()
    model.CopyFrom(seed)
    reshape_shapes = {node.input[1] for node in model.graph.node if node.op_type == "Reshape"}
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if tensor.name.startswith("head.cls_preds."):
            replacement = array[class_index]
        elif tensor.name in reshape_shapes:
            replacement = np.array([0, BOX_AND_OBJECTNESS + len(class_index), -1], np.int64)
        else:
            continue
        tensor.CopyFrom(numpy_helper.from_array(replacement, tensor.name))
    _free_shapes(model, len(class_index))
    onnx.checker.check_model(model, full_check=True)
    return model


def _free_shapes(model: onnx.ModelProto, classes: int) -> None:
    shapes = (
        (model.graph.input[0], ("batch", 3, "height", "width")),
        (model.graph.output[0], ("batch", "cells", BOX_AND_OBJECTNESS + classes)),
    )
    for value, dims in shapes:
        shape = value.type.tensor_type.shape
        del shape.dim[:]
        for dim in dims:
            if isinstance(dim, str):
                shape.dim.add().dim_param = dim
            else:
                shape.dim.add().dim_value = dim
    del model.graph.value_info[:]


def conv_weights(
    model: onnx.ModelProto,
) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """(weight, bias) of every convolution, in the order the graph runs them."""
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    return [
        (
            numpy_helper.to_array(tensors[node.input[1]]),
            numpy_helper.to_array(tensors[node.input[2]]),
        )
        for node in model.graph.node
        if node.op_type == "Conv"
    ]


def with_conv_weights(
    model: onnx.ModelProto, weights: list[tuple[NDArray[np.float32], NDArray[np.float32]]]
) -> onnx.ModelProto:
    """The same graph with other convolution weights, given in the graph's order.

    Raises:
        ValueError: Their number or a shape differs.
    """
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    tensors = {tensor.name: tensor for tensor in changed.graph.initializer}
    convs = [node for node in changed.graph.node if node.op_type == "Conv"]
    if len(convs) != len(weights):
        raise ValueError(f"{len(weights)} weights for {len(convs)} convolutions")
    for node, pair in zip(convs, weights, strict=True):
        for name, array in zip(node.input[1:3], pair, strict=True):
            if tuple(tensors[name].dims) != array.shape:
                raise ValueError(f"{name} is {tuple(tensors[name].dims)}, not {array.shape}")
            tensors[name].CopyFrom(numpy_helper.from_array(array.astype(np.float32), name))
    onnx.checker.check_model(changed, full_check=True)
    return changed


def halved(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same graph with its large tensors stored in half precision and widened as it is loaded.

    Computation stays in single precision: ONNX Runtime folds the casts when it reads the file.
    """
    small = onnx.ModelProto()
    small.CopyFrom(model)
    casts = []
    for tensor in small.graph.initializer:
        array = numpy_helper.to_array(tensor)
        if array.dtype != np.float32 or array.size < LEAST_HALVED:
            continue
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(array.astype(np.float16), f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *small.graph.node]
    del small.graph.node[:]
    small.graph.node.extend(nodes)
    return small


def prune_file(seed: Path, target: Path) -> None:
    """Write our 14 classes of the COCO seed to ``target``."""
    onnx.save(prune_classes(onnx.load(seed), list(COCO_INDEX.values())), target)

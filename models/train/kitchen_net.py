"""A classifier of people's clothes on EfficientNet-Lite0, in PyTorch and as an ONNX graph.

Three attributes share the features of strides 16 and 32. Each attribute looks where it wants: a
softmax over the crop's cells, from features and a learned habit (hats are at the top), weighs the
features, and a hidden layer answers no, yes or unknown. A temperature of each attribute, fitted on
people the weights were not taught, makes the probabilities mean what they say.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.export.graph import halved
from models.train.lite_net import CHANNELS, LiteBackbone, Same, nodes_of

CROP_SIZE = (192, 256)
"""(width, height) of a crop; cells are 16 pixels wide."""

ATTRIBUTES = ("hat", "mask", "uniform")
LEVELS = ("c3", "c4", "c5")
"""Names of the backbone's features in the graph, at strides 8, 16 and 32."""

FEATURES = 128
HIDDEN = 48
OPSET = 17


class KitchenNet(nn.Module):  # type: ignore[misc]
    """(N, 3, 256, 192) blue-first 0–255 crops to (N, 3 attributes, 3 answers) logits."""

    def __init__(self, backbone: LiteBackbone) -> None:
        super().__init__()
        self.backbone = backbone
        self.fine, self.coarse = Same(CHANNELS[1], FEATURES), Same(CHANNELS[2], FEATURES)
        self.look = nn.Conv2d(FEATURES, len(ATTRIBUTES), 1)
        cells = (CROP_SIZE[0] // 16) * (CROP_SIZE[1] // 16)
        self.habit = nn.Parameter(torch.zeros(1, len(ATTRIBUTES), cells))
        self.first = nn.Parameter(torch.randn(len(ATTRIBUTES), FEATURES, HIDDEN) * 0.1)
        self.first_bias = nn.Parameter(torch.zeros(len(ATTRIBUTES), 1, HIDDEN))
        self.second = nn.Parameter(torch.randn(len(ATTRIBUTES), HIDDEN, 3) * 0.1)
        self.second_bias = nn.Parameter(torch.zeros(len(ATTRIBUTES), 1, 3))
        self.dropout = nn.Dropout(0.3)

    def forward(self, crops: Tensor) -> Tensor:
        return self.head(*self.backbone(crops)[1:])

    def head(self, fine: Tensor, coarse: Tensor) -> Tensor:
        """The answers from the features of strides 16 and 32."""
        coarse = nn.functional.interpolate(self.coarse(coarse), scale_factor=2, mode="nearest")
        mixed = self.fine(fine) + coarse
        look = (self.look(mixed).flatten(2) + self.habit).softmax(-1)
        seen = (look @ mixed.flatten(2).transpose(1, 2)).transpose(0, 1)
        hidden = nn.functional.silu(self.dropout(seen) @ self.first + self.first_bias)
        return cast(Tensor, (hidden @ self.second + self.second_bias).transpose(0, 1))

    def cool(self, temperature: Tensor) -> None:
        """Divide the logits of each attribute (A,) for good."""
        with torch.no_grad():
            self.second /= temperature[:, None, None]
            self.second_bias /= temperature[:, None, None]


def to_onnx(net: KitchenNet) -> onnx.ModelProto:
    """The classifier as a graph with input ``images`` and output ``attributes`` (N, 3, 3).

    Its numbers are kept in half precision, which the weights must already be rounded to
    (``rounded``) for both to agree.
    """
    nodes, tensors = nodes_of(net.backbone, "images", LEVELS)
    tensors |= _tensors(net)
    width, height = CROP_SIZE
    graph = helper.make_graph(
        [*nodes, *_head()],
        "kitchen_attributes",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, height, width])],
        [
            helper.make_tensor_value_info(
                "attributes", TensorProto.FLOAT, ["batch", len(ATTRIBUTES), 3]
            )
        ],
        [
            numpy_helper.from_array(np.ascontiguousarray(tensor.numpy()), name)
            for name, tensor in tensors.items()
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    model = halved(model)
    onnx.checker.check_model(model, full_check=True)
    return model


def rounded(net: KitchenNet) -> KitchenNet:
    """The network with every weight as half precision keeps it."""
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.copy_(parameter.half().float())
    return net


def from_onnx(model: onnx.ModelProto) -> KitchenNet:
    """The network with the weights of an export."""
    net = KitchenNet(LiteBackbone())
    kept = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    _, tensors = nodes_of(net.backbone, "images", LEVELS)
    with torch.no_grad():
        for name, tensor in (tensors | _tensors(net)).items():
            stored = kept[f"{name}.half"] if f"{name}.half" in kept else kept[name]
            tensor.copy_(torch.from_numpy(stored.astype(np.float32)).reshape(tensor.shape))
    return net


def _tensors(net: KitchenNet) -> dict[str, Tensor]:
    """The head's tensors by their names in the graph; they share the network's memory."""
    learned = {
        "fine.w": net.fine.conv.weight,
        "fine.b": net.fine.conv.bias,
        "coarse.w": net.coarse.conv.weight,
        "coarse.b": net.coarse.conv.bias,
        "look.w": net.look.weight,
        "look.b": net.look.bias,
        "habit": net.habit,
        "first": net.first,
        "first.b": net.first_bias,
        "second": net.second,
        "second.b": net.second_bias,
    }
    fixed = {
        "region": torch.zeros(0),
        "double": torch.tensor([1.0, 1.0, 2.0, 2.0]),
        "look.shape": torch.tensor([0, len(ATTRIBUTES), -1]),
        "mix.shape": torch.tensor([0, FEATURES, -1]),
    }
    return {name: value.detach() for name, value in learned.items()} | fixed


def _head() -> list[onnx.NodeProto]:
    node = helper.make_node
    bounds = ["lite.least", "lite.most"]
    return [
        node("Conv", ["c4", "fine.w", "fine.b"], ["fine.raw"], kernel_shape=[1, 1]),
        node("Clip", ["fine.raw", *bounds], ["fine"]),
        node("Conv", ["c5", "coarse.w", "coarse.b"], ["coarse.raw"], kernel_shape=[1, 1]),
        node("Clip", ["coarse.raw", *bounds], ["coarse"]),
        node(
            "Resize",
            ["coarse", "region", "double"],
            ["coarse.up"],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        ),
        node("Add", ["fine", "coarse.up"], ["mixed"]),
        node("Conv", ["mixed", "look.w", "look.b"], ["look.raw"], kernel_shape=[1, 1]),
        node("Reshape", ["look.raw", "look.shape"], ["look.flat"]),
        node("Add", ["look.flat", "habit"], ["look.sum"]),
        node("Softmax", ["look.sum"], ["look"], axis=-1),
        node("Reshape", ["mixed", "mix.shape"], ["mixed.flat"]),
        node("Transpose", ["mixed.flat"], ["mixed.cells"], perm=[0, 2, 1]),
        node("MatMul", ["look", "mixed.cells"], ["seen"]),
        node("Transpose", ["seen"], ["seen.by"], perm=[1, 0, 2]),
        node("MatMul", ["seen.by", "first"], ["hidden.raw"]),
        node("Add", ["hidden.raw", "first.b"], ["hidden.sum"]),
        node("Sigmoid", ["hidden.sum"], ["hidden.gate"]),
        node("Mul", ["hidden.sum", "hidden.gate"], ["hidden"]),
        node("MatMul", ["hidden", "second"], ["answer.raw"]),
        node("Add", ["answer.raw", "second.b"], ["answer.sum"]),
        node("Softmax", ["answer.sum"], ["answer"], axis=-1),
        node("Transpose", ["answer"], ["attributes"], perm=[1, 0, 2]),
    ]

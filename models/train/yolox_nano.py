"""YOLOX-nano in PyTorch, shaped as its ONNX export: batch norms folded, raw head output.

The convolutions stand in the order in which the exported graph runs them, so weights pass between
the two by position (``load_onnx``, ``to_onnx``) and a test holds both to the same numbers.
Architecture: Ge et al., "YOLOX: Exceeding YOLO Series in 2021", arXiv:2107.08430 (depth 0.33,
width 0.25, depthwise). The type ignores are for checks that run where PyTorch is not installed.
"""

from __future__ import annotations

from typing import cast

import onnx
import torch
from torch import Tensor, nn

from models.export.graph import conv_weights, with_conv_weights

STRIDES = (8, 16, 32)


class Conv(nn.Module):  # type: ignore[misc]
    """Convolution with bias (the folded batch norm) and SiLU."""

    def __init__(self, i: int, o: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(i, o, kernel, stride, kernel // 2, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.silu(self.conv(x))


def depthwise(i: int, o: int, stride: int = 1) -> nn.Sequential:
    """A 3 × 3 convolution per channel, then one across channels."""
    return nn.Sequential(Conv(i, i, 3, stride, groups=i), Conv(i, o))


class Bottleneck(nn.Module):  # type: ignore[misc]
    """1 × 1, depthwise 3 × 3, and the input added if asked."""

    def __init__(self, channels: int, shortcut: bool) -> None:
        super().__init__()
        self.first = Conv(channels, channels)
        self.second = depthwise(channels, channels)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y = self.second(self.first(x))
        return cast(Tensor, y + x if self.shortcut else y)


class Csp(nn.Module):  # type: ignore[misc]
    """Half of the channels through bottlenecks, half past them."""

    def __init__(self, i: int, o: int, depth: int, shortcut: bool) -> None:
        super().__init__()
        half = o // 2
        self.through = Conv(i, half)
        self.past = Conv(i, half)
        self.blocks = nn.Sequential(*(Bottleneck(half, shortcut) for _ in range(depth)))
        self.join = Conv(o, o)

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([self.blocks(self.through(x)), self.past(x)], 1)
        return cast(Tensor, self.join(joined))


class Spp(nn.Module):  # type: ignore[misc]
    """Maxima over 5, 9 and 13 cells beside the features themselves."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.squeeze = Conv(channels, channels // 2)
        self.pools = nn.ModuleList(nn.MaxPool2d(k, 1, k // 2) for k in (5, 9, 13))
        self.expand = Conv(channels * 2, channels)

    def forward(self, x: Tensor) -> Tensor:
        x = self.squeeze(x)
        return cast(Tensor, self.expand(torch.cat([x, *(pool(x) for pool in self.pools)], 1)))


class Head(nn.Module):  # type: ignore[misc]
    """Classes, box and objectness of one level."""

    def __init__(self, i: int, classes: int) -> None:
        super().__init__()
        self.stem = Conv(i, 64)
        self.cls_convs = nn.Sequential(depthwise(64, 64), depthwise(64, 64))
        self.cls_pred = nn.Conv2d(64, classes, 1)
        self.reg_convs = nn.Sequential(depthwise(64, 64), depthwise(64, 64))
        self.reg_pred = nn.Conv2d(64, 4, 1)
        self.obj_pred = nn.Conv2d(64, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        region = self.reg_convs(x)
        parts = [self.reg_pred(region), self.obj_pred(region), self.cls_pred(self.cls_convs(x))]
        return torch.cat(parts, 1).flatten(2)


class YoloxNano(nn.Module):  # type: ignore[misc]
    """(N, 3, H, W) blue-first 0–255 pictures to (N, cells, 5 + classes) logits.

    Unlike the exported graph, objectness and classes are left before the sigmoid.
    """

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.stem = Conv(12, 16, 3)
        self.dark2 = nn.Sequential(depthwise(16, 32, 2), Csp(32, 32, 1, True))
        self.dark3 = nn.Sequential(depthwise(32, 64, 2), Csp(64, 64, 3, True))
        self.dark4 = nn.Sequential(depthwise(64, 128, 2), Csp(128, 128, 3, True))
        self.dark5 = nn.Sequential(depthwise(128, 256, 2), Spp(256), Csp(256, 256, 1, False))
        self.lateral = Conv(256, 128)
        self.p4 = Csp(256, 128, 1, False)
        self.reduce = Conv(128, 64)
        self.p3 = Csp(128, 64, 1, False)
        self.down3 = depthwise(64, 64, 2)
        self.n3 = Csp(128, 128, 1, False)
        self.down4 = depthwise(128, 128, 2)
        self.n4 = Csp(256, 256, 1, False)
        self.heads = nn.ModuleList(Head(i, classes) for i in (64, 128, 256))

    def backbone(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Features at strides 8, 16 and 32."""
        corners = [pictures[..., r::2, c::2] for c in (0, 1) for r in (0, 1)]
        c3 = self.dark3(self.dark2(self.stem(torch.cat(corners, 1))))
        c4 = self.dark4(c3)
        return c3, c4, self.dark5(c4)

    def forward(self, pictures: Tensor) -> Tensor:
        c3, c4, c5 = self.backbone(pictures)
        top = self.lateral(c5)
        middle = self.reduce(self.p4(torch.cat([_double(top), c4], 1)))
        p3 = self.p3(torch.cat([_double(middle), c3], 1))
        p4 = self.n3(torch.cat([self.down3(p3), middle], 1))
        p5 = self.n4(torch.cat([self.down4(p4), top], 1))
        levels = [head(x) for head, x in zip(self.heads, (p3, p4, p5), strict=True)]
        return torch.cat(levels, 2).transpose(1, 2)


def _double(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2, mode="nearest")


def convolutions(net: nn.Module) -> list[nn.Conv2d]:
    """All convolutions in the graph's order."""
    return [module for module in net.modules() if isinstance(module, nn.Conv2d)]


def load_onnx(model: onnx.ModelProto, classes: int) -> YoloxNano:
    """The network with the weights of a (pruned) export."""
    net = YoloxNano(classes)
    pairs = zip(convolutions(net), conv_weights(model), strict=True)
    with torch.no_grad():
        for conv, (weight, bias) in pairs:
            conv.weight.copy_(torch.from_numpy(weight.copy()))
            assert conv.bias is not None
            conv.bias.copy_(torch.from_numpy(bias.copy()))
    return net


def to_onnx(net: nn.Module, template: onnx.ModelProto) -> onnx.ModelProto:
    """The graph of ``template`` with the network's weights."""
    weights = []
    for conv in convolutions(net):
        assert conv.bias is not None
        weights.append((conv.weight.detach().numpy(), conv.bias.detach().numpy()))
    return with_conv_weights(template, weights)

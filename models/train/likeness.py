"""Which pictures show the same scene: ``python -m models.train.likeness IMAGES``.

A set gathered from the web holds clips, copies, and copies with noise; split picture by picture it
would test on what it trained on. Pictures whose seed features correlate, mirrored or not, are one
source, and so is a chain of such pictures. Merging too much costs nothing but training pictures.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from torch import nn

from models.export.graph import prune_classes
from models.train.yolox_nano import YoloxNano, load_onnx
from pipeline.core.frame import Bgr

ALIKE = 0.55
"""Mean correlation of three levels of features from which two pictures are one source. Unrelated
photographs of rodents lie below 0.5, frames of one clip above 0.7."""

FOLDS = 5
LOOKED_AT_PX = 256
GRID = 3
"""Features are averaged over a grid of 3 × 3, so that what lies where counts."""


def features(net: YoloxNano, picture: Bgr) -> list[NDArray[np.float32]]:
    """Of three levels (2, values): the picture, and mirrored. Salt and pepper is filtered first."""
    small = cv2.medianBlur(
        cv2.resize(picture, (LOOKED_AT_PX, LOOKED_AT_PX), interpolation=cv2.INTER_AREA), 3
    )
    both = np.stack([small, small[:, ::-1]]).transpose(0, 3, 1, 2).astype(np.float32)
    with torch.no_grad():
        levels = net.backbone(torch.from_numpy(np.ascontiguousarray(both)))
        return [nn.functional.adaptive_avg_pool2d(x, GRID).flatten(1).numpy() for x in levels]


def correlation(stacked: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N, N) of (N, 2, values): the better of plain against plain and plain against mirrored."""
    scaled = stacked.astype(np.float64) - stacked.mean((0, 1))
    scaled /= stacked.std((0, 1)) + 1e-6
    scaled /= np.linalg.norm(scaled, axis=2, keepdims=True)
    plain, mirrored = scaled[:, 0], scaled[:, 1]
    return np.asarray(np.maximum(plain @ plain.T, plain @ mirrored.T), np.float64)


def chains(alike: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The first member of each picture's chain, (N,) of (N, N)."""
    label = np.arange(len(alike))
    linked = alike | alike.T | np.eye(len(alike), dtype=np.bool_)
    while True:
        least = np.where(linked, label[None], len(alike)).min(1)
        if (least == label).all():
            return label
        label = least


def sources(net: YoloxNano, files: list[Path]) -> list[str]:
    """The name of each file's source: that of its first picture.

    Raises:
        ValueError: A file is no picture.
    """
    found = []
    for path in files:
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None:
            raise ValueError(f"{path} is no picture")
        found.append(features(net, np.asarray(picture, np.uint8)))
    levels = [np.stack(level) for level in zip(*found, strict=True)]
    mean = np.mean([correlation(level) for level in levels], axis=0)
    return [files[first].stem for first in chains(mean >= ALIKE)]


def main() -> None:
    """Print ``picture,source,fold`` of every picture of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("images", type=Path)
    parser.add_argument("--seed-onnx", type=Path, required=True, help="yolox_nano_416x416.onnx")
    options = parser.parse_args()
    torch.set_num_threads(1)
    files = sorted(path for path in options.images.iterdir() if path.is_file())
    net = load_onnx(prune_classes(onnx.load(options.seed_onnx), [0]), 1)
    of_each = sources(net, files)
    names = sorted(set(of_each))
    order = np.random.default_rng(0).permutation(len(names))
    fold = {names[name]: place % FOLDS for place, name in enumerate(order)}
    sys.stdout.write("picture,source,fold\n")
    for path, source in zip(files, of_each, strict=True):
        sys.stdout.write(f"{path.stem},{source},{fold[source]}\n")


if __name__ == "__main__":
    main()

"""Fine-tune a detector of fire and smoke: ``python -m models.train.fire``.

The set is cut from a few dozen clips, some of them under two names, so a random split would test
on what it trained on. Clips are told apart by the files' names and numbers (``HELD_OUT``).
"""

from __future__ import annotations

import argparse
import copy
import re
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from torch import nn

from models.eval.folder import read_yolo
from models.eval.media import read_video
from models.train.augment import random_view
from models.train.campus import TRAINED, batch_of, target_of
from models.train.graph import prune_classes
from models.train.losses import cells, label_loss
from models.train.samples import STORED_LONG_SIDE, Sample
from models.train.schedule import follow, relative_groups, set_rate
from models.train.yolox_nano import load_onnx, to_onnx
from pipeline.core.frame import Bgr

CLASSES = {0: "fire", 2: "smoke"}
"""Index in the set's files, to our name; its ``default`` is a normal scene, a negative."""

HELD_OUT = range(335, 670)
"""Numbers of the files ``img_N``: a car fire by a wall, a street fire at night, the wall after it,
and a burning lorry on a motorway. None of them appears under another name."""

SIZES = ((416, 416), (416, 416), (416, 256), (512, 320), (640, 384))
NEGATIVE_VIDEOS = ("one_by_one.mp4", "retail_overhead.mp4")
NEGATIVE_SHARE = 0.25


def is_held_out(path: Path) -> bool:
    """Whether a picture of fire_smoke is judged by, and never trained on."""
    number = re.match(r"img_(\d+)", path.name)
    return number is not None and int(number[1]) in HELD_OUT


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--seed-onnx", type=Path, required=True, help="yolox_nano_416x416.onnx")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--iterations", type=int, default=1200)
    parser.add_argument("--minutes", type=float, default=30.0, help="upper bound of the schedule")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rate", type=float, default=2e-3, help="relative to each weight")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.out.mkdir(parents=True, exist_ok=True)
    template = prune_classes(onnx.load(options.seed_onnx), [0, 1])
    labelled, negatives = list(_labelled(options.data)), list(_negatives(options.data))
    print(f"{len(labelled)} labelled, {len(negatives)} negatives", flush=True)
    average = train(template, labelled, negatives, options)
    onnx.save(to_onnx(average, template), options.out / "final.onnx")


def train(
    template: onnx.ModelProto,
    labelled: list[Sample],
    negatives: list[Sample],
    options: argparse.Namespace,
) -> nn.Module:
    """Run the schedule and give the averaged network."""
    rng = np.random.default_rng(0)
    net = load_onnx(template, len(CLASSES))
    with torch.no_grad():
        for head in net.heads:
            head.cls_pred.weight.normal_(0.0, 0.01)
            head.cls_pred.bias.fill_(0.0)
    average = copy.deepcopy(net)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(any(word in name for word in TRAINED["deep"]))
    learning = [p for p in net.parameters() if p.requires_grad]
    groups = relative_groups(learning, options.rate)
    bases = [group["lr"] for group in groups]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-3)
    begun, step, done, told = time.monotonic(), 0, 0.0, 0.0
    while done < 1.0:
        set_rate(optimiser, bases, step, done)
        size = SIZES[int(rng.integers(len(SIZES)))]
        drawn = []
        for _ in range(options.batch):
            kind = negatives if rng.random() < NEGATIVE_SHARE else labelled
            drawn.append(kind[int(rng.integers(len(kind)))])
        views = [random_view(sample, size, rng) for sample in drawn]
        raw = net(torch.from_numpy(batch_of(views)).to(memory_format=torch.channels_last))
        quiet = torch.zeros(raw.shape[:2], dtype=torch.bool)
        loss = label_loss(raw, [target_of(view) for view in views], cells(*size), quiet)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learning, 10.0)
        optimiser.step()
        step += 1
        follow(average, net, min(0.997, (step + 1) / (step + 10)))
        told += loss.item()
        minutes = (time.monotonic() - begun) / 60
        done = max(step / options.iterations, minutes / options.minutes)
        if step % 50 == 0:
            print(f"{step} {minutes:.1f}min loss {told / 50:.3f}", flush=True)
            told = 0.0
    return average


def _labelled(data: Path) -> Iterator[Sample]:
    folder = data / "fire_smoke"
    files = [path for path in sorted((folder / "images").iterdir()) if not is_held_out(path)]
    order = {name: i for i, name in enumerate(CLASSES.values())}
    for picture in read_yolo(files, folder / "labels", CLASSES):
        boxes = [(order[name], box) for name, rows in picture.boxes.items() for box in rows]
        xyxy = np.array([box for _, box in boxes], np.float32).reshape(-1, 4)
        yield _sample(picture.pixels, xyxy, np.array([i for i, _ in boxes], np.int64))


def _negatives(data: Path) -> Iterator[Sample]:
    nothing = np.zeros((0, 4), np.float32)
    videos = [data / "videos" / name for name in NEGATIVE_VIDEOS]
    for video in [*videos, *sorted((data / "falls").rglob("*.mp4"))]:
        for _, pixels in read_video(video, 24):
            yield _sample(pixels, nothing, np.zeros(0, np.int64))


def _sample(
    pixels: Bgr,
    xyxy: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    class_id: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
) -> Sample:
    scale = min(1.0, STORED_LONG_SIDE / max(pixels.shape[:2]))
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    stored = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if scale < 1.0 else pixels
    _, jpeg = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, 95])
    nothing = np.zeros((0, 4), np.float32)
    scaled = (xyxy * scale).astype(np.float32)
    return Sample("fire_smoke", jpeg.tobytes(), scaled, class_id, nothing, 0.0)


if __name__ == "__main__":
    main()

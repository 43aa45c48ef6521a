"""Train kitchen_attributes: ``python -m models.train.kitchen``.

The backbone starts as the seed's; its early layers stay, the later ones learn slowly and the head
from nothing. The last exponential average is written: nothing is chosen by looking at the test.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from models.train.graph import COCO_INDEX, prune_classes
from models.train.kitchen_net import ATTRIBUTES, KitchenNet, from_seed, to_onnx
from models.train.kitchen_samples import UNLABELLED, Crop, collect, random_crop
from models.train.schedule import follow, relative_groups, set_rate

SHARES = {"kitchen_people": 0.66, "masks": 0.26, "mask_faces": 0.08}
SEED_PARTS = ("dark4", "dark5")
FROZEN = ("stem", "dark2", "dark3")


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--seed-onnx", type=Path, required=True, help="yolox_nano_416x416.onnx")
    parser.add_argument("--faces-onnx", type=Path, required=True, help="version-RFB-320.onnx")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--iterations", type=int, default=1600)
    parser.add_argument("--minutes", type=float, default=30.0, help="upper bound of the schedule")
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=1.5e-3, help="of the backbone, relative")
    parser.add_argument("--lr", type=float, default=1.5e-3, help="of the head")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    seed = prune_classes(onnx.load(options.seed_onnx), list(COCO_INDEX.values()))
    crops = collect(options.data, options.faces_onnx)
    print({name: sum(crop.source == name for crop in crops) for name in SHARES}, flush=True)
    average = train(from_seed(seed, len(COCO_INDEX)), crops, options)
    onnx.save(to_onnx(average, seed), options.out / "final.onnx")


def train(net: KitchenNet, crops: list[Crop], options: argparse.Namespace) -> KitchenNet:
    """Run the schedule and give the averaged network."""
    rng = np.random.default_rng(0)
    average: KitchenNet = copy.deepcopy(net)
    average.eval()
    net.train()
    parts = list(net.named_parameters())
    for name, parameter in parts:
        parameter.requires_grad_(not name.startswith(FROZEN))
    seeded = [p for name, p in parts if name.startswith(SEED_PARTS)]
    fresh = [p for name, p in parts if not name.startswith(SEED_PARTS + FROZEN)]
    groups = [*relative_groups(seeded, options.rate), {"params": fresh, "lr": options.lr}]
    bases = [group["lr"] for group in groups]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-2)
    by_source = {name: [crop for crop in crops if crop.source == name] for name in SHARES}
    tell = nn.CrossEntropyLoss(ignore_index=UNLABELLED, label_smoothing=0.05)
    begun, step, done, told = time.monotonic(), 0, 0.0, 0.0
    while done < 1.0:
        set_rate(optimiser, bases, step, done)
        names = rng.choice(list(SHARES), options.batch, p=list(SHARES.values()))
        drawn = [by_source[name][int(rng.integers(len(by_source[name])))] for name in names]
        views = [random_crop(crop, rng) for crop in drawn]
        stacked = np.stack([pixels.transpose(2, 0, 1) for pixels, _ in views])
        labels = torch.from_numpy(np.stack([label for _, label in views]))
        answers = net(torch.from_numpy(stacked.astype(np.float32)))
        loss = sum(tell(answers[:, i], labels[:, i]) for i in range(len(ATTRIBUTES)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([*seeded, *fresh], 5.0)
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


if __name__ == "__main__":
    main()

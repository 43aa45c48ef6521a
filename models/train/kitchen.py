"""Train kitchen_attributes: ``python -m models.train.kitchen``.

The backbone starts as ImageNet's; its early layers stay, the later ones learn slowly and the head
from nothing. The last exponential average is written, with temperatures fitted on images kept out
of the training for it: nothing is chosen by looking at the test.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import Tensor, nn

from models.train.kitchen_net import ATTRIBUTES, KitchenNet, rounded, to_onnx
from models.train.kitchen_samples import (
    NO,
    UNKNOWN,
    UNLABELLED,
    YES,
    Crop,
    collect,
    plain_crop,
    random_crop,
)
from models.train.lite_net import FRONT_BLOCKS, Front, load_lite
from models.train.schedule import follow, relative_groups, set_rate

SHARES = {
    "kitchen_people": 0.64,
    "masks": 0.19,
    "mask_faces": 0.06,
    "other_trades": 0.06,
    "passers_by": 0.05,
}
FROZEN = ("backbone.stem", *(f"backbone.blocks.{number}." for number in range(FRONT_BLOCKS)))
COLD, HOT = 0.4, 4.0
"""Temperatures tried: half of the former to twice the latter would be a fault."""


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument(
        "--backbone", type=Path, required=True, help="efficientnet-lite0-57934424.pth"
    )
    parser.add_argument("--faces-onnx", type=Path, required=True, help="version-RFB-320.onnx")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--iterations", type=int, default=1000)
    parser.add_argument("--minutes", type=float, default=35.0, help="upper bound of the schedule")
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=1e-3, help="of the backbone, relative")
    parser.add_argument("--lr", type=float, default=1.5e-3, help="of the head")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--every", type=int, default=200, help="steps between looks at tuning")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.out.mkdir(parents=True, exist_ok=True)
    crops, tuning = collect(options.data, options.faces_onnx)
    print({name: sum(crop.source == name for crop in crops) for name in SHARES}, flush=True)
    average = train(KitchenNet(load_lite(options.backbone)), crops, tuning, options)
    front = Front(average.backbone, options.threads)
    average.cool(temperatures(*answers_of(average, tuning, front)))
    onnx.save(to_onnx(rounded(average)), options.out / "final.onnx")


def train(
    net: KitchenNet, crops: list[Crop], tuning: list[Crop], options: argparse.Namespace
) -> KitchenNet:
    """Run the schedule and give the averaged network."""
    rng = np.random.default_rng(0)
    front = Front(net.backbone, options.threads)
    net = net.to(memory_format=torch.channels_last)
    average: KitchenNet = copy.deepcopy(net)
    average.eval()
    net.train()
    parts = list(net.named_parameters())
    for name, parameter in parts:
        parameter.requires_grad_(not name.startswith(FROZEN))
    seeded = [p for name, p in parts if name.startswith("backbone") and p.requires_grad]
    fresh = [p for name, p in parts if not name.startswith("backbone")]
    groups = [*relative_groups(seeded, options.rate), {"params": fresh, "lr": options.lr}]
    bases = [group["lr"] for group in groups]
    optimiser = torch.optim.AdamW(groups, weight_decay=2e-2)
    by_source = {name: [crop for crop in crops if crop.source == name] for name in SHARES}
    weights = {name: np.array([crop.weight for crop in of]) for name, of in by_source.items()}
    tell = nn.CrossEntropyLoss(ignore_index=UNLABELLED, label_smoothing=0.05)
    begun, step, done, told = time.monotonic(), 0, 0.0, 0.0
    while done < 1.0:
        set_rate(optimiser, bases, step, done)
        names = rng.choice(list(SHARES), options.batch, p=list(SHARES.values()))
        drawn = [
            by_source[n][int(rng.choice(len(weights[n]), p=weights[n] / weights[n].sum()))]
            for n in names
        ]
        views = [random_crop(crop, rng) for crop in drawn]
        labels = torch.from_numpy(np.stack([label for _, label in views]))
        _, fine = front(_batch([pixels for pixels, _ in views]))
        answers = net.head(fine, net.backbone.behind(fine))
        loss = sum(tell(answers[:, i], labels[:, i]) for i in range(len(ATTRIBUTES)))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([*seeded, *fresh], 5.0)
        optimiser.step()
        step += 1
        follow(average, net, min(0.995, (step + 1) / (step + 10)))
        told += loss.item()
        minutes = (time.monotonic() - begun) / 60
        done = max(step / options.iterations, minutes / options.minutes)
        if step % 25 == 0:
            print(f"{step} {minutes:.1f}min loss {told / 25:.3f}", flush=True)
            told = 0.0
        if step % options.every == 0 or done >= 1.0:
            _report(*answers_of(average, tuning, front))
            torch.save(average.state_dict(), options.out / "average.pt")
    return average


def answers_of(net: KitchenNet, crops: list[Crop], front: Front) -> tuple[Tensor, Tensor]:
    """Logits (N, A, 3) and labels (N, A) of crops as the product cuts them."""
    found = []
    with torch.no_grad():
        for first in range(0, len(crops), 32):
            batch = [plain_crop(c.picture, c.box_xyxy) for c in crops[first : first + 32]]
            _, fine = front(_batch(batch))
            found.append(net.head(fine, net.backbone.behind(fine)))
    return torch.cat(found), torch.from_numpy(np.stack([crop.labels for crop in crops]))


def temperatures(logits: Tensor, labels: Tensor) -> Tensor:
    """The temperature of each attribute at which the answers are likeliest."""
    tried = torch.logspace(np.log10(COLD), np.log10(HOT), 60)
    best = []
    for i, name in enumerate(ATTRIBUTES):
        known = labels[:, i] != UNLABELLED
        losses = [
            nn.functional.cross_entropy(logits[known, i] / value, labels[known, i])
            for value in tried
        ]
        best.append(tried[int(torch.stack(losses).argmin())])
        print(f"temperature of {name}: {best[-1]:.2f}", flush=True)
    return torch.stack(best)


def _report(logits: Tensor, labels: Tensor) -> None:
    """Accuracy among decided, recalls and share decided at probabilities 0.5, 0.6 and 0.7."""
    probability = logits.softmax(-1)
    for i, name in enumerate(ATTRIBUTES):
        known = (labels[:, i] == NO) | (labels[:, i] == YES)
        best, answer = probability[known, i].max(-1)
        wanted = labels[known, i]
        for least in (0.5, 0.6, 0.7):
            decided = (best >= least) & (answer != UNKNOWN)
            right = (answer == wanted)[decided].float()
            no = (wanted == NO)[decided]
            print(
                f"  tuning {name} {least}: right {right.mean():.3f} yes {right[~no].mean():.3f}"
                f" no {right[no].mean():.3f} decided {decided.float().mean():.3f}",
                flush=True,
            )


def _batch(
    pixels: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.ascontiguousarray(np.stack(pixels).transpose(0, 3, 1, 2), np.float32)


if __name__ == "__main__":
    main()

"""Teach the seed other classes: the trainer shared by the detectors of fire and of rodents.

The seed's early layers stay; the rest learns at rates relative to each tensor's size, but for the
last layers of the heads that start anew. The last exponential average is what is written.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import torch
from torch import nn

from models.train.augment import View
from models.train.campus import TRAINED, batch_of, target_of
from models.train.losses import cells, label_loss
from models.train.schedule import follow, relative_groups, set_rate
from models.train.yolox_nano import load_onnx, to_onnx

Draw = Callable[[tuple[int, int], np.random.Generator], View]
"""One training picture of (width, height)."""

SIZES = ((416, 416), (416, 416), (320, 320), (352, 352), (416, 256), (512, 320))
FRESH_RATE = 2e-3
PRIOR_LOGIT = -4.6
"""Objectness of a head that has seen nothing yet: one cell in a hundred."""


def arguments(about: str | None, held_out: int) -> argparse.ArgumentParser:
    """The arguments of a training; ``held_out`` is the fold the shipped weights never saw."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--seed-onnx", type=Path, required=True, help="yolox_nano_416x416.onnx")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--iterations", type=int, default=3000)
    parser.add_argument("--minutes", type=float, default=90.0, help="upper bound of the schedule")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3, help="relative to each weight")
    parser.add_argument(
        "--held-out", type=int, nargs="+", default=[held_out], help="the folds left out"
    )
    parser.add_argument("--resume", type=Path, help="an ONNX of an earlier run to go on from")
    parser.add_argument("--every", type=int, default=500, help="steps between checkpoints")
    parser.add_argument("--threads", type=int, default=1)
    return parser


def fine_tune(
    template: onnx.ModelProto, classes: int, draw: Draw, options: argparse.Namespace
) -> None:
    """Run the schedule; writes ``step_N.onnx`` on the way and ``final.onnx``.

    Args:
        template: The seed with its class head cut to ``classes`` rows; those are forgotten.
        classes: How many.
        draw: Gives training pictures.
        options: Of ``arguments``.
    """
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.out.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    begin = template if options.resume is None else onnx.load(options.resume)
    net = load_onnx(begin, classes).to(memory_format=torch.channels_last)
    fresh = [p for head in net.heads for p in _last_layers(head)]
    if options.resume is None:
        _forget(net)
    average = copy.deepcopy(net)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(any(word in name for word in TRAINED["deep"]))
    known = {id(parameter) for parameter in fresh}
    learning = [p for p in net.parameters() if p.requires_grad]
    groups = relative_groups([p for p in learning if id(p) not in known], options.rate)
    groups.append({"params": fresh, "lr": FRESH_RATE})
    bases = [group["lr"] for group in groups]
    optimiser = torch.optim.AdamW(groups, weight_decay=1e-3)
    begun, step, done, told = time.monotonic(), 0, 0.0, 0.0
    while done < 1.0:
        set_rate(optimiser, bases, step, done)
        size = SIZES[int(rng.integers(len(SIZES)))]
        views = [draw(size, rng) for _ in range(options.batch)]
        pictures = torch.from_numpy(batch_of(views)).to(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            raw = net(pictures)
        quiet = torch.zeros(raw.shape[:2], dtype=torch.bool)
        loss = label_loss(raw.float(), [target_of(view) for view in views], cells(*size), quiet)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(learning, 10.0)
        optimiser.step()
        step += 1
        follow(average, net, min(0.998, (step + 1) / (step + 10)))
        told += loss.item()
        minutes = (time.monotonic() - begun) / 60
        done = max(step / options.iterations, minutes / options.minutes)
        if step % 50 == 0:
            print(f"{step} {minutes:.1f}min loss {told / 50:.3f}", flush=True)
            told = 0.0
        if step % options.every == 0:
            onnx.save(to_onnx(average, template), options.out / f"step_{step}.onnx")
    onnx.save(to_onnx(average, template), options.out / "final.onnx")
    print(f"wrote {options.out / 'final.onnx'} after {step} steps", flush=True)


def _last_layers(head: nn.Module) -> list[nn.Parameter]:
    return [*head.obj_pred.parameters(), *head.cls_pred.parameters()]


def _forget(net: nn.Module) -> None:
    """Start the last layers for objectness and classes anew."""
    with torch.no_grad():
        for head in net.heads:
            for layer, bias in ((head.obj_pred, PRIOR_LOGIT), (head.cls_pred, 0.0)):
                layer.weight.normal_(0.0, 0.01)
                layer.bias.fill_(bias)

"""Fine-tune campus_objects for high-mounted cameras: ``python -m models.train.campus``.

The student starts as the seed's own weights. Labels drawn by people (Town Centre, first half) and
by the tiled teacher teach it persons; the teacher's soft answers keep the other classes where they
were. The last exponential average is what is written: nothing is chosen by looking at the test.
"""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import nn

from models.eval.seed import seed_detector
from models.export.graph import COCO_INDEX, prune_classes
from models.train.augment import View, random_view
from models.train.losses import (
    Target,
    cells,
    label_loss,
    other_cells,
    replay_loss,
    teacher_loss,
)
from models.train.samples import Sample, collect
from models.train.schedule import follow, relative_groups, set_rate
from models.train.yolox_nano import load_onnx, to_onnx

SIZES = ((416, 416), (416, 256), (416, 256), (512, 320), (640, 384), (640, 384), (512, 512))
"""(width, height) drawn from for each batch."""

LABELLED = {"towncentre": 0.45, "one_by_one": 0.15, "retail_overhead": 0.2, "falls": 0.2}
"""How often each set is drawn for the labelled part of a batch."""

REPLAYED = {"fire_smoke": 0.4, "masks": 0.15, "mask_faces": 0.1, "kitchen_people": 0.35}
"""The same for the replayed part."""

NECK = ("heads", "lateral", "p4", "reduce", "p3", "down3", "n3", "down4", "n4")
TRAINED = {
    "head": ("reg_convs", "reg_pred", "obj_pred", "cls_pred"),
    "neck": NECK,
    "deep": (*NECK, "dark4", "dark5"),
}
"""Parts of the network that learn, by the words of which one must be in their name. Earlier layers
stay as the seed has them: with batch norms folded into them they break at any useful rate."""


def main() -> None:
    """Read the arguments and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--seed-onnx", type=Path, required=True, help="yolox_nano_416x416.onnx")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--iterations", type=int, default=2600)
    parser.add_argument("--minutes", type=float, default=65.0, help="upper bound of the schedule")
    parser.add_argument("--batch", type=int, default=4, help="pictures of each of the two kinds")
    parser.add_argument("--rate", type=float, default=1e-3, help="relative to each weight")
    parser.add_argument("--part", choices=TRAINED, default="deep", help="what learns")
    parser.add_argument("--replay-weight", type=float, default=1.0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--town-centre", type=int, metavar="N", help="learn from its first N drawn pictures alone"
    )
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.out.mkdir(parents=True, exist_ok=True)
    teacher = prune_classes(onnx.load(options.seed_onnx), list(COCO_INDEX.values()))
    with seed_detector(options.seed_onnx, input_size=(640, 640), score=0.1) as detector:
        samples = collect(options.data, detector, options.out / "samples.pickle")
    train(teacher, samples, options)


def train(teacher: onnx.ModelProto, samples: list[Sample], options: argparse.Namespace) -> None:
    """Run the schedule; writes ``checkpoint.onnx`` every 200 steps and ``final.onnx``."""
    rng = np.random.default_rng(0)
    net = load_onnx(teacher, len(COCO_INDEX)).train()
    average = copy.deepcopy(net)
    for name, parameter in net.named_parameters():
        parameter.requires_grad_(any(word in name for word in TRAINED[options.part]))
    learning = [p for p in net.parameters() if p.requires_grad]
    groups = relative_groups(learning, options.rate)
    bases = [group["lr"] for group in groups]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.0)
    answers = _session(teacher, options.threads)
    by_source = {
        source: [s for s in samples if s.source == source] for source in (*LABELLED, *REPLAYED)
    }
    by_source["towncentre"] = by_source["towncentre"][: options.town_centre]
    begun, step, done = time.monotonic(), 0, 0.0
    sums = np.zeros(3)
    while done < 1.0:
        set_rate(optimiser, bases, step, done)
        size = SIZES[int(rng.integers(len(SIZES)))]
        names = [*_draw(LABELLED, options.batch, rng), *_draw(REPLAYED, options.batch, rng)]
        drawn = [by_source[name][int(rng.integers(len(by_source[name])))] for name in names]
        views = [random_view(sample, size, rng) for sample in drawn]
        pictures = batch_of(views)
        wanted = torch.from_numpy(answers.run(None, {"images": pictures})[0])
        raw = net(torch.from_numpy(pictures).to(memory_format=torch.channels_last))
        n = options.batch
        other = other_cells(wanted[:n])
        targets = [target_of(view) for view in views[:n]]
        hard = label_loss(raw[:n], targets, cells(*size), other)
        soft = teacher_loss(raw[:n], wanted[:n], other)
        replay = replay_loss(raw[n:], wanted[n:])
        optimiser.zero_grad(set_to_none=True)
        (hard + soft + options.replay_weight * replay).backward()
        nn.utils.clip_grad_norm_(learning, 10.0)
        optimiser.step()
        step += 1
        follow(average, net, min(0.998, (step + 1) / (step + 10)))
        sums += (hard.item(), soft.item(), replay.item())
        minutes = (time.monotonic() - begun) / 60
        done = max(step / options.iterations, minutes / options.minutes)
        if step % 50 == 0:
            mean = sums / 50
            sums[:] = 0.0
            told = f"label {mean[0]:.3f} teacher {mean[1]:.3f} replay {mean[2]:.3f}"
            print(f"{step} {minutes:.1f}min {told}", flush=True)
        if step % 200 == 0:
            onnx.save(to_onnx(average, teacher), options.out / "checkpoint.onnx")
    onnx.save(to_onnx(average, teacher), options.out / "final.onnx")
    print(f"wrote {options.out / 'final.onnx'} after {step} steps", flush=True)


def _draw(shares: dict[str, float], count: int, rng: np.random.Generator) -> list[str]:
    return [str(name) for name in rng.choice(list(shares), count, p=list(shares.values()))]


def _session(model: onnx.ModelProto, threads: int) -> ort.InferenceSession:
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = threads
    return ort.InferenceSession(
        model.SerializeToString(), settings, providers=["CPUExecutionProvider"]
    )


def batch_of(views: list[View]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """(N, 3, height, width) of some views."""
    stacked = np.stack([view.pixels.transpose(2, 0, 1) for view in views])
    return np.ascontiguousarray(stacked, np.float32)


def target_of(view: View) -> Target:
    """A view's labels as tensors."""
    return Target(
        torch.from_numpy(view.xyxy),
        torch.from_numpy(view.class_id),
        torch.from_numpy(view.doubtful_xyxy),
        torch.from_numpy(view.doubtful_weight),
    )


if __name__ == "__main__":
    main()

"""Fine-tune a detector of rats and mice: ``python -m models.train.rodent``.

The terms of the set are unknown, so the model is off until an administrator turns it on.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import onnx

from models.eval.held_out import HELD_OUT
from models.export.graph import prune_classes
from models.train.detector import arguments, fine_tune
from models.train.samples import Sample
from models.train.yolo_samples import Pool, frames, labelled, photographs, views_of

CLASSES = {0: "rodent"}
NEGATIVE_VIDEOS = ("one_by_one.mp4", "retail_overhead.mp4")
NEGATIVE_SHARE = 0.3
MOSAIC_SHARE = 0.5


def main() -> None:
    """Read the arguments and train."""
    options = arguments(__doc__, HELD_OUT["rodents"]).parse_args()
    shown, sources = labelled(options.data, "rodents", CLASSES, options.held_out)
    others = list(_negatives(options.data))
    print(f"{len(shown)} labelled of {len(sources)} sources, {len(others)} negatives", flush=True)
    pools = [Pool(1.0 - NEGATIVE_SHARE, shown, sources), Pool(NEGATIVE_SHARE, others)]
    template = prune_classes(onnx.load(options.seed_onnx), [0])
    fine_tune(template, len(CLASSES), views_of(pools, MOSAIC_SHARE), options)


def _negatives(data: Path) -> Iterator[Sample]:
    yield from frames([data / "videos" / name for name in NEGATIVE_VIDEOS], 12)
    yield from frames(sorted((data / "falls").rglob("*.mp4")), 24)
    yield from photographs(sorted((data / "kitchen_people" / "images").rglob("*.jpg"))[::4])
    yield from photographs(sorted((data / "masks" / "images").iterdir())[::3])
    yield from photographs(sorted((data / "fire_smoke" / "images").iterdir())[::2])


if __name__ == "__main__":
    main()

"""Fine-tune a detector of fire and smoke: ``python -m models.train.fire``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx

from models.eval.held_out import HELD_OUT
from models.export.graph import prune_classes
from models.train.augment import View
from models.train.detector import arguments, fine_tune
from models.train.samples import Sample
from models.train.synthetic import FIRE, SMOKE, graft, recoloured, with_fire, with_smoke
from models.train.yolo_samples import (
    Pool,
    frames,
    labelled,
    photographs,
    stored,
    views_of,
)

CLASSES = {0: "fire", 2: "smoke"}
"""Index in the set's files, to our name; its ``default`` is a normal scene, a negative."""

NEGATIVE_VIDEOS = ("one_by_one.mp4", "retail_overhead.mp4")
NEGATIVE_SHARE = 0.17
COMPOSED_SHARE = 0.38
COMPOSED = 2500
GRAFTED_SHARE = {FIRE: 0.35, SMOKE: 0.25}
"""Of what is laid into a scene, cut from a labelled picture; the rest is drawn."""
MOSAIC_SHARE = 0.4
RECOLOURED_SHARE = 0.4


def main() -> None:
    """Read the arguments and train."""
    parser = arguments(__doc__, HELD_OUT["fire_smoke"])
    parser.add_argument("--scenes", nargs="+", help="learn from these scenes alone")
    parser.add_argument("--composed-share", type=float, default=COMPOSED_SHARE)
    options = parser.parse_args()
    shown, sources = labelled(options.data, "fire_smoke", CLASSES, options.held_out, options.scenes)
    others = list(_negatives(options.data))
    print(f"{len(shown)} labelled of {len(sources)} scenes, {len(others)} negatives", flush=True)
    composed: float = options.composed_share
    pools = [
        Pool(1.0 - NEGATIVE_SHARE - composed, shown, sources),
        Pool(NEGATIVE_SHARE, others),
    ]
    if composed > 0:
        drawn = list(_composed(others, shown, np.random.default_rng(1)))
        pools.append(Pool(composed, drawn))
    plain = views_of(pools, MOSAIC_SHARE)

    def draw(size: tuple[int, int], rng: np.random.Generator) -> View:
        view = plain(size, rng)
        return recoloured(view, rng) if rng.random() < RECOLOURED_SHARE else view

    template = prune_classes(onnx.load(options.seed_onnx), [0, 1])
    fine_tune(template, len(CLASSES), draw, options)


def _composed(
    scenes: list[Sample], shown: list[Sample], rng: np.random.Generator
) -> Iterator[Sample]:
    """Scenes without fire, with drawn or cut-out fire and smoke in them."""
    fires = [s for s in shown if (s.class_id == FIRE).any()]
    smokes = [s for s in shown if (s.class_id == SMOKE).any()]
    for _ in range(COMPOSED):
        pixels = scenes[int(rng.integers(len(scenes)))].picture()
        kind, boxes, classes = rng.random(), [], []
        for wanted, add, donors in ((SMOKE, with_smoke, smokes), (FIRE, with_fire, fires)):
            if (wanted == SMOKE and kind < 0.35) or (wanted == FIRE and kind > 0.65):
                continue
            if rng.random() < GRAFTED_SHARE[wanted]:
                donor = donors[int(rng.integers(len(donors)))]
                box = donor.xyxy[donor.class_id == wanted][0]
                pixels, box = graft(pixels, donor.picture(), box, rng)
            else:
                pixels, box = add(pixels, rng)
            boxes.append(box)
            classes.append(np.full(len(box), wanted, np.int64))
        yield stored(pixels, np.concatenate(boxes), np.concatenate(classes))


def _negatives(data: Path) -> Iterator[Sample]:
    yield from frames([data / "videos" / name for name in NEGATIVE_VIDEOS], 24)
    yield from frames(sorted((data / "falls").rglob("*.mp4")), 24)
    yield from photographs(sorted((data / "masks" / "images").iterdir())[::2])
    yield from photographs(sorted((data / "mask_faces").rglob("*.jpg"))[::12])
    for trade in ("waiter", "doctor", "police", "pilot"):
        yield from photographs(sorted((data / "kitchen_people/images" / trade).iterdir())[::4])


if __name__ == "__main__":
    main()

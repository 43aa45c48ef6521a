"""The public COCO weights as a detector of ours, through the product's own decode.

The seed is third-party and never shipped; its pruned copy lives in a temporary registry for as
long as somebody trains with it or compares against it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from models.export.graph import prune_file
from models.manifest import load_manifest
from pipeline.inference.detector import Detector, load_detector

SEED_ID = "seed"


@contextmanager
def seed_detector(
    seed: Path, *, input_size: tuple[int, int] | None = None, score: float | None = None
) -> Iterator[Detector]:
    """Load the seed with its class head cut to our classes.

    Args:
        seed: ``yolox_nano_416x416.onnx``, COCO-80.
        input_size: (width, height), one of campus_objects' sizes.
        score: Least score of a box; campus_objects' if None.
    """
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "seed.onnx"
        prune_file(seed, weights)
        content = weights.read_bytes()
        document = load_manifest("campus_objects").model_dump(mode="json")
        document["id"] = SEED_ID
        document["weights"] = {
            "file": weights.name,
            "sha256": hashlib.sha256(content).hexdigest(),
            "size_bytes": len(content),
        }
        (Path(folder) / f"{SEED_ID}.yaml").write_text(yaml.safe_dump(document), "utf-8")
        detector = load_detector(
            SEED_ID, input_size=input_size, score=score, registry_dir=Path(folder)
        )
    with detector:
        yield detector

"""``scripts/bench batch``: does it pay to run pictures of several cameras together?

The same pictures go through a model one by one, which is the reference, and so many at a time.
Figures are this process' CPU seconds for each picture, letterbox included, the best of some rounds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence

import numpy as np

from models.eval.media import frame_of
from pipeline.core.frame import Frame
from pipeline.inference.detector import Detector, load_detector

BATCHES = (1, 2, 4, 8)


def cost_ms(detector: Detector, frames: Sequence[Frame], batch: int) -> float:
    """CPU milliseconds for each picture."""
    began_s = time.process_time()
    for start in range(0, len(frames), batch):
        detector.detect(frames[start : start + batch])
    return (time.process_time() - began_s) * 1000 / len(frames)


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench batch``."""
    parser = argparse.ArgumentParser(prog="scripts/bench batch", description=__doc__)
    parser.add_argument("--model", default="campus_objects")
    parser.add_argument("--threads", type=int, default=1, help="of one run of the model")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    random = np.random.default_rng(0)
    frames = [frame_of(random.integers(0, 256, (720, 1280, 3), np.uint8)) for _ in BATCHES * 2]
    with load_detector(given.model, threads=given.threads) as detector:
        detector.detect(frames[:1])
        rounds = [[cost_ms(detector, frames, n) for n in BATCHES] for _ in range(given.rounds)]
        width, height = detector.input_size
    best = {n: min(each[i] for each in rounds) for i, n in enumerate(BATCHES)}
    if not as_json:
        for n, ms in best.items():
            print(f"{n} at a time {ms:7.2f} ms a picture, {ms / best[1]:.2f} of one by one")
    result = {
        "bench": "batch",
        "model": given.model,
        "input": f"{width}x{height}",
        "threads": given.threads,
        "cpu_ms_per_picture": {str(n): round(ms, 2) for n, ms in best.items()},
        "cost_against_one_by_one": {str(n): round(ms / best[1], 3) for n, ms in best.items()},
    }
    print(json.dumps(result))
    return 0

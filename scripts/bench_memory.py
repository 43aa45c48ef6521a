"""``scripts/bench memory``: the worker's resident memory against the number of cameras.

The real worker of ``scripts/bench ingest`` (gate, recording, model, a rule) watches 1, 2, 4, 8 and
16 quiet cameras, 1080p25 at 4 Mbit/s over loopback from GStreamer's rtsp-server; after a warm-up
the memory is read for a while and the highest value counts. The slope of a straight line through
these points is what one more camera costs. Reference in the same run: a decoder for each camera
and nothing else.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import bench_film
import demo_processes
import numpy as np
from bench_ingest import camera_config
from bench_material import GOP_S
from bench_progress import Bar
from bench_stack import BenchStack, MissingToolError, Shown, require_tools, usage, wait

WARM_UP_S = 45.0
REFERENCE_WARM_UP_S = 8.0
READ_EVERY_S = 2.0


def slope_mb(points: Mapping[int, float]) -> tuple[float, float]:
    """Of the straight line through memory by cameras.

    Args:
        points: Cameras -> MB; of two numbers of cameras or more.

    Returns:
        MB for each camera, and MB of the process without any.
    """
    slope, base = np.polyfit(list(points.keys()), list(points.values()), 1)
    return round(float(slope), 1), round(float(base), 1)


def _highest_mb(child: demo_processes.Child, seconds: float) -> float:
    highest = 0
    for _ in range(max(1, round(seconds / READ_EVERY_S))):
        wait(READ_EVERY_S, [child])
        highest = max(highest, usage(child.process.pid).rss_bytes)
    return round(highest / 1e6, 1)


def run(given: argparse.Namespace, say: Callable[[str], None]) -> dict[str, object]:
    """Measure and return the figures."""
    ours: dict[int, float] = {}
    reference: dict[int, float] = {}
    with Bar() as bar, tempfile.TemporaryDirectory(prefix="mingan-bench-") as temporary:
        film = bench_film.quiet_film(bar.at)
        with BenchStack(Path(temporary)) as stack:
            stack.start_cameras([Shown("idle", max(given.cameras), film)])
            stack.start_api()
            for count in sorted(set(given.cameras)):
                some = Shown("idle", count, film)
                cameras = [camera_config(camera, stack.url(camera)) for camera in some.ids]
                worker = stack.start_worker(cameras, f"worker-{count}")
                bar.begin(f"mingan, {count} cameras", WARM_UP_S + given.seconds)
                wait(WARM_UP_S, [worker])
                ours[count] = _highest_mb(worker, given.seconds)
                stack.stop(worker)
                command = [sys.executable, "scripts/bench_decode_all.py", *stack.urls([some])]
                decoders = stack.processes.start("decode-all", command)
                bar.begin(f"decode all, {count} cameras", REFERENCE_WARM_UP_S + READ_EVERY_S)
                wait(REFERENCE_WARM_UP_S, [decoders])
                reference[count] = _highest_mb(decoders, READ_EVERY_S)
                stack.stop(decoders)
                say(f"{count:3} cameras {ours[count]:8.1f} MB, decoders {reference[count]:8.1f} MB")
    slope, base = slope_mb(ours)
    reference_slope, reference_base = slope_mb(reference)
    return {
        "bench": "memory",
        "mb_per_camera": slope,
        "base_mb": base,
        "decode_all_mb_per_camera": reference_slope,
        "decode_all_base_mb": reference_base,
        "ratio": round(slope / reference_slope, 2) if reference_slope else None,
        "rss_mb": ours,
        "decode_all_rss_mb": reference,
        "parameters": {
            "width": bench_film.WIDTH,
            "height": bench_film.HEIGHT,
            "fps": bench_film.FPS,
            "gop_s": GOP_S,
            "mbit_s": round(film.mbit_s, 2),
            "seconds": given.seconds,
        },
    }


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Entry of ``scripts/bench memory``."""
    parser = argparse.ArgumentParser(prog="scripts/bench memory", description=__doc__)
    parser.add_argument(
        "--cameras", type=int, nargs="+", default=[1, 2, 4, 8, 16], help="numbers of cameras"
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="read for so long")
    given = parser.parse_args(arguments)
    if len(set(given.cameras)) < 2 or min(given.cameras) < 1 or given.seconds <= 0:
        parser.error("two numbers of cameras or more, all positive")
    try:
        require_tools(motion=False)
        with contextlib.redirect_stdout(sys.stderr):
            result = run(given, (lambda _: None) if as_json else print)
    except MissingToolError as error:
        print(f"scripts/bench memory: {error}", file=sys.stderr)
        return 2
    except demo_processes.ProcessError as error:
        print(f"scripts/bench memory: {error}", file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0

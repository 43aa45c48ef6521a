"""``mingan models export``: Ultralytics' own exporter, with what the import wants."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Export one file; returns the process's exit code."""
    parser = argparse.ArgumentParser(prog="mingan models export", description=__doc__)
    parser.add_argument("weights", type=Path, help="weights of Ultralytics, as best.pt")
    parser.add_argument("--input-size", type=int, default=640, help="side of the square input")
    parser.add_argument(
        "--dynamic", action="store_true", help="any batch and size; some runtimes are slower then"
    )
    options = parser.parse_args(arguments)
    if not options.weights.is_file():
        print(f"error: {options.weights}: there is no such file", file=sys.stderr)
        return 2
    try:
        from ultralytics import YOLO
    except ModuleNotFoundError as error:
        print(
            f"error: the exporter needs a package that is not installed: {error.name}. "
            "Run: pip install 'mingan[train]'",
            file=sys.stderr,
        )
        return 2
    try:
        model = YOLO(str(options.weights))
        written = model.export(
            format="onnx", imgsz=options.input_size, dynamic=options.dynamic, simplify=False
        )
    except Exception as error:  # noqa: BLE001 - whatever a foreign exporter raises is its answer
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        print(
            f"error: {options.weights}: Ultralytics could not export it ({reason:.200})",
            file=sys.stderr,
        )
        return 2
    print(f"{written}: import it with mingan models import {written} --family …")
    return 0


if __name__ == "__main__":
    sys.exit(main())

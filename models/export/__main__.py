"""``mingan models export``: Ultralytics' own exporter, with what the import wants."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


class ExportError(Exception):
    """One line for a person; exit code 2."""


@app.command()
def export(
    weights: Annotated[Path, typer.Argument(help="Weights of Ultralytics, as best.pt.")],
    input_size: Annotated[int, typer.Option(help="Side of the square input.")] = 640,
    dynamic: Annotated[
        bool, typer.Option("--dynamic", help="Any batch and size; some runtimes are slower then.")
    ] = False,
) -> None:
    """Turn Ultralytics weights into ONNX, by their own exporter."""
    if not weights.is_file():
        raise ExportError(f"{weights}: there is no such file")
    try:
        from ultralytics import YOLO
    except ModuleNotFoundError as error:
        raise ExportError(
            f"the exporter needs a package that is not installed: {error.name}. "
            "Run: pip install 'mingan[train]'"
        ) from error
    try:
        model = YOLO(str(weights))
        written = model.export(format="onnx", imgsz=input_size, dynamic=dynamic, simplify=False)
    except Exception as error:  # whatever a foreign exporter raises is its answer
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ExportError(f"{weights}: Ultralytics could not export it ({reason:.200})") from error
    print(f"{written}: import it with mingan models import {written} --family …")


def main(arguments: Sequence[str] | None = None) -> int:
    """Export one file; returns the process's exit code."""
    try:
        app(arguments, prog_name="mingan models export")
    except ExportError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())

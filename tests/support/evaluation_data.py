"""Where the evaluation data lies, or a loud skip."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def data_folder() -> Path:
    """The data folder; skips the test when there is none, fails it when the named one is not it."""
    named = os.environ.get("MINGAN_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if (folder / "videos").is_dir():
        return folder
    if named:
        pytest.fail(f"MINGAN_DATA names {folder}, which has no folder `videos`", pytrace=False)
    pytest.skip(f"no evaluation data at {folder}: set MINGAN_DATA to the data folder")


def seed_weights() -> Path:
    """The public COCO seed beside the data folder; skips the test when it is not there."""
    path = data_folder().parent / "models" / "yolox_nano_416x416.onnx"
    if not path.is_file():
        pytest.skip(f"no seed weights at {path}")
    return path

"""The repository's own files, as a clone would have them."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file git knows, that is still there; absolute paths."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def text_of(path: Path) -> str | None:
    """A file's text, or None of a binary one."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError:
        return None


def markdown_files() -> list[Path]:
    """All documents."""
    return [path for path in tracked_files() if path.suffix == ".md"]


def relative(path: Path) -> str:
    """For messages and test ids."""
    return str(path.relative_to(ROOT))

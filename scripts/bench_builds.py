"""The builds that benchmarks compare: today's, and an older one in a folder of its own.

The older one runs with today's packages: what is compared is the code.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_RUN = "from pipeline.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Build:
    """Source code that can be run."""

    name: str
    folder: Path

    def command(self, *arguments: str) -> list[str]:
        """How its command line is called."""
        return [sys.executable, "-c", _RUN, *arguments]

    def environment(self) -> dict[str, str]:
        """Beyond one's own."""
        # Its own processes too take nothing from the folder they are started in.
        return {"PYTHONPATH": str(self.folder), "PYTHONSAFEPATH": "1"}


def today() -> Build:
    """The one this script is of."""
    return Build("today", ROOT)


def checkout(commit: str, folder: Path) -> Build:
    """An older one, taken out of the repository.

    Raises:
        subprocess.CalledProcessError: If the repository has no such commit.
    """
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit], check=True, stdout=subprocess.PIPE
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return Build("before", folder)

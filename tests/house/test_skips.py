"""What was skipped is counted by what is missing, over all runs of ``scripts/test``."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tracked import ROOT

_TESTS = """
import pytest
from tests.support import missing

@pytest.mark.parametrize("number", range(3))
def test_of_a_server(number):
    pytest.skip(missing.debian("postgresql"))

@pytest.mark.skipif(True, reason=missing.peer("PyTorch"))
def test_of_a_peer():
    pass

def test_passes():
    pass
"""


def _run(folder: Path, adding: Path, *more: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "-p", "tests.conftest", folder, *more],
        cwd=ROOT,
        env=os.environ | {"MINGAN_SKIPPED": str(adding), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.whole
def test_the_count_is_told_and_added_up(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(_TESTS, "utf-8")
    adding = tmp_path / "skipped"
    shown = _run(tmp_path, adding)
    assert "skipped 3 because postgresql is missing: apt-get install postgresql" in shown
    assert "skipped 1 because PyTorch is missing: scripts/setup whole" in shown
    _run(tmp_path, adding, "-n", "2")
    lines = adding.read_text("utf-8").splitlines()
    assert sorted(lines) == sorted(
        2
        * [
            "3\tpostgresql is missing: apt-get install postgresql",
            "1\tPyTorch is missing: scripts/setup whole",
        ]
    )

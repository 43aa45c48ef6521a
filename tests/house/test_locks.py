"""Lock files are complete, hashed, and name no place to fetch from."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tracked import ROOT

LOCKS = ("runtime", "demo", "dev", "whole")


def _requirements(lock: str) -> dict[str, str]:
    """Name → everything the lock says about it."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    return {re.split(r"==", entry, maxsplit=1)[0]: entry for entry in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_requirement_is_pinned_and_hashed(lock: str) -> None:
    requirements = _requirements(lock)
    assert requirements
    for name, entry in requirements.items():
        assert re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==\S+", entry), name
        assert "--hash=sha256:" in entry, name


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_place(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text("utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_each_lock_contains_the_one_before_at_the_same_versions() -> None:
    for small, large in itertools.pairwise(LOCKS):
        larger = _requirements(large)
        for name, entry in _requirements(small).items():
            pinned = entry.partition(" ")[0]
            assert larger[name].startswith(pinned), f"{name} in {large}.lock"


def test_the_build_tool_is_locked_as_pyproject_states_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    stated = (ROOT / "requirements" / "build.in").read_text("utf-8").split()
    assert stated == project["build-system"]["requires"]
    assert "setuptools" in _requirements("runtime")


def _digest_check(lock: Path) -> int:
    command = [sys.executable, ROOT / "scripts" / "lock_digest.py", "--check", lock]
    return subprocess.run(command, check=False, capture_output=True).returncode


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_were_made_from_pyproject_as_it_is(lock: str) -> None:
    assert _digest_check(ROOT / "requirements" / f"{lock}.lock") == 0


def test_a_stale_lock_is_noticed(tmp_path: Path) -> None:
    stale = tmp_path / "stale.lock"
    stale.write_text("# requirements sha256: 00\nnumpy==1\n", "utf-8")
    assert _digest_check(stale) == 1

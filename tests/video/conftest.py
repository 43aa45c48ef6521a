"""Where the evaluation data lies, and a loud word when it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says how busy the machine is, not whether it is right.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")


@pytest.fixture
def videos() -> Path:
    """The evaluation videos' folder; skips, naming where it looked."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    folder = Path(os.environ.get("MINGAN_DATA", beside)) / "videos"
    if not folder.is_dir():
        pytest.skip(f"EVALUATION DATA MISSING: {folder} (set MINGAN_DATA)")
    return folder

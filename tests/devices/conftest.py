"""What one test's device refused is not held against the next one at the same port."""

from __future__ import annotations

import pytest

from pipeline.devices import manners


@pytest.fixture(autouse=True)
def no_host_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins as a process does."""
    monkeypatch.setattr(manners, "_hosts", {})

"""How busy the machine is, from what its kernel counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.runtime.processor import ProcessorMeter


def _stat(user: int, idle: int, iowait: int = 0, guest: int = 0) -> str:
    return f"cpu  {user} 0 0 {idle} {iowait} 0 0 0 {guest} 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n"


@pytest.mark.parametrize(
    ("after", "busy"),
    [
        (_stat(175, 225), 0.75),
        (_stat(100, 200, iowait=100), 0.0),
        (_stat(200, 200, guest=5000), 1.0),
        (_stat(200, 190), 1.0),
        (_stat(100, 200), None),
        (_stat(50, 100), None),
        ("cpu x y", None),
        ("cpu 1 2", None),
        ("", None),
    ],
)
def test_what_worked_since_the_last_look(tmp_path: Path, after: str, busy: float | None) -> None:
    source = tmp_path / "stat"
    source.write_text(_stat(100, 200))
    meter = ProcessorMeter(source)
    source.write_text(after)
    assert meter.busy() == (busy if busy is None else pytest.approx(busy))


def test_a_machine_that_does_not_tell_is_unknown_and_not_idle(tmp_path: Path) -> None:
    meter = ProcessorMeter(tmp_path / "none")
    assert meter.busy() is None

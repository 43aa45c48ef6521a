"""What every test run has: less garbage to look through, and an account of what was skipped."""

from __future__ import annotations

import gc
import os
from collections import Counter
from pathlib import Path

import pytest


def pytest_collection_finish() -> None:
    """Thousands of tests and what they import stay to the end: no garbage is looked for there."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Count what was skipped by reason; ``scripts/test`` adds up the counts of its runs."""
    if hasattr(terminalreporter.config, "workerinput"):
        return  # of several processes, the one that hears from all tells
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = report.longrepr
        counts[reason.removeprefix("Skipped: ")] += 1
    if (adding := os.environ.get("MINGAN_SKIPPED")) is not None:
        with Path(adding).open("a", encoding="utf-8") as file:
            file.writelines(f"{count}\t{reason}\n" for reason, count in counts.items())
    for reason, count in counts.items():
        terminalreporter.write_line(f"skipped {count} because {reason}", yellow=True)

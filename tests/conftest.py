"""What every test run tells at its end: how many were skipped, and for want of what."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest


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

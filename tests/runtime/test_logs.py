"""Lines of several processes that share one stream stay lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_LINES = 3000
_SAY = """
from structlog import get_logger
from pipeline.runtime.logs import set_up_logs
set_up_logs(process="{name}")
for number in range({lines}):
    get_logger().info("said", number=number)
"""


def test_processes_that_write_at_once_write_whole_lines() -> None:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    reading, writing = os.pipe()
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _SAY.format(name=name, lines=_LINES)],
            stderr=writing,
            env=environment,
        )
        for name in ("p1", "p2")
    ]
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as stream:
        told = [json.loads(line) for line in stream]
    assert [each.wait() for each in running] == [0, 0]
    for name in ("p1", "p2"):
        assert [e["number"] for e in told if e["process"] == name] == list(range(_LINES))


def test_a_full_disk_under_the_log_ends_nothing() -> None:
    say = _SAY.format(name="p1", lines=_LINES) + "\nprint('went on')"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ended = subprocess.run(
            [sys.executable, "-c", say], stdout=subprocess.PIPE, stderr=full, check=False
        )
    assert ended.stdout == b"went on\n"
    assert ended.returncode == 0

"""How a worker's memory is handed out."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

_IN_THREADS = """
import ctypes, sys, threading
if sys.argv[1] == "limited":
    from pipeline.runtime.memory import limit_arenas
    assert limit_arenas()
gate = threading.Barrier(9)
def hold():
    held = [bytes(5000) for _ in range(20)]
    gate.wait()
    gate.wait()
threads = [threading.Thread(target=hold) for _ in range(8)]
for t in threads: t.start()
gate.wait()
ctypes.CDLL(None).malloc_stats()
gate.wait()
"""
_GARBAGE = """
import gc, sys
from collections import deque
ballast = [[] for _ in range(1_000_000)]
gc.collect()
if sys.argv[1] == "settled":
    from pipeline.runtime.memory import settle
    settle()
class Cycle:
    freed = 0
    def __init__(self): self.own = self
    def __del__(self): Cycle.freed += 1
kept = deque(maxlen=30_000)  # whatever leaves it has grown old
for _ in range(150_000):
    kept.append(Cycle())
print(Cycle.freed)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc")


def _run(program: str, how: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, how],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )


def test_threads_share_few_arenas() -> None:
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    free, limited = (
        len(re.findall(r"^Arena \d+:", _run(_IN_THREADS, how, environment).stderr, re.MULTILINE))
        for how in ("free", "limited")
    )
    assert limited <= 2
    assert free > limited or free == 0  # 0: another C library


def test_old_garbage_is_found_beside_much_that_stays() -> None:
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    left, found = (
        int(_run(_GARBAGE, how, environment).stdout) for how in ("as it comes", "settled")
    )
    assert left == 0
    assert found >= 30_000

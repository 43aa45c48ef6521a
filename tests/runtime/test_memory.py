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

_HOLES = """
from pathlib import Path
from pipeline.runtime.memory import TRIM_EVERY_S, Trim
def resident_mb(): return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
held = [bytes(10_000) for _ in range(10_000)]
stays = bytes(10_000)  # above the hole, so that it is not the heap's end
del held
before_mb, trim = resident_mb(), Trim()
done = [trim.tend(1000.0)]
after_mb = resident_mb()
done.append(trim.tend(1000.0 + TRIM_EVERY_S / 2))
more = [bytes(10_000) for _ in range(1_000)]
del more
done.append(trim.tend(1000.0 + TRIM_EVERY_S))
print(before_mb, after_mb, *map(int, done))
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


def test_holes_are_given_back_now_and_then() -> None:
    environment = {"PYTHONPATH": ":".join(p for p in sys.path if p)}
    before_mb, after_mb, *done = map(float, _run(_HOLES, "", environment).stdout.split())
    assert done == [1.0, 0.0, 1.0]
    assert after_mb < before_mb - 50.0

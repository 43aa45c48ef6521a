"""``scripts/bench api``: how long lists take where much is in the database.

A district is made: schools with cameras, alerts with pictures and histories, work orders, notices,
the access log and the registers. The real command centre then answers signed-in people over
loopback, one request after the other: each list's first page, its filters and searches, and pages
further on. Beside them, in the same run, a list that is empty: what a request costs at least; and
an older build over the same rows, its turn after each of ours. Then thousands of alerts are
confirmed at once while somebody else reads. On SQLite and, where it is installed, on PostgreSQL.
Figures are milliseconds until the whole answer is there; of a list, ``p95_ms`` is that of its
slowest way. ``cpu_ms``, what our process computes for an answer of the way that costs most, a busy
machine blurs little.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bench_api_judging
import demo_processes
import httpx
import numpy as np
from bench_api_build import Answering, answering
from bench_api_district import ADMIN, COOK, MANAGER, Size, fill, make_before
from bench_api_lists import EMPTY, LISTS, Listed
from bench_builds import Build, checkout, today

from api.db.migrate import upgrade
from tests.support import postgres

_BEFORE = "f3cd091"
"""The last build of before there were schools and work orders."""
_EMPTY = "empty"


def pages(client: httpx.Client, path: str) -> Iterator[float]:
    """Milliseconds of each request, for ever; where there are pages, each asks for the next one."""
    cursor = None
    while True:
        url = httpx.URL(f"/api/v1{path}")
        begin_s = time.perf_counter()
        answer = client.get(url if cursor is None else url.copy_add_param("cursor", cursor))
        took_s = time.perf_counter() - begin_s
        answer.raise_for_status()
        cursor = answer.json().get("next_cursor")
        yield took_s * 1000


@dataclass(slots=True)
class Taken:
    """What one build took for a list, by the way it was asked for.

    Attributes:
        ms: Milliseconds of each request.
        cpu_ms: CPU milliseconds of its process for a request, as the kernel counts them.
    """

    ms: dict[str, list[float]] = field(default_factory=dict)
    cpu_ms: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Readings:
    """Of one list: today's build, and the older one in the ways that both answer."""

    ours: Taken = field(default_factory=Taken)
    before: Taken = field(default_factory=Taken)


def read(listed: Listed, ours: Answering, old: Answering | None, requests: int) -> Readings:
    """Ask for a list in each of its ways, both builds by turns."""
    found = Readings()
    for way in listed.ways:
        asked = [(found.ours, ours, listed.who)]
        if old is not None and way in listed.ways_before:
            asked.append((found.before, old, ADMIN))
        turns = [(taken, build, pages(build.clients[who], way)) for taken, build, who in asked]
        for _, _, each in turns:
            next(each)  # read from the disk, compiled
        for taken, build, _ in turns:
            taken.cpu_ms[way] = -build.cpu_s() * 1000
        for _ in range(requests):
            for taken, _, each in turns:
                taken.ms.setdefault(way, []).append(next(each))
        for taken, build, _ in turns:
            taken.cpu_ms[way] = (taken.cpu_ms[way] + build.cpu_s() * 1000) / requests
    return found


def figures(readings: Readings) -> dict[str, Any]:
    """What is told of a list: its median, the 95th percentile of its slowest way, and that way.

    ``vs_previous`` is how long today's build takes of what the older one takes, by the sum of the
    medians of the ways that both answer: below 1 it is faster. ``cpu_vs_previous`` is the same of
    what their processes compute.
    """
    ours, before = readings.ours, readings.before
    p95 = {way: float(np.percentile(took, 95)) for way, took in ours.ms.items()}
    slowest = max(p95, key=lambda way: p95[way])
    told: dict[str, Any] = {
        "p50_ms": round(float(np.median([ms for took in ours.ms.values() for ms in took])), 1),
        "p95_ms": round(p95[slowest], 1),
        "cpu_ms": round(max(ours.cpu_ms.values()), 1),
        "slowest": slowest,
    }
    if before.ms:
        told["vs_previous"] = _ratio(
            sum(float(np.median(ours.ms[way])) for way in before.ms),
            sum(float(np.median(took)) for took in before.ms.values()),
        )
        told["cpu_vs_previous"] = _ratio(
            sum(ours.cpu_ms[way] for way in before.ms), sum(before.cpu_ms.values())
        )
    return told


def _ratio(ours: float, before: float) -> float | None:
    """None where it was too little to be counted."""
    return round(ours / before, 2) if before > 0 else None


def _engine(name: str, url: str, folder: Path, size: Size, options: _Options) -> dict[str, Any]:
    """One engine: fill, start, ask."""
    print(f"{name}: {size} …", file=sys.stderr)
    began_s = time.monotonic()
    make_before(url, size)
    old_url = options.copy(url, folder) if options.before is not None else None
    upgrade(url, folder / "lock")
    fill(url, size)
    print(f"filled in {time.monotonic() - began_s:.0f} s", file=sys.stderr)
    running = demo_processes.Processes(folder / "log")
    with contextlib.ExitStack() as stack:
        stack.callback(running.stop_all)
        ours = answering(running, today(), url, folder / "today", (ADMIN, MANAGER, COOK), stack)
        old = None
        if old_url is not None and options.before is not None:
            where = folder / "before"
            old = answering(running, options.before, old_url, where, (ADMIN,), stack)
        empty = figures(read(EMPTY, ours, None, options.requests))
        lists = {
            each: figures(read(listed, ours, old, options.requests))
            for each, listed in LISTS.items()
        }
        judging = bench_api_judging.measure(
            ours.clients[ADMIN], ours.clients[MANAGER], options.judged
        )
    _print(name, empty, lists, judging)
    return {
        "lists": lists,
        "empty_ms": {"p50": empty["p50_ms"], "p95": empty["p95_ms"], "cpu": empty["cpu_ms"]},
        "slowest_p95_ms": max(each["p95_ms"] for each in lists.values()),
        "vs_previous": {
            each: {"time": told["vs_previous"], "cpu": told["cpu_vs_previous"]}
            for each, told in lists.items()
            if "vs_previous" in told
        },
        "judged_together": judging,
    }


def _print(
    name: str, empty: Mapping[str, Any], lists: Mapping[str, Any], judging: Mapping[str, Any]
) -> None:
    heads = ("p50", "p95", "cpu", "× empty", "× before", "× cpu")
    print(f"{name:<24}{''.join(f'{head:>9}' for head in heads)}", file=sys.stderr)
    for each, took in {_EMPTY: empty, **lists}.items():
        ratio = took["p50_ms"] / empty["p50_ms"]
        print(
            f"{each:<24}{took['p50_ms']:>9.1f}{took['p95_ms']:>9.1f}"
            f"{took['cpu_ms']:>9.1f}{ratio:>9.1f}"
            f"{took.get('vs_previous', ''):>9}{took.get('cpu_vs_previous', ''):>9}"
            f"   {took['slowest']}",
            file=sys.stderr,
        )
    print(json.dumps(judging), file=sys.stderr)


@dataclass(frozen=True, slots=True)
class _Options:
    requests: int
    judged: int
    before: Build | None
    server: postgres.Server | None = None

    def copy(self, url: str, folder: Path) -> str:
        """The same rows in a database of their own, for the older build."""
        if self.server is None:
            shutil.copy(folder / "mingan.db", folder / "before.db")
            return f"sqlite+aiosqlite:///{folder / 'before.db'}"
        name = url.partition("@/")[2].partition("?")[0]
        return self.server.url(self.server.create(template=name))


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench api", description=__doc__)
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--schools", type=int, default=100)
    parser.add_argument("--cameras", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=40, help="of each way to ask; default 40")
    parser.add_argument("--judged", type=int, default=5000, help="confirmed at once; default 5000")
    parser.add_argument(
        "--against", default=_BEFORE, metavar="COMMIT", help="older build; '' for none"
    )
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="this one alone")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Measure on each engine.

    Args:
        arguments: Options.
        as_json: Print the JSON object alone.
    """
    given = _parsed(arguments)
    size = Size(given.alerts, given.orders, given.schools, given.cameras)
    engines: dict[str, dict[str, Any]] = {}
    load = os.getloadavg()[1]
    with tempfile.TemporaryDirectory() as home, contextlib.redirect_stdout(sys.stderr):
        before = None
        if given.against:
            try:
                before = checkout(given.against, Path(home) / "build")
            except subprocess.CalledProcessError:
                print(f"{given.against} is not in this repository: no ratios", file=sys.stderr)
        if given.engine != "postgresql":
            folder = Path(home) / "sqlite"
            folder.mkdir()
            options = _Options(given.requests, given.judged, before)
            url = f"sqlite+aiosqlite:///{folder / 'mingan.db'}"
            engines["sqlite"] = _engine("SQLite", url, folder, size, options)
        if given.engine == "sqlite":
            pass
        elif (reason := postgres.why_not()) is not None:
            print(f"PostgreSQL: {reason}", file=sys.stderr)
        else:
            folder = Path(home) / "postgresql"
            folder.mkdir()
            with postgres.running_server(is_synced=True) as server:
                options = _Options(given.requests, given.judged, before, server)
                url = server.url(server.create())
                engines["postgresql"] = _engine("PostgreSQL", url, folder, size, options)
    told = {
        "alerts": size.alerts,
        "orders": size.orders,
        "schools": size.schools,
        "cameras": size.cameras,
        "against": None if before is None else given.against,
        "load": [round(each, 1) for each in (load, os.getloadavg()[1])],
        "slowest_p95_ms": max(each["slowest_p95_ms"] for each in engines.values()),
        "engines": engines,
    }
    print(json.dumps(told, indent=None if as_json else 2, ensure_ascii=False))
    return 0

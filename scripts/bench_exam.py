"""``scripts/bench exam``: what the table of an exam day costs, and how soon it shows a change.

Boxes of 1,300 rooms with a camera each beat and report over the real wire; each minute some cameras
fall silent or come back, clocks leap, footage is missing. First without an exam: ordinary cameras,
and consoles that listen (the reference). Then all rooms sit a session that runs, and the consoles
show its table as the real one does: they hear of changes, wait until they have settled, and read
the rows that changed; every half a minute they read the whole table. ``visible_s`` is the time from
sending a change until a console has it. CPU is what the centre's process computes, as part of one
core.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import demo_processes
import httpx
import numpy as np
from bench_api_build import Answering, answering
from bench_api_lists import EMPTY
from bench_builds import today
from bench_exam_boxes import ADMIN, KINDS, Boxes, Change, Size, fill
from bench_exam_console import Console
from bench_exam_sitting import sit

from api.db.migrate import upgrade
from tests.support import postgres

_VISIBLE_S = 2.0
_CPU_SHARE = 0.25
_WARM_UP_S = 10.0
"""What the first requests compile."""
_READINGS = 20
_LEFT_S = 6.0
"""After the last change consoles may still show it."""


async def probe(client: httpx.Client, took_ms: list[float]) -> None:
    """Ask for an empty list each second: what a request takes at least, as busy as all is."""
    async with httpx.AsyncClient(
        base_url=str(client.base_url), cookies=dict(client.cookies), timeout=60.0, trust_env=False
    ) as own:
        while True:
            begun_s = time.monotonic()
            (await own.get(f"/api/v1{EMPTY.ways[0]}")).raise_for_status()
            took_ms.append((time.monotonic() - begun_s) * 1000)
            await asyncio.sleep(1)


async def phase(
    centre: Answering, boxes: Boxes, given: argparse.Namespace, consoles: Sequence[Console]
) -> dict[str, Any]:
    """Boxes and consoles for so long; what it cost."""
    empty_ms: list[float] = []
    readies = [asyncio.Event() for _ in consoles]
    tasks = [
        asyncio.create_task(each.run(ready)) for each, ready in zip(consoles, readies, strict=True)
    ]
    try:
        for ready in readies:
            await ready.wait()
        await boxes.run(_WARM_UP_S)
        boxes.late_s.clear()
        before = boxes.changes
        tasks.append(asyncio.create_task(probe(centre.clients[ADMIN], empty_ms)))
        begun_s, cpu_s = time.monotonic(), centre.cpu_s()
        await boxes.run(given.seconds)
        took_s, used_s = time.monotonic() - begun_s, centre.cpu_s() - cpu_s
        await asyncio.sleep(_LEFT_S)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {
        "cpu_share": round(used_s / took_s, 3),
        "changes": boxes.changes - before,
        "late_p95_s": round(float(np.percentile(boxes.late_s, 95)), 2),
        "empty_ms": spread(empty_ms),
    }


def seen(consoles: Sequence[Console]) -> dict[str, Any]:
    """How soon the consoles showed what changed, and what their readings took."""
    by_kind = {kind: [s for each in consoles for s in each.visible_s[kind]] for kind in KINDS}
    by_kind["all"] = [s for own in by_kind.values() for s in own]
    return {
        "missed": sum(each.missed for each in consoles),
        "visible_s": {kind: spread(own) for kind, own in by_kind.items()},
        "rows_ms": spread([ms for each in consoles for ms in each.row_ms]),
        "whole_ms": spread([ms for each in consoles for ms in each.whole_ms]),
    }


def cost(centre: Answering, table: str, only: Sequence[int]) -> dict[str, float]:
    """CPU milliseconds of a reading while nobody else asks: of one row, of 20, of all."""
    client = centre.clients[ADMIN]
    found = {}
    for name, query in (("row", only[:1]), ("rows_20", only[:20]), ("whole", ())):
        asked: dict[str, Any] = {"sitting": list(query)} if query else {}
        client.get(table, params=asked, timeout=60).raise_for_status()
        before_s = centre.cpu_s()
        for _ in range(_READINGS):
            client.get(table, params=asked, timeout=60).raise_for_status()
        found[name] = round((centre.cpu_s() - before_s) * 1000 / _READINGS, 1)
    return found


def spread(values: Sequence[float]) -> dict[str, float | int | None]:
    """Median and 95th percentile; null of nothing."""
    if not values:
        return {"p50": None, "p95": None, "n": 0}
    p50, p95 = (round(float(np.percentile(values, share)), 2) for share in (50, 95))
    return {"p50": p50, "p95": p95, "n": len(values)}


def _to_all(consoles: Sequence[Console]) -> Callable[[Change], None]:
    def told(change: Change) -> None:
        for each in consoles:
            each.await_change(change)

    return told


def _engine(name: str, url: str, folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    size = Size(given.rooms, given.schools)
    upgrade(url, folder / "lock")
    fill(url, size)
    running = demo_processes.Processes(folder / "log")
    with contextlib.ExitStack() as stack:
        stack.callback(running.stop_all)
        centre = answering(running, today(), url, folder / "today", (ADMIN,), stack)
        client = centre.clients[ADMIN]
        boxes = Boxes(str(client.base_url), size, given.changes)
        asyncio.run(boxes.begin())
        listening = [Console(client, None, {}) for _ in range(given.consoles)]
        ordinary = asyncio.run(phase(centre, boxes, given, listening))
        print(f"{name} ordinary: {json.dumps(ordinary)}", file=sys.stderr)
        table, rows = sit(client, size)
        showing = [Console(client, table, rows) for _ in range(given.consoles)]
        boxes.on_change = _to_all(showing)
        exam = asyncio.run(phase(centre, boxes, given, showing)) | seen(showing)
        exam["reading_cpu_ms"] = cost(centre, table, list(rows.values()))
        print(f"{name} exam: {json.dumps(exam)}", file=sys.stderr)
    more = round(exam["cpu_share"] - ordinary["cpu_share"], 3)
    return {"ordinary": ordinary, "exam": exam, "table_cpu_share": more}


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench exam", description=__doc__)
    parser.add_argument("--rooms", type=int, default=1300)
    parser.add_argument("--schools", type=int, default=44, help="each with a box; default 44")
    parser.add_argument("--consoles", type=int, default=1, help="that show the table; default 1")
    parser.add_argument("--changes", type=float, default=60.0, help="a minute; default 60")
    parser.add_argument("--seconds", type=float, default=120.0, help="of each phase; default 120")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="this one alone")
    given = parser.parse_args(arguments)
    if min(given.rooms, given.schools, given.consoles, given.seconds, given.changes) <= 0:
        parser.error("rooms, schools, consoles, changes and seconds must be positive")
    return given


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Measure on each engine.

    Args:
        arguments: Options.
        as_json: Print the JSON object alone.
    """
    given = _parsed(arguments)
    engines: dict[str, dict[str, Any]] = {}
    load = os.getloadavg()[1]
    with tempfile.TemporaryDirectory() as home, contextlib.redirect_stdout(sys.stderr):
        if given.engine != "postgresql":
            folder = Path(home) / "sqlite"
            folder.mkdir()
            url = f"sqlite+aiosqlite:///{folder / 'mingan.db'}"
            engines["sqlite"] = _engine("SQLite", url, folder, given)
        if given.engine == "sqlite":
            pass
        elif (reason := postgres.why_not()) is not None:
            print(f"PostgreSQL: {reason}", file=sys.stderr)
        else:
            folder = Path(home) / "postgresql"
            folder.mkdir()
            with postgres.running_server(is_synced=True) as server:
                engines["postgresql"] = _engine(
                    "PostgreSQL", server.url(server.create()), folder, given
                )
    told = {
        "bench": "exam",
        "rooms": given.rooms,
        "consoles": given.consoles,
        "changes_a_minute": given.changes,
        "visible_p95_s": max(each["exam"]["visible_s"]["all"]["p95"] for each in engines.values()),
        "table_cpu_share": max(each["table_cpu_share"] for each in engines.values()),
        "cpu_share": max(each["exam"]["cpu_share"] for each in engines.values()),
        "targets": {"visible_p95_s": _VISIBLE_S, "table_cpu_share": _CPU_SHARE},
        "load": [round(each, 1) for each in (load, os.getloadavg()[1])],
        "engines": engines,
    }
    print(json.dumps(told, indent=None if as_json else 2, ensure_ascii=False))
    return 0

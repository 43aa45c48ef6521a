"""``scripts/bench compliance``: a district's footage judged anew, and the page that shows it.

A district is made whose cameras reported on each of ninety days. The real command centre judges
every camera-day by the profile of its day, as an administrator asks it to: from the rows that hold
what was told to the verdict that is stored (``audit_cpu_s``, CPU seconds of its process, on
PostgreSQL all but the server's part). Then it judges all of them once more, which changes nothing
(``again_cpu_s``), and answers the district's page and one school's over loopback.

Beside that, in this process and one of its own, the judging code of an older build judges the same
cameras' footage of the same days: ``vs_previous`` is how many times as long it takes. ``differing``
counts verdicts in which the two disagree, and is 0 or something is wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import demo_processes
import httpx
from bench_api import figures, read
from bench_api_build import Answering, answering
from bench_api_lists import EMPTY, Listed
from bench_builds import Build, checkout, today
from bench_compliance_district import ADMIN, ZONE, Size, fill, present, story

from api.compliance.judging import judge_camera
from api.compliance.rules import Demand
from api.contract.footage.calendar_ms import Calendar
from api.db.migrate import upgrade
from api.settings import ENV_PREFIX
from tests.support import postgres

_BEFORE = "f3cd091"
"""The last build that judged on the box alone."""
_AUDIT_CPU_S, _PAGE_P95_MS, _VS_PREVIOUS = 60, 300, 5
_DAYS = 30
_ENDS_S = 1800.0

_OLD = """
import json, sys, time
from zoneinfo import ZoneInfo
from pipeline.recorders.spans import Span, clip, holes
from pipeline.recorders.verdict import Known, Requirement, judge

told = json.load(sys.stdin)
asked = Requirement(told["days"], None, ZoneInfo(told["zone"]))
states, took_s = [], 0.0
for camera in told["cameras"]:
    missing = [Span(start / 1000, end / 1000) for start, end in camera["holes"]]
    life_s = camera["life_ms"] / 1000
    for as_of_ms, front_ms, start_ms in camera["days"]:
        whole = Span(front_ms / 1000, as_of_ms / 1000)
        spans = holes(clip(missing, whole), whole)
        known = Known(installed_s=life_s, oldest_trace_s=front_ms / 1000)
        window = Span(start_ms / 1000, as_of_ms / 1000)
        begun_s = time.process_time()
        found = judge(spans, window, asked, known)
        took_s += time.process_time() - begun_s
        states.append(found.state.value)
print(json.dumps({"took_s": took_s, "states": states}))
"""


def compare(before: Build, size: Size, cameras: int) -> dict[str, Any]:
    """Judge some cameras with today's code and with the older build's."""
    now = present()
    calendar = Calendar(ZONE, now.astimezone(ZONE).date())
    stories = [found for n in range(cameras) if (found := story(n, size, now)) is not None]
    all_rows = [[(row, Demand(1, _DAYS, None, None)) for row in each.rows()] for each in stories]
    begun_s = time.process_time()
    ours = [judge_camera(n, rows, calendar) for n, rows in enumerate(all_rows)]
    ours_s = time.process_time() - begun_s
    told = {
        "days": _DAYS,
        "zone": ZONE.key,
        "cameras": [
            {
                "holes": [(hole.start_ms, hole.end_ms) for hole in each.holes],
                "life_ms": each.life_ms,
                "days": [
                    (row.as_of_ms, row.front_ms, calendar.days_before(row.as_of_ms, _DAYS))
                    for row, _ in rows
                ],
            }
            for each, rows in zip(stories, all_rows, strict=True)
        ],
    }
    ended = subprocess.run(
        [sys.executable, "-c", _OLD],
        input=json.dumps(told),
        env=os.environ | {"PYTHONPATH": str(before.folder), "PYTHONSAFEPATH": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    theirs = json.loads(ended.stdout)
    states = [verdict.state for verdicts in ours for verdict in verdicts]
    pairs = zip(states, theirs["states"], strict=True)
    return {
        "camera_days": len(states),
        "ours_us": round(ours_s / len(states) * 1e6, 1),
        "previous_us": round(theirs["took_s"] / len(states) * 1e6, 1),
        "vs_previous": round(theirs["took_s"] / ours_s, 1),
        "differing": sum(one != other for one, other in pairs),
    }


def _audit(client: httpx.Client, centre: Answering, size: Size) -> dict[str, Any]:
    """Have everything judged again, and wait for it."""
    until = present().astimezone(ZONE).date()
    told = {
        "from_day": str(until.fromordinal(until.toordinal() - size.days)),
        "until_day": str(until),
        "reason": "bench",
    }
    cpu_s, begun_s = centre.cpu_s(), time.monotonic()
    asked = client.post("/api/v1/compliance/judgements", json=told)
    asked.raise_for_status()
    while time.monotonic() - begun_s < _ENDS_S:
        time.sleep(1.0)
        items = client.get("/api/v1/compliance/judgements").json()["items"]
        [run] = [each for each in items if each["id"] == asked.json()["id"]]
        if run["ended_at"] is not None:
            return {
                "cpu_s": round(centre.cpu_s() - cpu_s, 1),
                "took_s": round(time.monotonic() - begun_s, 1),
                "camera_days": run["days_judged"],
            }
    raise SystemExit("the audit did not end")


def _engine(name: str, url: str, folder: Path, size: Size, requests: int) -> dict[str, Any]:
    print(f"{name}: {size} …", file=sys.stderr)
    upgrade(url, folder / "lock")
    fill(url, size, present())
    running = demo_processes.Processes(folder / "log")
    with contextlib.ExitStack() as stack:
        stack.callback(running.stop_all)
        centre = answering(running, today(), url, folder / "today", (ADMIN,), stack)
        client = centre.clients[ADMIN]
        audit = _audit(client, centre, size)
        again = _audit(client, centre, size)
        pages = {
            page: figures(read(Listed(page, (path,)), centre, None, requests))
            for page, path in (
                ("district", "/compliance/schools"),
                ("school", "/compliance/schools/school-7"),
            )
        }
        empty = figures(read(EMPTY, centre, None, requests))
        line = client.get("/api/v1/compliance/schools").json()["items"][0]
    print(f"{name}: {json.dumps(audit)} {json.dumps(pages)}", file=sys.stderr)
    return {
        "audit_cpu_s": audit["cpu_s"],
        "audit_s": audit["took_s"],
        "camera_days": audit["camera_days"],
        "again_cpu_s": again["cpu_s"],
        "page_p95_ms": pages["district"]["p95_ms"],
        "page_p50_ms": pages["district"]["p50_ms"],
        "page_cpu_ms": pages["district"]["cpu_ms"],
        "school_p95_ms": pages["school"]["p95_ms"],
        "empty_p50_ms": empty["p50_ms"],
        "first_school": line["sentence"]["zh"],
    }


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench compliance", description=__doc__)
    parser.add_argument("--cameras", type=int, default=6000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--schools", type=int, default=240)
    parser.add_argument("--requests", type=int, default=40, help="of each page; default 40")
    parser.add_argument("--compared", type=int, default=300, help="cameras judged by both builds")
    parser.add_argument("--against", default=_BEFORE, metavar="COMMIT", help="older build")
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), help="this one alone")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Measure on each engine.

    Args:
        arguments: Options.
        as_json: Print the JSON object alone.
    """
    given = _parsed(arguments)
    size = Size(given.cameras, given.days, given.schools)
    # Nobody beats here, and what was told must count until the last page was asked for.
    os.environ[f"{ENV_PREFIX}LOST_AFTER_S"] = "86400"
    engines: dict[str, dict[str, Any]] = {}
    load = os.getloadavg()[1]
    with tempfile.TemporaryDirectory() as home, contextlib.redirect_stdout(sys.stderr):
        compared: dict[str, Any] = {}
        try:
            before = checkout(given.against, Path(home) / "build")
            compared = compare(before, size, min(given.compared, size.cameras))
        except subprocess.CalledProcessError:
            print(f"{given.against} is not in this repository: no ratio", file=sys.stderr)
        if given.engine != "postgresql":
            folder = Path(home) / "sqlite"
            folder.mkdir()
            url = f"sqlite+aiosqlite:///{folder / 'mingan.db'}"
            engines["sqlite"] = _engine("SQLite", url, folder, size, given.requests)
        if given.engine == "sqlite":
            pass
        elif (reason := postgres.why_not()) is not None:
            print(f"PostgreSQL: {reason}", file=sys.stderr)
        else:
            folder = Path(home) / "postgresql"
            folder.mkdir()
            with postgres.running_server(is_synced=True) as server:
                url = server.url(server.create())
                engines["postgresql"] = _engine("PostgreSQL", url, folder, size, given.requests)
    told = {
        "cameras": size.cameras,
        "days": size.days,
        "schools": size.schools,
        "audit_cpu_s": max(each["audit_cpu_s"] for each in engines.values()),
        "page_p95_ms": max(each["page_p95_ms"] for each in engines.values()),
        "vs_previous": compared.get("vs_previous"),
        "targets": {
            "audit_cpu_s": _AUDIT_CPU_S,
            "page_p95_ms": _PAGE_P95_MS,
            "vs_previous": _VS_PREVIOUS,
        },
        "judging": compared,
        "load": [round(each, 1) for each in (load, os.getloadavg()[1])],
        "engines": engines,
    }
    print(json.dumps(told, indent=None if as_json else 2, ensure_ascii=False))
    return 0

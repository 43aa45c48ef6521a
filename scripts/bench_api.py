"""``scripts/bench api``: how long lists take where much is in the database.

A district is made: schools with cameras, alerts with pictures and histories, and a work order for
every fifth alert. The real command centre then answers a signed-in administrator over loopback,
one request after the other: each list's first page, its filters, and pages further on. Beside them,
in the same run, a list that is empty: what a request costs at least. On SQLite and, where it is
installed, on PostgreSQL. Figures are milliseconds until the whole answer is there.
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
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import demo_processes
import httpx
import numpy as np
import sqlalchemy as sa
from bench_stack import free_port
from demo_district import own_password, sign_in

from api.db.migrate import sync_engine, upgrade
from api.db.models import User
from api.db.order import OrderHistory, OrderSource, WorkOrder
from api.settings import ENV_PREFIX
from tests.support import postgres, v1_database
from tests.support.v1_database import T0

_MINGAN = str(Path(sys.executable).with_name("mingan"))
_READY_S = 120.0
_EMPTY = "empty"
_ADMIN = "wang.li"
"""The administrator of the generated database."""
LISTS: dict[str, tuple[str, ...]] = {
    _EMPTY: ("/privacy/requests",),
    "alerts": (
        "/alerts?limit=50",
        "/alerts?limit=50&order=class&status=pending_review",
        "/alerts?limit=50&status=confirmed&school_id=school-7",
        "/alerts?limit=50&rule=perimeter_intrusion&risk=class_2",
    ),
    "orders": (
        "/orders?limit=50",
        "/orders?limit=50&state=pending_verification",
        "/orders?limit=50&overdue=true",
        "/orders?limit=50&mine=true",
        "/orders?limit=50&state=closed&school_id=school-7",
    ),
    "audit": ("/audit?limit=50", "/audit?limit=50&action=order_assigned"),
    "cameras": ("/cameras",),
    "register": ("/register",),
    "retention": ("/compliance/retention",),
    "schools": ("/schools",),
    "boxes": ("/boxes",),
    "users": ("/users",),
    "jobs": ("/jobs",),
}
"""Each list with the ways it is asked for."""
_STATES = ("assigned", "feedback_received", "rectifying", "pending_verification", "closed")


def _orders(engine: sa.Engine, count: int) -> None:
    """A work order for each of the first alerts that were confirmed; an administrator."""
    with engine.begin() as connection:
        connection.execute(sa.update(User).values(role="district_admin"))
        columns: tuple[sa.ColumnClause[Any], ...] = (
            sa.column("id", sa.Uuid()),
            sa.column("school_id"),
            sa.column("status", sa.Text),
        )
        alerts = sa.table("alerts", *columns)
        wanted = sa.select(alerts.c.id, alerts.c.school_id).where(alerts.c.status == "confirmed")
        found = list(connection.execute(wanted.limit(count)))
        for begin in range(0, len(found), 2000):
            rows = list(enumerate(found[begin : begin + 2000], begin + 1))
            connection.execute(
                sa.insert(WorkOrder), [_order(number, school) for number, (_, school) in rows]
            )
            sources = [
                {"order_id": number, "kind": "alert", "alert_id": alert, "text": ""}
                for number, (alert, _) in rows
            ]
            connection.execute(sa.insert(OrderSource), sources)
            told = [
                {"order_id": n, "at": T0, "action": "assigned", "by": "admin"}
                | {"state": "assigned", "note": ""}
                for n, _ in rows
            ]
            connection.execute(sa.insert(OrderHistory), told)
    engine.dispose()


def _order(number: int, school_id: str) -> dict[str, Any]:
    state = _STATES[number % len(_STATES)]
    is_closed = state == "closed"
    return {
        "id": number,
        "school_id": school_id,
        "version": 1,
        "state": state,
        "round": 0,
        "risk": f"class_{1 + number % 3}",
        "subject": ("safety", "canteen", "equipment")[number % 3],
        "created_at": T0 - timedelta(minutes=number),
        "created_by": "admin",
        "due_at": T0 + timedelta(minutes=number % 10_000 - 5_000),
        "rectified_by": "li" if is_closed else None,
        "rectified_at": T0 if is_closed else None,
        "closed_by": "admin" if is_closed else None,
        "closed_at": T0 if is_closed else None,
    }


def _pages(client: httpx.Client, path: str, requests: int) -> Iterator[float]:
    """Milliseconds of each request; where there are pages, each asks for the next one."""
    cursor = None
    for _ in range(requests):
        url = httpx.URL(f"/api/v1{path}")
        begin_s = time.perf_counter()
        answer = client.get(url if cursor is None else url.copy_add_param("cursor", cursor))
        took_s = time.perf_counter() - begin_s
        answer.raise_for_status()
        cursor = answer.json().get("next_cursor")
        yield took_s * 1000


def _measure(console: str, password: str, requests: int) -> dict[str, dict[str, float]]:
    figures = {}
    with contextlib.closing(sign_in(console, _ADMIN, password)) as client:
        for path in (path for ways in LISTS.values() for path in ways):
            client.get(f"/api/v1{path}").raise_for_status()  # read from the disk, compiled
        for name, ways in LISTS.items():
            took = [ms for path in ways for ms in _pages(client, path, requests)]
            p50, p95 = np.percentile(took, (50, 95))
            figures[name] = {"p50_ms": round(p50, 1), "p95_ms": round(p95, 1)}
    return figures


def _new_password(folder: Path, environment: dict[str, str]) -> str:
    reset = subprocess.run(
        [_MINGAN, "api", "reset-password", _ADMIN, "--data-dir", str(folder)],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return reset.stdout.partition("console password: ")[2].strip()


def _engine(name: str, url: str, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """One engine: fill, start, ask."""
    print(f"{name}: {options.alerts} alerts, {options.orders} orders …", file=sys.stderr)
    cameras = [
        (f"camera-{number}", f"school-{number % options.schools}", f"第{number}学校")
        for number in range(options.cameras)
    ]
    v1_database.make(url, options.alerts, cameras)
    upgrade(url, folder / "lock")
    _orders(sync_engine(url), options.orders)
    environment = {f"{ENV_PREFIX}DATABASE_URL": url}
    running = demo_processes.Processes(folder / "log")
    port = free_port()
    try:
        api = running.start(
            "api",
            [_MINGAN, "api", "--data-dir", str(folder), "--port", str(port)],
            extra_environment=environment,
        )
        api.wait_until(
            lambda: api.printed("console: ") is not None, _READY_S, "the command centre is not up"
        )
        console = f"http://127.0.0.1:{port}"
        given = _new_password(folder, environment)
        lists = _measure(console, own_password(console, _ADMIN, given), options.requests)
    finally:
        running.stop_all()
    print(f"{name:<12}{'p50':>9}{'p95':>9}   × empty", file=sys.stderr)
    for each, took in lists.items():
        ratio = took["p50_ms"] / lists[_EMPTY]["p50_ms"]
        print(
            f"{each:<12}{took['p50_ms']:>9.1f}{took['p95_ms']:>9.1f}{ratio:>9.1f}",
            file=sys.stderr,
        )
    return {"lists": lists, "slowest_p95_ms": max(each["p95_ms"] for each in lists.values())}


def main(arguments: Sequence[str], *, as_json: bool) -> int:
    """Measure on each engine.

    Args:
        arguments: Options.
        as_json: Print the JSON object alone.
    """
    parser = argparse.ArgumentParser(prog="scripts/bench api", description=__doc__)
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--schools", type=int, default=100)
    parser.add_argument("--cameras", type=int, default=1000)
    parser.add_argument("--requests", type=int, default=40, help="of each way to ask; default 40")
    options = parser.parse_args(arguments)
    engines = {}
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "sqlite"
        folder.mkdir()
        url = f"sqlite+aiosqlite:///{folder / 'mingan.db'}"
        engines["sqlite"] = _engine("SQLite", url, folder, options)
        if (reason := postgres.why_not()) is not None:
            print(f"PostgreSQL: {reason}", file=sys.stderr)
        else:
            folder = Path(home) / "postgresql"
            folder.mkdir()
            with postgres.running_server() as server:
                engines["postgresql"] = _engine(
                    "PostgreSQL", server.url(server.create()), folder, options
                )
    told = {
        "alerts": options.alerts,
        "orders": options.orders,
        "cameras": options.cameras,
        "slowest_p95_ms": max(each["slowest_p95_ms"] for each in engines.values()),
        "engines": engines,
    }
    print(json.dumps(told, indent=None if as_json else 2))
    return 0

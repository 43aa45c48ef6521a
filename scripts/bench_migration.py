"""How long a database of before there were schools takes to become one of today.

    .venv/bin/python scripts/bench_migration.py [--alerts 100000]

Makes such a database on SQLite and, where it is installed, on PostgreSQL, brings it up to date, and
compares the number of rows of every table. Exits 1 when one differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from api.db.migrate import sync_engine, upgrade
from tests.support import postgres, v1_database

_CAMERAS = [(f"camera-{number}", "no-1", "第一小学") for number in range(32)]


def measure(name: str, url: str, alerts: int, folder: Path) -> bool:
    """One engine; answers whether every count agrees."""
    v1_database.make(url, alerts, _CAMERAS)
    engine = sync_engine(url)
    before = v1_database.counts(engine)
    engine.dispose()
    began_s = time.perf_counter()
    upgrade(url, folder / "lock")
    took_s = time.perf_counter() - began_s
    engine = sync_engine(url)
    after = v1_database.counts(engine)
    engine.dispose()
    before["boxes"] = before.pop("worker_tokens")
    lost = {
        table: (count, after[table]) for table, count in before.items() if after[table] != count
    }
    print(
        f"{name}: {alerts} alerts, {sum(before.values())} rows in {took_s:.1f} s; "
        f"{'every count agrees' if not lost else f'counts differ: {lost}'}"
    )
    return not lost


def main() -> int:
    """Both engines."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--alerts", type=int, default=100_000)
    alerts = parser.parse_args().alerts
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        agrees = measure("SQLite", f"sqlite+aiosqlite:///{folder / 'v1.db'}", alerts, folder)
        if (reason := postgres.why_not()) is not None:
            print(f"PostgreSQL: {reason}")
        else:
            with postgres.running_server() as server:
                url = server.url(server.create())
                agrees = measure("PostgreSQL", url, alerts, folder) and agrees
    return 0 if agrees else 1


if __name__ == "__main__":
    sys.exit(main())

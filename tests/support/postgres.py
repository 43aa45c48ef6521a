"""A PostgreSQL server of its own for a test run: a folder, a socket in it, no port.

Debian keeps ``initdb`` out of the path; it is looked for there too.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support import missing

_STARTS_S = 30.0
_SETTINGS = (
    "listen_addresses=",
    "max_connections=100",
    "timezone=Asia/Shanghai",
)
"""Not UTC: a moment that loses its offset on the way shall show."""
_UNSYNCED = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""Quick, for what need not outlive a cut of power."""


class Server:
    """A running server."""

    def __init__(self, folder: Path, user: str, pid: int) -> None:
        self._folder = folder
        self._user = user
        self.pid = pid
        self._numbers = itertools.count()

    def execute(self, statement: str) -> None:
        """Run one statement outside of a transaction."""
        import psycopg

        where = f"host={self._folder} user={self._user} dbname=postgres"
        with contextlib.closing(psycopg.connect(where, autocommit=True)) as connection:
            connection.execute(statement.encode())

    def create(self, template: str = "template0") -> str:
        """A new database, a copy of another; answers its name."""
        name = f"mingan_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        return name

    def drop(self, name: str) -> None:
        """Remove a database."""
        self.execute(f"DROP DATABASE {name}")

    def url(self, name: str) -> str:
        """The address of a database, as the settings want it."""
        return f"postgresql+psycopg://{self._user}@/{name}?host={self._folder}"


def find_initdb() -> Path | None:
    """Where PostgreSQL's programs are, if they are installed."""
    found = shutil.which("initdb")
    beside = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return Path(found).resolve() if found else next(iter(beside), None)


def why_not() -> str | None:
    """What is not installed that a server needs; one that is installed has to start."""
    if find_initdb() is None:
        return missing.debian("postgresql")
    if importlib.util.find_spec("psycopg") is None:
        return "psycopg is not installed: scripts/setup dev"
    return None


def _unprivileged() -> tuple[str, dict[str, Any]]:
    """PostgreSQL refuses to run as root: who runs it, as arguments of a process."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name, {}
    with contextlib.suppress(KeyError):
        account = pwd.getpwnam("postgres")
        return account.pw_name, {
            "user": account.pw_uid,
            "group": account.pw_gid,
            "extra_groups": [],
        }
    return "nobody", {"user": "nobody", "extra_groups": []}


@contextmanager
def running_server(*, is_synced: bool = False) -> Iterator[Server]:
    """Start a server with nothing in it, and remove it at the end.

    Args:
        is_synced: Whether a commit is on the disk before it is answered, as outside of tests.
    """
    initdb = find_initdb()
    assert initdb is not None, why_not()
    user, identity = _unprivileged()
    # Not pytest's folder: the path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="mingan-pg-"))
    if identity:
        shutil.chown(folder, user)
    try:
        data = folder / "data"
        how = ["--no-sync", "-A", "trust", "-U", user, "-E", "UTF8", "--locale=C", "-D", str(data)]
        made = subprocess.run(
            [initdb, *how], check=False, capture_output=True, text=True, cwd=folder, **identity
        )
        assert made.returncode == 0, made.stderr
        settings = _SETTINGS if is_synced else (*_SETTINGS, *_UNSYNCED)
        options = [argument for each in settings for argument in ("-c", each)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [initdb.with_name("postgres"), "-D", data, "-k", folder, *options],
                stdout=log,
                stderr=log,
                cwd=folder,
                **identity,
            )
        try:
            _wait(initdb.with_name("pg_isready"), folder, process)
            yield Server(folder, user, process.pid)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait()
    finally:
        shutil.rmtree(folder)


def _wait(is_ready: Path, folder: Path, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTS_S
    while subprocess.run([is_ready, "-q", "-h", folder], check=False).returncode != 0:
        log = (folder / "log").read_text("utf-8", "replace")
        assert process.poll() is None, log
        assert time.monotonic() < until, log
        time.sleep(0.05)

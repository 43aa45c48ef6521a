"""The builds that ``scripts/bench api`` asks: today's, and an older one in a folder of its own.

The older one runs with today's packages: what is compared is the code.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import demo_processes
import httpx
from bench_stack import free_port, usage
from demo_district import own_password, sign_in

from api.settings import ENV_PREFIX

_ROOT = Path(__file__).resolve().parent.parent
_READY_S = 120.0
_RUN = "from pipeline.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Build:
    """Source code that can be run."""

    name: str
    folder: Path

    def command(self, *arguments: str) -> list[str]:
        """How its command line is called."""
        return [sys.executable, "-c", _RUN, *arguments]

    def environment(self, url: str) -> dict[str, str]:
        """Beyond one's own."""
        # Its own processes too take nothing from the folder they are started in.
        own = {"PYTHONPATH": str(self.folder), "PYTHONSAFEPATH": "1"}
        return own | {f"{ENV_PREFIX}DATABASE_URL": url}


def today() -> Build:
    """The one this script is of."""
    return Build("today", _ROOT)


def checkout(commit: str, folder: Path) -> Build:
    """An older one, taken out of the repository.

    Raises:
        subprocess.CalledProcessError: If the repository has no such commit.
    """
    packed = subprocess.run(
        ["git", "-C", str(_ROOT), "archive", commit], check=True, stdout=subprocess.PIPE
    )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return Build("before", folder)


def _new_password(build: Build, url: str, folder: Path, username: str) -> str:
    reset = subprocess.run(
        build.command("api", "reset-password", username, "--data-dir", str(folder)),
        env=os.environ | build.environment(url),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return reset.stdout.partition("console password: ")[2].strip()


@dataclass(frozen=True, slots=True)
class Answering:
    """A build that runs.

    Attributes:
        clients: Signed in, by who asks.
        pid: Of its process, which may have others.
    """

    clients: dict[str, httpx.Client]
    pid: int

    def cpu_s(self) -> float:
        """CPU seconds it took so far."""
        return usage(self.pid).cpu_s


def answering(
    running: demo_processes.Processes,
    build: Build,
    url: str,
    folder: Path,
    people: Sequence[str],
    stack: contextlib.ExitStack,
) -> Answering:
    """Start a build on a filled database, and sign these people in."""
    folder.mkdir()
    port = free_port()
    child = running.start(
        build.name,
        build.command("api", "--data-dir", str(folder), "--port", str(port)),
        extra_environment=build.environment(url),
    )
    child.wait_until(
        lambda: child.printed("console: ") is not None, _READY_S, "the command centre is not up"
    )
    console = f"http://127.0.0.1:{port}"
    clients = {}
    for username in people:
        given = _new_password(build, url, folder, username)
        password = given if build.name == "before" else own_password(console, username, given)
        clients[username] = stack.enter_context(
            contextlib.closing(sign_in(console, username, password))
        )
    return Answering(clients, child.process.pid)

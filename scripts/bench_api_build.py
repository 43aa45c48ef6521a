"""The command centres that ``scripts/bench api`` asks: of today's build and of an older one."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import demo_processes
import httpx
from bench_builds import Build
from bench_stack import free_port, usage
from demo_district import own_password, sign_in

from api.settings import ENV_PREFIX

_READY_S = 120.0


def environment_on(build: Build, url: str) -> dict[str, str]:
    """What a build needs to run on a database."""
    return build.environment() | {f"{ENV_PREFIX}DATABASE_URL": url}


def _new_password(build: Build, url: str, folder: Path, username: str) -> str:
    reset = subprocess.run(
        build.command("api", "reset-password", username, "--data-dir", str(folder)),
        env=os.environ | environment_on(build, url),
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
        extra_environment=environment_on(build, url),
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

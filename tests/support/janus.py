"""The engine of video meetings: a real Janus of a test's own, started with the files we write."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.meetings.engine_files import EngineSecrets, write_engine_files
from api.meetings.settings import MeetingSettings
from tests.support import missing

_STARTS_S = 30.0


def why_not() -> str | None:
    """What is not installed that it needs."""
    return missing.debian("janus") if shutil.which("janus") is None else None


def free_ports() -> MeetingSettings:
    """Settings with two ports of this machine that nobody uses."""
    with socket.socket() as one, socket.socket() as other:
        for each in (one, other):
            each.bind(("127.0.0.1", 0))
        return MeetingSettings(
            engine_port=one.getsockname()[1],
            admin_port=other.getsockname()[1],
            media_port_first=41000,
            media_port_last=41199,
        )


@contextmanager
def running(folder: Path) -> Iterator[tuple[MeetingSettings, EngineSecrets]]:
    """Start one and wait until it listens; ended with the block."""
    settings = free_ports()
    known = write_engine_files(folder, settings)
    log = folder / "janus.log"
    with log.open("wb") as to:
        process = subprocess.Popen(["janus", "-F", folder], stdout=to, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + _STARTS_S
        while not _listens(settings.engine_port) or not _listens(settings.admin_port):
            shown = log.read_text("utf-8", errors="replace")[-2000:]
            assert process.poll() is None, shown
            assert time.monotonic() < until, shown
            time.sleep(0.02)
        yield settings, known
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

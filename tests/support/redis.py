"""A Redis server of its own for a test run: a folder, a socket in it, no port, nothing kept."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support import missing

_STARTS_S = 30.0
_KEEPS_NOTHING = ("--save", "", "--appendonly", "no")


def why_not() -> str | None:
    """What is not installed that a server needs."""
    if shutil.which("redis-server") is None:
        return missing.debian("redis-server")
    if importlib.util.find_spec("redis") is None:
        return "the client of Redis is not installed: scripts/setup dev"
    return None


class Server:
    """A server that can be killed and started again, with nothing of what it held."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, as the settings want it."""
        return f"unix://{self._folder}/redis.sock"

    def start(self) -> None:
        """Start it and wait until it answers."""
        socket = self._folder / "redis.sock"
        socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", socket, *_KEEPS_NOTHING],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + _STARTS_S
        while not socket.exists():
            assert self._process.poll() is None, "redis-server ended"
            assert time.monotonic() < until, "redis-server did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, and remove it at the end."""
    # Not pytest's folder: the path of a socket has at most 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="mingan-redis-"))
    server = Server(folder)
    try:
        server.start()
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)

"""What the benchmarks that run real processes share: cameras, centre and worker, and their cost.

The worker is ``mingan worker`` with a configuration file, the centre ``mingan api``, the cameras
GStreamer's rtsp-server (``bench_cameras``), each a process of its own over loopback. CPU seconds
are user and system time of a process with its children, as the kernel counts them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import demo_processes
import httpx
from bench_builds import Build, today
from bench_film import Film

SYSTEM_PYTHON = "/usr/bin/python3"
APT_LINE = (
    "apt-get install motion python3-gi gir1.2-gst-rtsp-server-1.0 "
    "gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
)
_HAS_GSTREAMER = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); "
    "from gi.repository import Gst, GstRtspServer; Gst.init(None); "
    "import sys; sys.exit(not all(map(Gst.ElementFactory.find, "
    "('appsrc', 'h264parse', 'rtph264pay'))))"
)
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class MissingToolError(Exception):
    """Something the benchmark needs is not installed; its text says what and how to get it."""


def require_tools(*, motion: bool) -> None:
    """Check that the cameras' server, and ``motion`` if asked for, are there.

    Raises:
        MissingToolError: One of them is not.
    """
    missing = []
    python = Path(SYSTEM_PYTHON)
    if (
        not python.exists()
        or subprocess.run(
            [python, "-c", _HAS_GSTREAMER], capture_output=True, check=False
        ).returncode
    ):
        missing.append("GStreamer's rtsp-server with its Python bindings")
    if motion and shutil.which("motion") is None:
        missing.append("the daemon motion")
    if missing:
        raise MissingToolError(f"missing: {', '.join(missing)}. On Debian: {APT_LINE}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process and its children have used and hold.

    Attributes:
        cpu_s: User and system time.
        rss_bytes: Resident memory now.
    """

    cpu_s: float
    rss_bytes: int


def usage(pid: int) -> Usage:
    """Of a process and everything below it."""
    children: dict[int, list[int]] = {}
    found: dict[int, tuple[float, int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent, cpu_s, rss = parse_stat((folder / "stat").read_text("utf-8"))
            except OSError:
                continue
            children.setdefault(parent, []).append(int(folder.name))
            found[int(folder.name)] = cpu_s, rss
    total_s, total_bytes, left = 0.0, 0, [pid]
    while left:
        one = left.pop()
        left += children.get(one, [])
        cpu_s, rss = found.get(one, (0.0, 0))
        total_s += cpu_s
        total_bytes += rss
    return Usage(total_s, total_bytes)


def parse_stat(line: str) -> tuple[int, float, int]:
    """(parent's id, CPU seconds with those of ended children, resident bytes) of one process."""
    # The name in parentheses may hold anything, spaces and parentheses too.
    fields = line.rpartition(")")[2].split()
    ticks = sum(int(ticks) for ticks in fields[11:15])
    return int(fields[1]), ticks / _TICKS_A_SECOND, int(fields[21]) * _PAGE_BYTES


@dataclass(frozen=True, slots=True)
class Shown:
    """Some cameras that show one film.

    Attributes:
        name: Their addresses and ids begin with it.
        count: How many.
        film: What they show.
    """

    name: str
    count: int
    film: Film

    @property
    def ids(self) -> tuple[str, ...]:
        """Camera ids."""
        return tuple(f"{self.name}-{number}" for number in range(self.count))


@dataclass
class BenchStack:
    """Cameras, centre and worker in a folder; ends all of them on leaving.

    Attributes:
        home: Everything written goes here.
        build: Of which centre and worker are.
    """

    home: Path
    build: Build = field(default_factory=today)
    rtsp_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self.processes = demo_processes.Processes(self.home / "log")
        self.password = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if isinstance(error, demo_processes.ProcessError):
            self.processes.print_tails()
        self.processes.stop_all()

    @property
    def api_url(self) -> str:
        """The command centre's address."""
        return f"http://127.0.0.1:{self.api_port}"

    def urls(self, shown: Sequence[Shown]) -> list[str]:
        """The cameras' addresses."""
        return [self.url(camera) for one in shown for camera in one.ids]

    def url(self, camera: str) -> str:
        """A camera's address."""
        return f"rtsp://127.0.0.1:{self.rtsp_port}/{camera}"

    def start_cameras(self, shown: Sequence[Shown]) -> demo_processes.Child:
        """Serve the films."""
        command = [SYSTEM_PYTHON, "scripts/bench_cameras.py", "--port", str(self.rtsp_port)]
        for one in shown:
            command += ["--cameras", f"{one.name}={one.count}={one.film.path}"]
        child = self.processes.start("cameras", command)
        child.wait_until(lambda: child.printed("ready") is not None, 60, "no camera was served")
        return child

    def start_api(self) -> demo_processes.Child:
        """Start the command centre and wait until it answers."""
        child = self.processes.start(
            "api",
            self.build.command(
                *("api", "--data-dir", str(self.home / "api"), "--port", str(self.api_port))
            ),
            extra_environment=self.build.environment(),
        )
        child.wait_until(self._answers, 60, "the command centre did not answer")
        self.password = self.password or child.printed("console password:") or ""
        return child

    def start_worker(
        self, cameras: Sequence[Mapping[str, object]], name: str = "worker"
    ) -> demo_processes.Child:
        """Start a worker for these cameras.

        Args:
            cameras: As in a box's file.
            name: Of its folder and log.
        """
        path = self.home / f"{name}.yaml"
        config = {
            "site": {"id": "bench", "name": "Bench", "time_zone": "Asia/Shanghai"},
            "worker_id": name,
            "data_dir": str(self.home / name),
            "api": {"url": self.api_url, "token_file": str(self.home / "api" / "worker.token")},
            "recorder": {"folder": str(self.footage(name))},
            "cameras": list(cameras),
        }
        path.write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", "utf-8")
        command = self.build.command("worker", "--config", str(path))
        return self.processes.start(name, command, extra_environment=self.build.environment())

    def stop(self, child: demo_processes.Child) -> None:
        """End one child before the others."""
        self.processes.stop(child)

    def footage(self, name: str = "worker") -> Path:
        """Where a worker records."""
        return self.home / f"{name}-footage"

    def recorded_bytes(self, name: str = "worker") -> int:
        """Footage on the disk."""
        return sum(p.stat().st_size for p in self.footage(name).rglob("*.mp4*"))

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.api_url}/api/v1/health", timeout=1, trust_env=False).is_success
        except httpx.TransportError:
            return False


def wait(seconds: float, children: Sequence[demo_processes.Child]) -> None:
    """Sleep; a child that ends meanwhile is an error.

    Raises:
        demo_processes.ProcessError: One did.
    """
    until_s = time.monotonic() + seconds
    while (left_s := until_s - time.monotonic()) > 0:
        for child in children:
            child.require_running()
        time.sleep(min(0.5, left_s))


@dataclass(frozen=True, slots=True)
class Counters:
    """What the worker's last heartbeat said, summed over cameras."""

    heard_s: float
    analysed: int
    dropped: int


def read_counters(api_folder: Path, worker: str, cameras: Sequence[str]) -> Counters:
    """From the centre's database; zeros before the first heartbeat."""
    [path] = api_folder.glob("*.db")
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        heard = database.execute(
            "SELECT strftime('%s', sent_at) + strftime('%f', sent_at) % 1"
            " FROM workers WHERE worker_id = ?",
            (worker,),
        ).fetchone()
        marks = ",".join("?" * len(cameras))
        row = database.execute(
            "SELECT COALESCE(SUM(frames_analysed), 0), COALESCE(SUM(frames_dropped), 0)"
            f" FROM cameras WHERE camera_id IN ({marks})",
            tuple(cameras),
        ).fetchone()
    return Counters(float(heard[0]) if heard else 0.0, int(row[0]), int(row[1]))

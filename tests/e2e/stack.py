"""The whole stack as a school runs it: RTSP cameras, command centre and worker, each a process."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import demo_processes
import demo_site
import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def street_video() -> Path:
    """The street video, fetched once; skips the test when it cannot be fetched."""
    answer = subprocess.run(
        [ROOT / "scripts" / "fetch_demo_video"], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        pytest.skip("the street video is missing: scripts/fetch_demo_video")
    return ROOT / answer.stdout.strip().splitlines()[-1]


def until(what: str, found: Callable[[], T | None], within_s: float) -> T:
    """Wait for something to become true and return it."""
    deadline_s = time.monotonic() + within_s
    while time.monotonic() < deadline_s:
        value = found()
        if value:
            return value
        time.sleep(0.2)
    raise AssertionError(f"not within {within_s:.0f} s: {what}")


LANGUAGES = ["zh", pytest.param("en", marks=pytest.mark.whole)]
"""Of the console; English is for the whole run."""


@dataclass
class Stack:
    """Starts, stops and asks the processes of one box.

    Attributes:
        home: Folder of everything it writes.
        cameras: Configuration of its cameras, as in a box's file.
        recording: What is promised of the footage of all of them, into ``home / "footage"``.
    """

    home: Path
    cameras: Sequence[demo_site.Camera] = ()
    rtsp_port: int = field(default_factory=free_port)
    api_port: int = field(default_factory=free_port)
    password: str = ""
    recording: dict[str, object] | None = None
    _workers: int = 0

    def __post_init__(self) -> None:
        self.processes = demo_processes.Processes(self.home / "log")
        self._clients: list[httpx.Client] = []
        self.cameras = self.cameras or demo_site.street_cameras(self.rtsp_port)

    @property
    def url(self) -> str:
        """The console's address."""
        return f"http://127.0.0.1:{self.api_port}"

    def start_rtsp(self, video: Path, paths: Sequence[str]) -> demo_processes.Child:
        """Serve a recording as RTSP cameras."""
        command = [sys.executable, "scripts/demo_rtsp.py", "--port", str(self.rtsp_port)]
        for path in paths:
            command += ["--path", f"{path}={video}"]
        child = self.processes.start("rtsp", command)
        child.wait_until(lambda: _listens(self.rtsp_port), 120, "the RTSP server did not listen")
        return child

    def start_api(self, **environment: str) -> demo_processes.Child:
        """Start the command centre and wait until it answers.

        Args:
            environment: Settings of this one start, as of the environment.
        """
        child = self.processes.start(
            "api",
            [
                *(sys.executable, "-m", "pipeline.cli", "api"),
                *("--data-dir", str(self.home / "api")),
                *("--port", str(self.api_port)),
            ],
            extra_environment=environment,
        )
        child.wait_until(self._answers, 180, "the command centre did not answer")
        self.password = self.password or child.printed("console password:") or ""
        return child

    def start_worker(self) -> demo_processes.Child:
        """Start a worker on the stack's configuration."""
        config = demo_site.write_config(self.home, self.url, self.cameras)
        if self.recording is not None:
            box = json.loads(config.read_text("utf-8"))
            box["recorder"] = {"folder": str(self.home / "footage")}
            for camera in box["cameras"]:
                camera["recording"] = self.recording
            config.write_text(json.dumps(box, ensure_ascii=False), "utf-8")
        self._workers += 1
        return self.processes.start(
            f"worker-{self._workers}",
            [sys.executable, "-m", "pipeline.cli", "worker", "--config", str(config)],
        )

    def sign_in(self) -> httpx.Client:
        """A signed-in client of the console's API, closed with the stack."""
        client = httpx.Client(base_url=f"{self.url}/api/v1", timeout=20, trust_env=False)
        self._clients.append(client)
        answer = client.post("/auth/login", json={"username": "admin", "password": self.password})
        answer.raise_for_status()
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    def enrol(self, school_id: str, name: str) -> str:
        """Make a school with a box; answers the box's token."""
        admin = self.sign_in()
        school = {"school_id": school_id, "name_zh": name}
        admin.post("/schools", json=school).raise_for_status()
        made = admin.post("/boxes", json={"school_id": school_id, "name": "box"})
        made.raise_for_status()
        code = {"code": made.json()["code"]}
        told = httpx.post(f"{self.url}/api/v2/ingest/enrol", json=code, trust_env=False)
        told.raise_for_status()
        return str(told.json()["token"])

    @staticmethod
    def key_of(client: httpx.Client, camera_id: str) -> int:
        """The number of a camera."""
        items = client.get("/cameras").raise_for_status().json()["items"]
        return int(next(each["id"] for each in items if each["camera_id"] == camera_id))

    def raised(self) -> list[str]:
        """Ids of all alerts the workers say they raised, in order, over all of their logs."""
        ids = []
        for number in range(1, self._workers + 1):
            for line in (self.home / "log" / f"worker-{number}.log").read_text().splitlines():
                if '"alert raised"' in line:
                    ids.append(str(json.loads(line)["alert"]))
        return ids

    def open_slots(self) -> dict[tuple[str, str, str], dict[str, object]]:
        """The episodes a killed worker left open, from its outbox's file."""
        with sqlite3.connect(self.home / "worker" / "outbox.db") as db:
            rows = db.execute("SELECT camera_id, rule_id, zone, body FROM open_episodes").fetchall()
        db.close()
        return {(r[0], r[1], r[2]): json.loads(r[3]) for r in rows}

    def stop(self) -> None:
        """End everything."""
        for client in self._clients:
            client.close()
        self.processes.stop_all()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v1/health", trust_env=False).is_success
        except httpx.HTTPError:
            return False


def all_alerts(client: httpx.Client) -> list[dict[str, object]]:
    """Every alert of the command centre, page by page."""
    alerts: list[dict[str, object]] = []
    cursor = None
    while True:
        page = client.get("/alerts", params={"limit": 100} | ({"cursor": cursor} if cursor else {}))
        page.raise_for_status()
        body = page.json()
        alerts += body["items"]
        cursor = body["next_cursor"]
        if not cursor:
            return alerts


def _listens(port: int) -> bool:
    with socket.socket() as s:
        s.settimeout(0.5)
        return s.connect_ex(("127.0.0.1", port)) == 0

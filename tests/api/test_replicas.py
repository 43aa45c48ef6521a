"""Two real processes of the command centre on one PostgreSQL, joined by a real Redis.

Consoles of both hear everything, each event once and in order, while Redis is killed and comes
back empty and one process is killed and comes back.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from api.access.scope import EVERYTHING
from api.contract import CameraState
from tests.api.centre import ADMIN_PASSWORD, WORKER_TOKEN, running_centre
from tests.api.conftest import PostgresTemplate
from tests.api.messages import T0, camera_beat, heartbeat
from tests.support import redis

ROOT = Path(__file__).parents[2]
CAMERAS = 100
SETTINGS = {
    "MINGAN_API_PASSWORD_TIME_COST": "1",
    "MINGAN_API_PASSWORD_MEMORY_KIB": "8",
    "MINGAN_API_ADMIN_PASSWORD": ADMIN_PASSWORD,
    "MINGAN_API_WORKER_TOKEN": WORKER_TOKEN,
    "MINGAN_API_SUBSCRIBER_QUEUE": "20000",
    "MINGAN_API_EVENTS_KEEP": "20000",
}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


class Replica:
    """One process, on a port of its own that it keeps."""

    def __init__(self, folder: Path, changes: dict[str, str]) -> None:
        self._folder = folder
        self._port = _free_port()
        self._environment = os.environ | SETTINGS | changes
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "api", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [*command, "--data-dir", str(self._folder)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("console: "):
                return
        pytest.fail("the process ended before it was ready")

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@dataclass
class Console:
    """A console that listens, and resumes where it was cut off."""

    address: str
    cookies: dict[str, str]
    ids: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    begins_after: int = 0
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    has_heard: asyncio.Event = field(default_factory=asyncio.Event)

    async def listen(self) -> None:
        while True:
            with contextlib.suppress(httpx.TransportError):
                async with httpx.AsyncClient(
                    base_url=self.address, cookies=self.cookies, timeout=30
                ) as browser:
                    await self._listen_once(browser)
            await asyncio.sleep(0.05)

    async def _listen_once(self, browser: httpx.AsyncClient) -> None:
        resume = {"Last-Event-ID": str(self.ids[-1])} if self.ids else {}
        async with browser.stream("GET", "/api/v1/stream", headers=resume) as answer:
            event: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif event:
                    self._take(event)
                    event = {}

    def _take(self, event: dict[str, str]) -> None:
        if event.get("event") == "ready":
            self.begins_after = int(event["id"])
            self.is_ready.set()
        elif "id" in event:
            self.kinds.append(event["event"])
            self.ids.append(int(event["id"]))
            self.has_heard.set()

    async def has_heard_at_least(self, count: int) -> None:
        while len(self.ids) < count:
            self.has_heard.clear()
            await self.has_heard.wait()

    async def has_heard_up_to(self, event_id: int) -> None:
        while not self.ids or self.ids[-1] < event_id:
            self.has_heard.clear()
            await self.has_heard.wait()


@pytest.fixture
def database_url(postgres_template: PostgresTemplate) -> Iterator[str]:
    server = postgres_template.server
    name = server.create(postgres_template.name)
    yield server.url(name)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _report(address: str, worker_id: str, round_: int) -> None:
    """Each camera of a worker changes its state; sent again until it is taken."""
    state = (CameraState.WATCHING, CameraState.NOT_WATCHING)[round_ % 2]
    at = T0 + timedelta(seconds=round_)
    cameras = [camera_beat(f"{worker_id}-{number}", state, since=at) for number in range(CAMERAS)]
    told = heartbeat(*cameras, worker_id=worker_id, sent_at=at).model_dump(mode="json")
    headers = {"Authorization": f"Bearer {WORKER_TOKEN}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await client.post("/api/v2/ingest/heartbeat", json=told)
                assert answer.status_code in {200, 204}, answer.text
                return
            await asyncio.sleep(0.05)


async def _sign_in(address: str) -> dict[str, str]:
    async with httpx.AsyncClient(base_url=address, timeout=30) as browser:
        body = {"username": "admin", "password": ADMIN_PASSWORD}
        answer = await browser.post("/api/v1/auth/login", json=body)
        assert answer.status_code == 200, answer.text
        return dict(browser.cookies)


@contextlib.asynccontextmanager
async def _listening(replicas: list[Replica]) -> AsyncIterator[list[Console]]:
    cookies = await _sign_in(replicas[0].address)
    consoles = [Console(replica.address, cookies) for replica in replicas]
    tasks = [asyncio.create_task(console.listen()) for console in consoles]
    try:
        for console in consoles:
            await asyncio.wait_for(console.is_ready.wait(), 30)
        yield consoles
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _all_events(database_url: str, folder: Path, key: Path, after: int) -> list[int]:
    from api.bus import service as bus

    async with (
        running_centre(folder, database_url=database_url, audit_key_file=key) as centre,
        centre.runtime.database.read(EVERYTHING) as session,
    ):
        return [event.id for event in await bus.after(session, after, 10**6)]


@pytest.mark.e2e
@pytest.mark.parametrize(
    ("is_joined", "total"), [(True, 10_000), (False, 2_000)], ids=["redis", "database-alone"]
)
async def test_both_consoles_hear_all_once_in_order_through_two_restarts(
    database_url: str, tmp_path: Path, is_joined: bool, total: int
) -> None:
    if (reason := redis.why_not()) is not None:
        pytest.skip(reason)
    key = tmp_path / "audit.key"
    changes = {
        "MINGAN_API_DATABASE_URL": database_url,
        "MINGAN_API_AUDIT_KEY_FILE": str(key),
    }
    with redis.running_server() as server, contextlib.ExitStack() as stack:
        if is_joined:
            changes["MINGAN_API_REDIS_URL"] = server.url
        replicas = []
        for number in range(2):
            replica = Replica(tmp_path / f"data-{number}", changes)
            stack.callback(replica.kill)
            replicas.append(replica)
        async with _listening(replicas) as consoles:

            async def load(number: int) -> None:
                for round_ in range(total // CAMERAS // 2):
                    await _report(replicas[number].address, f"box-{number}", round_)

            loads = [asyncio.create_task(load(number)) for number in range(2)]
            for share, disturb in ((0.2, server.kill), (0.35, server.start), (0.5, None)):
                await asyncio.wait_for(consoles[0].has_heard_at_least(int(share * total)), 120)
                if disturb is not None:
                    disturb()
            await asyncio.to_thread(replicas[1].kill)
            await asyncio.to_thread(replicas[1].start)
            await asyncio.wait_for(asyncio.gather(*loads), 120)
            begins_after = max(console.begins_after for console in consoles)
            expected = await _all_events(database_url, tmp_path / "reader", key, begins_after)
            assert len(expected) >= total
            for console in consoles:
                await asyncio.wait_for(console.has_heard_up_to(expected[-1]), 60)
    for console in consoles:
        assert set(console.kinds) <= {"camera", "alert"}, "a console had to reload"
        assert [number for number in console.ids if number > begins_after] == expected

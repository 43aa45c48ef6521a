"""Two real processes of the command centre on one PostgreSQL, joined by a real Redis; or one alone.

Consoles of both hear everything, each event once and in order, while Redis is killed and comes
back empty and one process is killed and comes back; meanwhile each scheduled job is done once.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from api.contract import CameraState
from api.db.migrate import sync_engine
from api.rounds import kinds as kinds_of_jobs
from api.rounds import notice_kinds
from api.settings import Settings
from tests.api.centre import ADMIN_PASSWORD, WORKER_TOKEN
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


def _rows(url: str, statement: str) -> list[Any]:
    engine = sync_engine(url)
    try:
        with engine.connect() as connection:
            return list(connection.execute(sa.text(statement)))
    finally:
        engine.dispose()


_WATCH_SLOTS = (
    "CREATE TABLE slots_done (kind text, slot timestamptz)",
    "CREATE FUNCTION note_slot() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO slots_done VALUES (OLD.kind, OLD.due_at); RETURN NEW; END $$",
    "CREATE TRIGGER slot_done AFTER UPDATE ON jobs FOR EACH ROW "
    "WHEN (NEW.due_at > OLD.due_at AND NEW.error = '') EXECUTE FUNCTION note_slot()",
)
"""The database itself notes each moment of a recurring job that a process says it has done."""
_SLOTS_DONE = "SELECT kind, slot FROM slots_done"


def _watch_slots(url: str) -> None:
    engine = sync_engine(url)
    try:
        with engine.begin() as connection:
            for statement in _WATCH_SLOTS:
                connection.exec_driver_sql(statement)
    finally:
        engine.dispose()


@dataclass(frozen=True)
class Setup:
    """How a command centre is served.

    Attributes:
        processes: How many, on one PostgreSQL; one alone, on SQLite.
        is_joined: By Redis.
        total: Events.
    """

    processes: int
    is_joined: bool
    total: int


_SETUPS = [
    pytest.param(Setup(2, True, 10_000), id="redis", marks=pytest.mark.whole),
    pytest.param(Setup(2, False, 2_000), id="database-alone", marks=pytest.mark.whole),
    pytest.param(Setup(1, False, 10_000), id="one-process", marks=pytest.mark.whole),
    pytest.param(Setup(1, False, 1_000), id="one-process-few-events"),
]


@pytest.fixture(params=_SETUPS)
def setup(request: pytest.FixtureRequest) -> Setup:
    assert isinstance(request.param, Setup)
    return request.param


@pytest.fixture
def database_url(request: pytest.FixtureRequest, setup: Setup, tmp_path: Path) -> Iterator[str]:
    if setup.processes == 1:
        yield f"sqlite+aiosqlite:///{tmp_path / 'mingan.db'}"
        return
    template: PostgresTemplate = request.getfixturevalue("postgres_template")
    name = template.server.create(template.name)
    url = template.server.url(name)
    _watch_slots(url)
    yield url
    template.server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def relay(setup: Setup) -> Iterator[redis.Server | None]:
    if not setup.is_joined:
        yield None
        return
    if (reason := redis.why_not()) is not None:
        pytest.skip(reason)
    with redis.running_server() as server:
        yield server


@pytest.fixture
def replicas(
    setup: Setup, database_url: str, relay: redis.Server | None, tmp_path: Path
) -> Iterator[list[Replica]]:
    changes = {
        "MINGAN_API_DATABASE_URL": database_url,
        "MINGAN_API_AUDIT_KEY_FILE": str(tmp_path / "audit.key"),
    }
    if relay is not None:
        changes["MINGAN_API_REDIS_URL"] = relay.url
    with contextlib.ExitStack() as stack:
        made = []
        for number in range(setup.processes):
            made.append(Replica(tmp_path / f"data-{number}", changes))
            stack.callback(made[-1].kill)
        yield made


@pytest.mark.e2e
async def test_all_consoles_hear_all_once_in_order_through_the_restarts(
    setup: Setup, database_url: str, relay: redis.Server | None, replicas: list[Replica]
) -> None:
    async with _listening([replicas[0], replicas[-1]]) as consoles:

        async def load(number: int) -> None:
            for round_ in range(setup.total // CAMERAS // 2):
                await _report(replicas[-number].address, f"box-{number}", round_)

        async def share_is_heard(share: float) -> None:
            wanted = int(share * setup.total)
            await asyncio.wait_for(consoles[0].has_heard_at_least(wanted), 120)

        loads = [asyncio.create_task(load(number)) for number in range(2)]
        if relay is not None:
            await share_is_heard(0.2)
            relay.kill()
            await share_is_heard(0.35)
            relay.start()
        await share_is_heard(0.5)
        await asyncio.to_thread(replicas[-1].kill)
        await asyncio.to_thread(replicas[-1].start)
        await asyncio.wait_for(asyncio.gather(*loads), 120)
        begins_after = max(console.begins_after for console in consoles)
        statement = f"SELECT id FROM events WHERE id > {begins_after} ORDER BY id"
        expected = [row.id for row in _rows(database_url, statement)]
        assert len(expected) >= setup.total
        for console in consoles:
            await asyncio.wait_for(console.has_heard_up_to(expected[-1]), 60)
    for console in consoles:
        assert set(console.kinds) <= {"camera", "alert"}, "a console had to reload"
        assert [number for number in console.ids if number > begins_after] == expected
    if setup.processes > 1:
        done = Counter((row.kind, row.slot) for row in _rows(database_url, _SLOTS_DONE))
        assert set(done.values()) == {1}, "a job was done twice"
        kinds = Counter(kind for kind, _ in done)
        known = [*kinds_of_jobs(Settings()), *notice_kinds()]
        assert kinds.keys() == {kind.name for kind in known if kind.every_s is not None}
        assert kinds["lost_workers"] > 1

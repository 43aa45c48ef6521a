"""A real command centre on a real SQLite file, with a clock that tests move by hand."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from sqlalchemy import select
from starlette.routing import BaseRoute

from api.access.roles import ROLES, Reach, Role
from api.access.scope import EVERYTHING, NOTHING
from api.alerts.schemas import AlertSummary
from api.app import create_app
from api.auth.people import Giver, create_user
from api.auth.repository import UserRepository
from api.auth.schemas import UserCreate
from api.bus.work import UnitOfWork
from api.contract import (
    DEFAULT_SCHOOL_ID,
    AlertEpisode,
    AnalysedTime,
    CameraRegistration,
    Heartbeat,
    RetentionStatus,
)
from api.db.job import Job
from api.db.migrate import upgrade
from api.jobs.kinds import JobKind
from api.jobs.repository import JobRepository
from api.jobs.scheduler import Scheduler
from api.rounds import kinds
from api.runtime import Runtime
from api.serving import server_config
from api.settings import Settings
from tests.api.messages import SCHOOL_ID, T0, sha256

ADMIN_PASSWORD = "admin-password-1"
REVIEWER_PASSWORD = "reviewer-password-1"
WORKER_TOKEN = "worker-token-for-tests"
BASE_URL = "http://centre.test"


class HandClock:
    """The present moment, as a test says it is."""

    def __init__(self, now: datetime = T0) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def cheap_settings(data_dir: Path, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "port": 0,
        "worker_token": WORKER_TOKEN,
        "admin_password": ADMIN_PASSWORD,
        "password_time_cost": 1,
        "password_memory_kib": 8,
        "console_dir": data_dir / "no-console",
    }
    return Settings(**(values | changes))


class Centre:
    """One running app and the clients that talk to it."""

    def __init__(self, app: FastAPI, clock: HandClock, clients: contextlib.AsyncExitStack) -> None:
        self.app = app
        self.clock = clock
        self._clients = clients
        runtime = app.state.runtime
        assert isinstance(runtime, Runtime)
        self.runtime = runtime

    async def client(self, *, address: str = "10.1.1.1", **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, client=(address, 5000))
        return await self._clients.enter_async_context(
            httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)
        )

    async def worker(self) -> httpx.AsyncClient:
        return await self.client(Authorization=f"Bearer {WORKER_TOKEN}")

    async def enrolled(
        self, admin: httpx.AsyncClient, school_id: str, *, box: str = "box", name_zh: str = ""
    ) -> httpx.AsyncClient:
        """The worker of a new box of a school, which is made if need be."""
        school = {"school_id": school_id, "name_zh": name_zh or school_id}
        await admin.post("/api/v1/schools", json=school)
        made = await admin.post("/api/v1/boxes", json={"school_id": school_id, "name": box})
        assert made.status_code == 201, made.text
        client = await self.client()
        told = await client.post("/api/v2/ingest/enrol", json={"code": made.json()["code"]})
        assert told.status_code == 200, told.text
        client.headers["Authorization"] = f"Bearer {told.json()['token']}"
        return client

    async def signed_in(self, username: str, password: str) -> httpx.AsyncClient:
        client = await self.client()
        answer = await client.post(
            "/api/v1/auth/login", json={"username": username, "password": password}
        )
        assert answer.status_code == 200, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return client

    async def admin(self) -> httpx.AsyncClient:
        return await self.signed_in("admin", ADMIN_PASSWORD)

    async def reviewer(self, username: str = "wang.li") -> httpx.AsyncClient:
        await self.add_user(username, Role.DISTRICT_REVIEWER)
        return await self.signed_in(username, REVIEWER_PASSWORD)

    async def person(
        self, role: Role, school_id: str | None = None, place_ids: Sequence[int] = ()
    ) -> httpx.AsyncClient:
        """Somebody with a role, at a school if it is one of schools; at places if it needs them."""
        if ROLES[role].reach in (Reach.SCHOOL, Reach.PLACES):
            school_id = school_id or DEFAULT_SCHOOL_ID
        username = f"{role}.{school_id or 'district'}".replace("_", "-")
        if ROLES[role].is_temporary and not place_ids:
            place_ids = [await self._kitchen(str(school_id))]
        await self.add_user(username, role, school_id, place_ids)
        return await self.signed_in(username, REVIEWER_PASSWORD)

    async def _kitchen(self, school_id: str) -> int:
        """A kitchen of a school, made if it has none."""
        admin = await self.admin()
        url = f"/api/v1/schools/{school_id}/places"
        for place in (await admin.get(url)).json()["items"]:
            if place["kind"] == "cooking":
                return int(place["id"])
        made = await admin.post(url, json={"kind": "cooking", "name": "a kitchen"})
        return int(made.json()["id"])

    async def add_user(
        self,
        username: str,
        role: Role,
        school_id: str | None = None,
        place_ids: Sequence[int] = (),
    ) -> None:
        wanted = UserCreate(
            username=username,
            role=role,
            school_id=school_id,
            place_ids=list(place_ids),
            ends_at=self.clock() + timedelta(days=30) if ROLES[role].is_temporary else None,
            password=REVIEWER_PASSWORD,
        )
        by = Giver("test", "", ROLES[Role.DISTRICT_ADMIN].permissions, EVERYTHING)
        async with self.runtime.work(EVERYTHING) as work:
            await create_user(self.runtime, work, wanted, by)
            user = await UserRepository(work.session).lock(username)
            assert user is not None
            user.password_must_change = False


async def in_a_round(
    centre: Centre, step: Callable[[Runtime, UnitOfWork], Awaitable[None]]
) -> None:
    """Do now what the command centre does again and again."""
    async with centre.runtime.work(EVERYTHING) as work:
        await step(centre.runtime, work)


async def all_due(runtime: Runtime, every: Sequence[JobKind]) -> None:
    """Do what is due now of some kinds, and wait for what the centre's own schedulers took."""
    running = select(Job.id).where(
        Job.kind.in_([kind.name for kind in every]), Job.claim.is_not(None)
    )
    while True:
        did = await Scheduler(runtime, every).run_due()
        async with runtime.database.read(EVERYTHING) as session:
            is_busy = await session.scalar(running.limit(1)) is not None
        if not did and not is_busy:
            return
        await asyncio.sleep(0.02)


async def key_of(client: httpx.AsyncClient, camera_id: str = "gate-north") -> int:
    """The number of a camera, as a signed-in person finds it."""
    answer = await client.get("/api/v1/cameras")
    assert answer.status_code == 200, answer.text
    [key] = [each["id"] for each in answer.json()["items"] if each["camera_id"] == camera_id]
    return int(key)


async def put_camera(worker: httpx.AsyncClient, told: CameraRegistration) -> bool:
    return await _put(worker, f"cameras/{told.camera_id}", told.model_dump(mode="json"))


async def put_alert(worker: httpx.AsyncClient, told: AlertEpisode) -> bool:
    return await _put(worker, f"alerts/{told.id}", told.model_dump(mode="json"))


async def put_evidence(
    worker: httpx.AsyncClient, content: bytes, media_type: str = "image/jpeg"
) -> bool:
    answer = await worker.put(
        f"/api/v2/ingest/evidence/{sha256(content)}?school_id={SCHOOL_ID}",
        content=content,
        headers={"Content-Type": media_type},
    )
    assert answer.status_code == 200, answer.text
    return bool(answer.json()["changed"])


async def put_analysed(worker: httpx.AsyncClient, told: Sequence[AnalysedTime]) -> bool:
    return await _put(worker, "analysed-time", [t.model_dump(mode="json") for t in told])


async def put_retention(worker: httpx.AsyncClient, told: RetentionStatus) -> bool:
    return await _put(worker, f"retention/{told.camera_id}", told.model_dump(mode="json"))


async def beat(worker: httpx.AsyncClient, told: Heartbeat) -> None:
    answer = await worker.post("/api/v2/ingest/heartbeat", json=told.model_dump(mode="json"))
    assert answer.status_code == 204, answer.text


async def _put(worker: httpx.AsyncClient, path: str, body: object) -> bool:
    answer = await worker.put(f"/api/v2/ingest/{path}", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] is True
    return bool(answer.json()["changed"])


async def summaries(client: httpx.AsyncClient, query: str = "") -> list[AlertSummary]:
    answer = await client.get(f"/api/v1/alerts{query}")
    assert answer.status_code == 200, answer.text
    return [AlertSummary.model_validate(item) for item in answer.json()["items"]]


_ROUTES: dict[int, BaseRoute] = {}


def _share_routes(app: FastAPI) -> None:
    """Give an app the routes of the first one of this process.

    A route finds the settings in the app that is asked. What FastAPI works out about each when a
    room is first asked, a third of what a short test costs, holds for every app.
    """
    for n, route in enumerate(app.router.routes):
        if (router := getattr(route, "original_router", None)) is not None:
            app.router.routes[n] = _ROUTES.setdefault(id(router), route)


@functools.cache
def _empty_database() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mingan.db"
        upgrade(f"sqlite+aiosqlite:///{file}", Path(folder) / "migrate.lock")
        return file.read_bytes()


def spare_migrations(data_dir: Path) -> None:
    """Give a data folder without a database an empty one of today's schema.

    To walk through every migration takes longer than most tests; tests/api/test_upgrade.py does.
    """
    file = data_dir / "mingan.db"
    if not file.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        file.write_bytes(_empty_database())


@asynccontextmanager
async def running_centre(
    data_dir: Path, *, clock: HandClock | None = None, template: Path | None = None, **changes: Any
) -> AsyncIterator[Centre]:
    """Start an app; a template folder saves the time of a first start."""
    if template is not None:
        shutil.copytree(template, data_dir, dirs_exist_ok=True)
    elif "database_url" not in changes:
        spare_migrations(data_dir)
    clock = clock or HandClock()
    app = create_app(cheap_settings(data_dir, **changes), clock=clock, announce=lambda _: None)
    _share_routes(app)
    async with contextlib.AsyncExitStack() as clients, app.router.lifespan_context(app):
        yield Centre(app, clock, clients)


async def start_once(data_dir: Path, **changes: Any) -> None:
    """Make what a centre starts from: its first administrator, its keys, its first rounds done."""
    async with running_centre(data_dir, **changes) as centre:
        known = {kind.name: kind for kind in kinds(centre.runtime.settings)}
        while True:
            async with centre.runtime.database.read(NOTHING) as session:
                if not await JobRepository(session).has_due(known, centre.clock()):
                    return  # what has begun is ended before it stops
            await asyncio.sleep(0.01)


class _QuietServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def over_network(centre: Centre) -> AsyncIterator[str]:
    """Serve the app as the command centre does, on a free port; answers its address."""
    config = server_config(centre.app, centre.runtime.settings)
    config.port = 0
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve())
    await server.is_up.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        centre.runtime.end_streams()
        server.should_exit = True
        await serving

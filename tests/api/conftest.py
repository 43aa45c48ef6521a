"""Fixtures of the command centre's tests."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest

from api.db.migrate import upgrade
from tests.api.centre import Centre, running_centre, start_once
from tests.api.district import District, Objects, two_schools, worker_of
from tests.api.order_people import People
from tests.support import lengths, postgres
from tests.support.narrowed import watched
from tests.support.once import made_once

lengths.enforced()
_ON_BOTH = frozenset(
    {
        "test_alerts",
        "test_audit",
        "test_audit_chain",
        "test_auth",
        "test_box_matrix",
        "test_bus",
        "test_cameras",
        "test_compliance",
        "test_configurations",
        "test_demo",
        "test_districts",
        "test_concurrency",
        "test_evidence",
        "test_exam_patrol",
        "test_exams",
        "test_expiry",
        "test_floor_plans",
        "test_health",
        "test_inspections",
        "test_jobs",
        "test_judged_together",
        "test_matrix",
        "test_meetings",
        "test_narrowed",
        "test_order_photographs",
        "test_orders",
        "test_paging",
        "test_picture",
        "test_place_roles",
        "test_precision",
        "test_privacy",
        "test_recordings",
        "test_register",
        "test_schools",
        "test_sign_in",
        "test_stream",
        "test_workbooks",
    }
)
"""Modules whose tests of a centre run on SQLite and on PostgreSQL."""
_EACH_DAY_ON_BOTH = frozenset({"test_jobs"})
"""Those where the databases differ most: who waits for whom, and in which order."""


@dataclass(frozen=True, slots=True)
class PostgresTemplate:
    """A server, and databases to copy: one migrated, one of a centre that has started once."""

    server: postgres.Server
    name: str
    started: str
    folder: Path
    """The data folder that belongs to the started one."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the core of the suite on every database that is offered."""
    if "origin" in metafunc.fixturenames:
        module = metafunc.module.__name__.rpartition(".")[2]
        marks = () if module in _EACH_DAY_ON_BOTH else (pytest.mark.whole,)
        other = [pytest.param("postgres", marks=marks)] if module in _ON_BOTH else []
        metafunc.parametrize("origin", ["sqlite", *other], indirect=True)


@pytest.fixture(autouse=True)
def every_statement_is_narrowed() -> Iterator[None]:
    """Whatever a test asks for: no statement of a scope reads a table of schools without it."""
    with watched() as found:
        yield
    assert found == []


@pytest.fixture(scope="session")
def postgres_template(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[PostgresTemplate]:
    """A server of this run with its templates."""
    if (reason := postgres.why_not()) is not None:
        pytest.skip(reason)
    with postgres.running_server() as server:
        name = server.create()
        folder = tmp_path_factory.mktemp("postgres")
        upgrade(server.url(name), folder / "migrate.lock")
        started = server.create(name)
        asyncio.run(start_once(folder, database_url=server.url(started)))
        yield PostgresTemplate(server, name, started, folder)


@pytest.fixture(scope="session")
def migrated_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a centre that has started once."""
    return made_once(tmp_path_factory, "template", lambda folder: asyncio.run(start_once(folder)))


@dataclass(frozen=True, slots=True)
class DistrictTemplate:
    """The data folder of a centre with two schools, and what is in it."""

    folder: Path
    objects: tuple[Objects, Objects]
    """Without the workers."""
    tokens: tuple[str, str]
    """Authorization headers of the workers."""


@pytest.fixture(scope="session")
def district_template(
    tmp_path_factory: pytest.TempPathFactory, migrated_data_dir: Path
) -> DistrictTemplate:
    """Two schools are made once a run; on SQLite a test takes a copy of them."""

    async def make(folder: Path) -> None:
        async with running_centre(folder / "data", template=migrated_data_dir) as running:
            made = await two_schools(running, await running.admin())
            both = (made.mine, made.theirs)
            tokens = tuple(str(worker_of(each).headers["Authorization"]) for each in both)
        told = (tuple(replace(each, worker=None) for each in both), tokens)
        (folder / "objects").write_bytes(pickle.dumps(told))

    folder = made_once(tmp_path_factory, "district", lambda where: asyncio.run(make(where)))
    objects, tokens = pickle.loads((folder / "objects").read_bytes())
    return DistrictTemplate(folder / "data", objects, tokens)


@pytest.fixture
def origin(request: pytest.FixtureRequest) -> Path | PostgresTemplate:
    """What a centre's database is a copy of."""
    if request.param == "sqlite" and "district" in request.fixturenames:
        template: DistrictTemplate = request.getfixturevalue("district_template")
        return template.folder
    wanted = "migrated_data_dir" if request.param == "sqlite" else "postgres_template"
    found = request.getfixturevalue(wanted)
    assert isinstance(found, Path | PostgresTemplate)
    return found


@pytest.fixture
async def centre(tmp_path: Path, origin: Path | PostgresTemplate) -> AsyncIterator[Centre]:
    """A running command centre."""
    if isinstance(origin, Path):
        async with running_centre(tmp_path / "data", template=origin) as running:
            yield running
        return
    name = origin.server.create(origin.started)
    changes = {"template": origin.folder, "database_url": origin.server.url(name)}
    try:
        async with running_centre(tmp_path / "data", **changes) as running:
            yield running
    finally:
        origin.server.drop(name)


@pytest.fixture
async def worker(centre: Centre) -> httpx.AsyncClient:
    """A client with the worker's token."""
    return await centre.worker()


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    """A signed-in administrator."""
    return await centre.admin()


@pytest.fixture
async def reviewer(centre: Centre) -> httpx.AsyncClient:
    """A signed-in reviewer."""
    return await centre.reviewer()


@pytest.fixture
async def district(
    centre: Centre,
    admin: httpx.AsyncClient,
    origin: Path | PostgresTemplate,
    request: pytest.FixtureRequest,
) -> District:
    """A command centre with two schools that have the same camera ids."""
    if isinstance(origin, PostgresTemplate):
        return await two_schools(centre, admin)
    template: DistrictTemplate = request.getfixturevalue("district_template")
    mine, theirs = [
        replace(deepcopy(objects), worker=await centre.client(Authorization=token))
        for objects, token in zip(template.objects, template.tokens, strict=True)
    ]
    return District(centre, admin, mine, theirs)


@pytest.fixture
async def people(centre: Centre) -> People:
    found = People(centre)
    await found.arrive()
    return found

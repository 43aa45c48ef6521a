"""Many writers and readers at once: nobody ever hears "database is locked", nothing is doubled."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from api.access.scope import EVERYTHING
from api.db.engine import Database
from tests.api.centre import Centre, put_alert, put_evidence, running_centre, summaries
from tests.api.conftest import PostgresTemplate
from tests.api.messages import T0, episode, evidence_ref

WRITERS = 4
ALERTS_EACH = 5


async def _write(worker: httpx.AsyncClient, writer: int) -> None:
    for number in range(ALERTS_EACH):
        picture = f"{writer}-{number}".encode()
        name = f"w{writer}-{number}"
        await put_alert(worker, episode(name, 1, evidence=(evidence_ref(picture),)))
        await put_evidence(worker, picture)
        # All writers also fight over one alert.
        await put_alert(worker, episode("shared", writer * ALERTS_EACH + number + 1))


async def _read(client: httpx.AsyncClient, stop: asyncio.Event) -> int:
    rounds = 0
    while not stop.is_set():
        await summaries(client, "?limit=10")
        assert (await client.get("/api/v1/cameras")).status_code == 200
        rounds += 1
    return rounds


Pair = tuple[Centre, Centre]


@pytest.fixture
async def pair(origin: Path | PostgresTemplate, tmp_path: Path) -> AsyncIterator[Pair]:
    """One command centre twice; on PostgreSQL two, on one database and one folder."""
    if isinstance(origin, Path):
        async with running_centre(tmp_path, template=origin) as centre:
            yield centre, centre
        return
    name = origin.server.create(origin.name)
    url = origin.server.url(name)
    try:
        async with (
            running_centre(tmp_path, database_url=url) as first,
            running_centre(tmp_path, database_url=url) as second,
        ):
            yield first, second
    finally:
        origin.server.drop(name)


@pytest.mark.whole
async def test_writers_and_readers_share_one_database(pair: Pair) -> None:
    first, second = pair
    stop = asyncio.Event()
    readers = [asyncio.create_task(_read(await centre.admin(), stop)) for centre in (first, second)]
    workers = [await (first, second)[number % 2].worker() for number in range(WRITERS)]
    await asyncio.gather(*(_write(worker, n) for n, worker in enumerate(workers)))
    stop.set()
    assert min(await asyncio.gather(*readers)) >= 1

    admin = await first.admin()
    page = (await admin.get("/api/v1/alerts?limit=200")).json()
    assert len(page["items"]) == WRITERS * ALERTS_EACH + 1
    assert page["counts"]["pending_review"] == WRITERS * ALERTS_EACH + 1
    shown = [item["snapshot_url"] for item in page["items"] if item["snapshot_url"]]
    assert len(shown) == WRITERS * ALERTS_EACH
    shared = (await admin.get(f"/api/v1/alerts/{episode('shared').id}")).json()
    assert shared["episode"]["revision"] == WRITERS * ALERTS_EACH
    assert [h["action"] for h in shared["history"]] == ["received"]


async def test_a_reader_sees_one_snapshot_while_a_writer_holds_the_database(
    tmp_path: Path,
) -> None:
    path = tmp_path / "x.db"
    database = Database(f"sqlite+aiosqlite:///{path}")
    async with database.write(EVERYTHING) as writer:
        connection = await writer.connection()
        await connection.exec_driver_sql("CREATE TABLE t (x INTEGER)")
        await writer.commit()
        connection = await writer.connection()
        await connection.exec_driver_sql("INSERT INTO t VALUES (1)")
        async with database.read(EVERYTHING) as reader:
            seen = await (await reader.connection()).exec_driver_sql("SELECT count(*) FROM t")
            assert seen.scalar() == 0
        # BEGIN IMMEDIATE: the right to write is held from the first statement on.
        other = sqlite3.connect(path, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
    await database.close()


async def test_a_review_by_two_people_at_once_is_decided_once(pair: Pair) -> None:
    first, second = pair
    worker = await first.worker()
    people = [await first.admin(), await second.admin()]
    for number in range(5):
        alert = episode(f"r{number}", raised_at=T0)
        await put_alert(worker, alert)
        path = f"/api/v1/alerts/{alert.id}"
        answers = await asyncio.gather(*(p.post(f"{path}/confirm") for p in people))
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        history = (await people[0].get(path)).json()["history"]
        assert [h["action"] for h in history] == ["received", "confirmed"]

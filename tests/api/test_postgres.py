"""What only several writers at a time can break; the core of the suite runs on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text

from api.access.scope import EVERYTHING
from api.boxes.repository import BoxRepository
from api.bus import service as bus
from api.contract import EvidenceKind
from api.db import engine
from api.db.migrate import alembic_config, sync_engine, upgrade
from api.organisations.repository import OrganisationRepository
from tests.api.centre import Centre, put_alert, put_evidence, running_centre
from tests.api.conftest import PostgresTemplate
from tests.api.messages import SCHOOL_ID, episode, evidence_ref, sha256

_SLOW_COMMIT = (
    "CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS "
    "$$BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END$$",
    "CREATE CONSTRAINT TRIGGER nap AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW WHEN (NEW.data = 'slow') EXECUTE FUNCTION nap()",
)


@pytest.fixture
async def on_postgres(postgres_template: PostgresTemplate, tmp_path: Path) -> AsyncIterator[Centre]:
    """A centre on PostgreSQL."""
    server = postgres_template.server
    name = server.create(postgres_template.name)
    async with running_centre(tmp_path, database_url=server.url(name)) as running:
        yield running
    server.drop(name)


@pytest.mark.whole
def test_models_and_migrations_agree(postgres_template: PostgresTemplate, tmp_path: Path) -> None:
    server = postgres_template.server
    name = server.create()
    upgrade(server.url(name), tmp_path / "lock")
    config = alembic_config()
    engine = sync_engine(server.url(name))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.check(config)
        command.downgrade(config, "base")
    engine.dispose()
    server.drop(name)


async def test_an_event_is_never_numbered_behind_one_that_was_read(on_postgres: Centre) -> None:
    runtime = on_postgres.runtime
    async with runtime.work(EVERYTHING) as work:
        for statement in _SLOW_COMMIT:
            await work.session.execute(text(statement))

    begun = asyncio.Event()

    async def tell(data: str) -> None:
        async with runtime.work(EVERYTHING) as work:
            work.emit("alert", data, "no-1", data)
            begun.set()

    with runtime.bus.subscribe("a", lambda _: True) as subscription:
        slow = asyncio.create_task(tell("slow"))
        await begun.wait()
        await tell("quick")
        await slow
        heard = [await subscription.next(1), await subscription.next(1)]
    async with runtime.database.read(EVERYTHING) as session:
        stored = await bus.after(session, 0, 10)
    assert heard == stored
    assert {event.data for event in stored} == {"slow", "quick"}


@pytest.mark.whole
async def test_many_players_of_clips_do_not_wait_for_each_other(on_postgres: Centre) -> None:
    """Each holds a connection at a time, or the pool runs dry with everybody waiting."""
    worker, reviewer = await on_postgres.worker(), await on_postgres.reviewer()
    clips = [f"clip {number}".encode() for number in range(40)]
    for number, clip in enumerate(clips):
        refs = (evidence_ref(clip, EvidenceKind.CLIP),)
        await put_alert(worker, episode(str(number), evidence=refs))
        await put_evidence(worker, clip, "video/mp4")
    async with asyncio.timeout(20):
        answers = await asyncio.gather(
            *(reviewer.get(f"/api/v1/evidence/{sha256(clip)}") for clip in clips)
        )
    assert [answer.status_code for answer in answers] == [200] * 40


@pytest.mark.parametrize("held", ["box", "school"])
async def test_a_row_that_is_held_may_be_referred_to(on_postgres: Centre, held: str) -> None:
    """Whoever holds a box and waits for a camera would wait for one who holds the camera and adds
    an alert of the box: PostgreSQL ended one of them, and the worker was answered with 503.
    """
    worker = await on_postgres.worker()
    await put_alert(worker, episode("first"))
    async with on_postgres.runtime.database.write(EVERYTHING) as session:
        if held == "box":
            assert await BoxRepository(session).lock(1)
        else:
            assert await OrganisationRepository(session).lock_school(SCHOOL_ID)
        await asyncio.wait_for(put_alert(worker, episode("second")), timeout=30)


_END_ALL = """SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()"""


@pytest.mark.whole
@pytest.mark.parametrize("tried_after_s", [0.0, 60.0])
async def test_a_server_that_was_started_anew_is_found(
    on_postgres: Centre, monkeypatch: pytest.MonkeyPatch, tried_after_s: float
) -> None:
    """A connection that rested is tried first; one just used fails, is told of, and the last."""
    monkeypatch.setattr(engine, "TRIED_AFTER_S", tried_after_s)
    worker = await on_postgres.worker()
    await put_alert(worker, episode("before"))
    async with on_postgres.runtime.database.read(EVERYTHING) as session:
        assert await session.scalar(text(_END_ALL))
    if tried_after_s:
        lost = episode("lost").model_dump(mode="json")
        answer = await worker.put(f"/api/v2/ingest/alerts/{lost['id']}", json=lost)
        assert answer.status_code in {200, 503}
    await put_alert(worker, episode("after"))

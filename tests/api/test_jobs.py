"""Jobs: each done once, whichever process is alive; nothing forgotten, nothing tried for ever."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.scope import EVERYTHING
from api.bus.work import UnitOfWork
from api.jobs import service as jobs
from api.jobs.kinds import ClaimedJob, JobKind
from api.jobs.scheduler import Scheduler
from api.runtime import Runtime
from tests.api.centre import Centre
from tests.api.conftest import PostgresTemplate
from tests.api.messages import T0
from tests.api.replicas import replicas

KIND = "greeting"


class Done:
    """What was done, by key; fails as often as it is told to."""

    def __init__(self, failures: int = 0, expected: int = 0) -> None:
        self.keys: list[str] = []
        self.failures = failures
        self.expected = expected
        self.is_complete = asyncio.Event()

    async def __call__(self, _: Runtime, job: ClaimedJob) -> None:
        if self.failures > 0:
            self.failures -= 1
            raise OSError("the peer is away")
        self.keys.append(job.key)
        if len(self.keys) == self.expected:
            self.is_complete.set()


async def _ask(centre: Centre, *keys: str, **more: Any) -> list[bool]:
    async with centre.runtime.work(EVERYTHING) as work:
        return [await jobs.ask(work, KIND, key, **more) for key in keys]


def _scheduler(centre: Centre, done: Done, **more: Any) -> Scheduler:
    return Scheduler(centre.runtime, [JobKind(KIND, run=done, **more)])


async def _states(admin: httpx.AsyncClient, state: str) -> list[dict[str, Any]]:
    answer = await admin.get(f"/api/v1/jobs?state={state}")
    assert answer.status_code == 200
    return [item for item in answer.json()["items"] if item["kind"] == KIND]


@pytest.mark.whole
async def test_what_is_asked_twice_is_done_once(centre: Centre) -> None:
    done = Done()
    assert await _ask(centre, "a", "b", "a") == [True, True, False]
    assert await _scheduler(centre, done).run_due() == 2
    assert await _ask(centre, "a") == [False]
    assert await _scheduler(centre, done).run_due() == 0
    assert sorted(done.keys) == ["a", "b"]


async def test_a_request_that_fails_asks_for_nothing(centre: Centre) -> None:
    with pytest.raises(RuntimeError):
        await _ask_and_fail(centre)
    assert await _scheduler(centre, Done()).run_due() == 0


async def _ask_and_fail(centre: Centre) -> None:
    async with centre.runtime.work(EVERYTHING) as work:
        await jobs.ask(work, KIND, "a")
        raise RuntimeError


async def test_it_waits_until_it_is_due_and_can_be_withdrawn(centre: Centre) -> None:
    done = Done()
    scheduler = _scheduler(centre, done)
    await _ask(centre, "early", "late", "never", due_at=T0 + timedelta(minutes=5))
    async with centre.runtime.work(EVERYTHING) as work:
        assert await jobs.withdraw(work, KIND, "never")
        assert not await jobs.withdraw(work, KIND, "never")
    centre.clock.advance(299)
    assert await scheduler.run_due() == 0
    centre.clock.advance(1)
    assert await scheduler.run_due() == 2
    assert done.keys == ["early", "late"]


@pytest.mark.whole
async def test_failures_wait_longer_each_time_and_end_in_the_list_of_the_given_up(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    done = Done(failures=3)
    scheduler = _scheduler(centre, done, attempts=3, back_off_s=10)
    await _ask(centre, "a")
    assert await scheduler.run_due() == 1
    for wait_s in (10, 20):
        centre.clock.advance(wait_s - 1)
        assert await scheduler.run_due() == 0
        centre.clock.advance(1)
        assert await scheduler.run_due() == 1
    assert await _states(admin, "waiting") == []
    [given_up] = await _states(admin, "failed")
    assert (given_up["key"], given_up["attempts"], given_up["error"]) == ("a", 3, "OSError")

    answer = await admin.post(f"/api/v1/jobs/{given_up['id']}/retry")
    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert await scheduler.run_due() == 1
    assert done.keys == ["a"]
    assert await _states(admin, "failed") == []
    logged = (await admin.get("/api/v1/audit?action=job_retried")).json()["items"]
    assert [(entry["username"], entry["subject"]) for entry in logged] == [
        ("admin", f"{KIND} {given_up['id']}")
    ]


async def test_what_was_given_up_can_be_forgotten_by_an_administrator_alone(
    centre: Centre, admin: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    scheduler = _scheduler(centre, Done(failures=9), attempts=1)
    await _ask(centre, "a", "b", "c")
    assert await scheduler.run_due() == 3
    answer = await admin.get("/api/v1/jobs?limit=2")
    page = answer.json()
    rest = (await admin.get(f"/api/v1/jobs?limit=2&cursor={page['next_cursor']}")).json()
    found = [item["id"] for item in (*page["items"], *rest["items"])]
    assert sorted(found, reverse=True) == found
    assert len(found) == 3
    assert rest["next_cursor"] is None
    assert (await reviewer.get("/api/v1/jobs")).status_code == 403
    assert (await reviewer.delete(f"/api/v1/jobs/{found[0]}")).status_code == 403
    assert (await admin.delete(f"/api/v1/jobs/{found[0]}")).status_code == 204
    assert (await admin.delete(f"/api/v1/jobs/{found[0]}")).status_code == 404
    assert [item["id"] for item in await _states(admin, "failed")] == found[1:]


async def test_a_recurring_job_keeps_its_grid_and_survives_failures(centre: Centre) -> None:
    done = Done(failures=1)
    scheduler = _scheduler(centre, done, every_s=60)
    await scheduler.begin()
    await scheduler.begin()
    assert await scheduler.run_due() == 1
    centre.clock.advance(60)
    assert await scheduler.run_due() == 1
    # Three slots were missed: one is done, and the next stands where it always stood.
    centre.clock.advance(60 * 3 + 30)
    assert await scheduler.run_due() == 1
    centre.clock.advance(29)
    assert await scheduler.run_due() == 0
    centre.clock.advance(1)
    assert await scheduler.run_due() == 1
    assert len(done.keys) == 3


async def test_a_clock_set_back_does_not_stop_what_recurs(centre: Centre) -> None:
    done = Done()
    scheduler = _scheduler(centre, done, every_s=60)
    await scheduler.begin()
    centre.clock.advance(3600 * 24 * 365)
    assert await scheduler.run_due() == 1
    centre.clock.advance(-3600 * 24 * 365)
    assert await scheduler.run_due() == 1


async def test_an_attempt_that_died_is_taken_over_and_its_late_end_does_not_count(
    centre: Centre,
) -> None:
    held = asyncio.Event()
    begun = asyncio.Event()
    taken: list[int] = []

    async def stall(_: Runtime, job: ClaimedJob) -> None:
        begun.set()
        await held.wait()

    async def within(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
        taken.append(job.attempt)

    slow = Scheduler(centre.runtime, [JobKind(KIND, run=stall, lease_s=60)])
    quick = Scheduler(centre.runtime, [JobKind(KIND, within=within, lease_s=60)])
    await _ask(centre, "a")
    stalled = asyncio.create_task(slow.run_due())
    await begun.wait()
    centre.clock.advance(59)
    assert await quick.run_due() == 0
    centre.clock.advance(2)
    assert await quick.run_due() == 1
    assert taken == [2]
    held.set()
    await stalled
    assert await quick.run_due() == 0


@pytest.mark.whole
async def test_what_dies_each_time_is_given_up(centre: Centre, admin: httpx.AsyncClient) -> None:
    """A job that ends its process never comes to record its failure."""
    begun = asyncio.Event()

    async def never_ends(_: Runtime, job: ClaimedJob) -> None:
        begun.set()
        await asyncio.Event().wait()

    scheduler = Scheduler(centre.runtime, [JobKind(KIND, run=never_ends, attempts=2, lease_s=60)])
    await _ask(centre, "a")
    for _ in range(2):
        attempt = asyncio.create_task(scheduler.run_due())
        await begun.wait()
        begun.clear()
        attempt.cancel()
        await asyncio.gather(attempt, return_exceptions=True)
        centre.clock.advance(61)
        for row in await _states(admin, "waiting"):
            assert row["is_running"]
    assert await scheduler.run_due() == 0
    [given_up] = await _states(admin, "failed")
    assert (given_up["error"], given_up["attempts"]) == ("process_died", 2)


async def test_an_effect_inside_the_transaction_is_undone_with_it(centre: Centre) -> None:
    async def asks_and_fails(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
        await jobs.ask(work, "other", job.key)
        if job.attempt == 1:
            raise OSError

    done = Done()
    scheduler = Scheduler(
        centre.runtime,
        [JobKind(KIND, within=asks_and_fails), JobKind("other", run=done)],
    )
    await _ask(centre, "a")
    assert await scheduler.run_due() == 1
    assert done.keys == []
    centre.clock.advance(5)
    assert await scheduler.run_due() == 2
    assert done.keys == ["a"]


async def test_what_was_done_long_ago_is_forgotten_and_what_was_given_up_is_not(
    centre: Centre,
) -> None:
    await _ask(centre, "good")
    await _scheduler(centre, Done()).run_due()
    await _ask(centre, "bad")
    await _scheduler(centre, Done(failures=1), attempts=1).run_due()
    centre.clock.advance(8 * 24 * 3600)
    async with centre.runtime.work(EVERYTHING) as work:
        await jobs.forget_done(work)
    assert await _ask(centre, "good") == [True]
    assert [item["key"] for item in await _states(await centre.admin(), "failed")] == ["bad"]


@pytest.mark.whole
async def test_of_two_processes_each_job_is_done_by_one(
    postgres_template: PostgresTemplate, tmp_path: Path
) -> None:
    async with replicas(postgres_template, tmp_path) as centres:
        begun: Counter[str] = Counter()
        keys = [f"job-{number}" for number in range(200)]
        effects = Done(expected=len(keys))

        async def within(_: Runtime, work: UnitOfWork, job: ClaimedJob) -> None:
            begun[job.key] += 1
            await asyncio.sleep(0)
            await jobs.ask(work, "effect", f"{job.key}/{job.attempt}")

        kinds = [JobKind(KIND, within=within), JobKind("effect", run=effects)]
        stopping = asyncio.Event()
        await _ask(centres[0], *keys)
        running = [
            asyncio.create_task(Scheduler(centre.runtime, kinds).run(stopping))
            for centre in centres
        ]
        async with asyncio.timeout(60):
            await effects.is_complete.wait()
        stopping.set()
        await asyncio.gather(*running)
        assert begun == Counter(keys)
        assert sorted(effects.keys) == sorted(f"{key}/1" for key in keys)

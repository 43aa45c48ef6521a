from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.api.centre import Centre, beat, put_alert, running_centre
from tests.api.messages import T0, camera_beat, episode, heartbeat


async def test_strangers_learn_only_the_status(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(camera_beat()))
    stranger = await centre.client()
    assert (await stranger.get("/api/v1/health")).json() == {"status": "ok"}
    health = (await reviewer.get("/api/v1/health")).json()
    assert (health["status"], health["database"], health["version"]) == ("ok", "ok", "0.1.0")
    [seen] = health["workers"]
    assert (seen["worker_id"], seen["lost"], seen["outbox_pending"]) == ("box-1", False, 3)
    assert seen["last_seen_at"] == "2026-11-24T02:00:00Z"


async def test_a_lost_worker_degrades(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat())
    centre.clock.advance(31)
    health = (await reviewer.get("/api/v1/health")).json()
    assert health["status"] == "degraded"
    assert health["workers"][0]["lost"] is True


async def test_a_database_that_is_gone_is_told_and_not_hidden(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    def ruin() -> None:
        for path in tmp_path.glob("mingan.db*"):
            path.unlink()
        (tmp_path / "mingan.db").write_bytes(b"ruined" * 1000)

    async with running_centre(tmp_path, template=migrated_data_dir) as centre:
        await centre.runtime.database.close()
        ruin()
        answer = await (await centre.client()).get("/api/v1/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


async def test_metrics_count_requests_by_template_and_alerts_by_status(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode())
    await put_alert(worker, episode())
    await beat(worker, heartbeat(camera_beat()))
    centre.clock.advance(7)
    await reviewer.get(f"/api/v1/alerts/{episode().id}")
    await reviewer.get("/no/such/page")
    here = await centre.client(address="127.0.0.1")
    lines = (await here.get("/metrics")).text.splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    def value(name: str) -> float:
        return float(values[name])

    route = 'method="GET",route="/api/v1/alerts/{alert_id}",status="200"'
    assert value(f"mingan_api_requests_total{{{route}}}") == 1
    assert value('mingan_api_requests_total{method="GET",route="unmatched",status="503"}') == 1
    assert value('mingan_api_ingested_total{changed="true",kind="alert"}') == 1
    assert value('mingan_api_ingested_total{changed="false",kind="alert"}') == 1
    assert value('mingan_api_alerts{status="pending_review"}') == 1
    box = '{school_id="no-1-primary",worker_id="box-1"}'
    assert value(f"mingan_api_worker_silence_seconds{box}") == 7
    assert value(f"mingan_api_worker_outbox_pending{box}") == 3
    assert str(episode().id) not in "\n".join(lines)


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
async def test_a_proxy_on_this_machine_does_not_open_the_metrics(
    centre: Centre, header: str
) -> None:
    local = await centre.client(address="127.0.0.1")
    assert (await local.get("/metrics")).status_code == 200
    relayed = await local.get("/metrics", headers={header: "10.0.0.9"})
    assert (relayed.status_code, relayed.json()["code"]) == (401, "bad_token")


async def test_health_tells_what_a_person_has_to_look_after(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(worker_id="well"))
    await beat(worker, heartbeat(worker_id="full", disk_free_bytes=1_000_000))
    await beat(worker, heartbeat(worker_id="late", sent_at=T0 - timedelta(hours=1)))
    await put_alert(worker, episode(raised_at=T0 + timedelta(days=3650)))
    health = (await reviewer.get("/api/v1/health")).json()
    assert health["status"] == "degraded"
    assert health["problems"] == [
        {"code": "alerts_dated_ahead"},
        {"code": "worker_disk_full", "worker_id": "full"},
        {"code": "worker_clock_off", "worker_id": "late"},
    ]


async def test_what_a_worker_does_not_tell_is_unknown(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(worker_id="older"))
    await beat(worker, heartbeat(worker_id="today", cpu_busy=0.25, disk_total_bytes=2 * 10**12))
    workers = (await reviewer.get("/api/v1/health")).json()["workers"]
    told = {
        each["worker_id"]: (each.get("cpu_busy"), each.get("disk_total_bytes")) for each in workers
    }
    assert told == {"older": (None, None), "today": (0.25, 2 * 10**12)}


async def test_health_counts_what_was_refused(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await beat(worker, heartbeat(outbox_refused=2))
    health = (await reviewer.get("/api/v1/health")).json()
    assert health["workers"][0]["outbox_refused"] == 2
    assert health["problems"] == [{"code": "messages_refused", "worker_id": "box-1"}]


async def test_a_full_disk_of_the_centre_is_no_health(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with running_centre(
        tmp_path, template=migrated_data_dir, evidence_leaves_free_bytes=2**62
    ) as centre:
        health = (await (await centre.admin()).get("/api/v1/health")).json()
    assert health["status"] == "degraded"
    assert health["problems"] == [{"code": "disk_full"}]

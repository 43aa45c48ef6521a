"""The wire as docs/wire.md says it: idempotent, tolerant of order, strict about content."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from starlette.types import Message, Receive, Scope, Send

from api.contract import EvidenceKind, Heartbeat
from tests.api.centre import (
    WORKER_TOKEN,
    Centre,
    put_alert,
    put_analysed,
    put_camera,
    put_evidence,
    running_centre,
    summaries,
)
from tests.api.messages import (
    SCHOOL_ID,
    T0,
    analysed,
    camera_beat,
    episode,
    evidence_ref,
    heartbeat,
    registration,
    sha256,
)

BIG = bytes(range(256)) * 9000


@pytest.mark.whole
async def test_known_or_older_revisions_change_nothing(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    assert await put_alert(worker, episode(revision=3, score=0.3)) is True
    assert await put_alert(worker, episode(revision=3, score=0.9)) is False
    assert await put_alert(worker, episode(revision=2, score=0.2)) is False
    assert await put_alert(worker, episode(revision=5, score=0.5)) is True
    [alert] = await summaries(reviewer)
    assert alert.score == 0.5


async def test_evidence_may_come_before_its_alert_and_twice(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    assert await put_evidence(worker, BIG) is True
    assert await put_evidence(worker, BIG) is False
    await put_alert(worker, episode(evidence=(evidence_ref(BIG),)))
    [alert] = await summaries(reviewer)
    assert alert.snapshot_url == f"/api/v1/evidence/{sha256(BIG)}"
    assert centre.runtime.evidence.path(sha256(BIG)).read_bytes() == BIG


async def test_evidence_in_pieces_without_a_length(worker: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(BIG), 70_000):
            yield BIG[start : start + 70_000]

    answer = await worker.put(
        f"/api/v2/ingest/evidence/{sha256(BIG)}?school_id={SCHOOL_ID}",
        content=pieces(),
        headers={"Content-Type": "video/mp4"},
    )
    assert (answer.status_code, answer.json()) == (200, {"accepted": True, "changed": True})


def _files(centre: Centre) -> list[Path]:
    folder = centre.runtime.settings.data_dir / "evidence"
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.whole
@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"tampered", "image/jpeg", 422, "hash_mismatch"),
        (b"", "image/jpeg", 422, "hash_mismatch"),
        (b"true", "text/html", 415, "unsupported_media_type"),
        (b"true", "", 415, "unsupported_media_type"),
        (b"x" * 1001, "image/jpeg", 413, "too_large"),
    ],
)
async def test_refused_evidence_leaves_nothing_behind(
    tmp_path: Path,
    migrated_data_dir: Path,
    content: bytes,
    media_type: str,
    status: int,
    code: str,
) -> None:
    async with running_centre(
        tmp_path, template=migrated_data_dir, evidence_max_bytes=1000
    ) as centre:
        worker = await centre.worker()
        for declared in (True, False):

            async def stream() -> AsyncIterator[bytes]:
                yield content

            answer = await worker.put(
                f"/api/v2/ingest/evidence/{sha256(b'true')}?school_id={SCHOOL_ID}",
                content=content if declared else stream(),
                headers={"Content-Type": media_type},
            )
            assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert _files(centre) == []


async def test_a_folder_that_cannot_be_written_keeps_the_message_with_the_worker(
    centre: Centre, worker: httpx.AsyncClient
) -> None:
    shutil.rmtree(centre.runtime.settings.data_dir / "evidence")
    (centre.runtime.settings.data_dir / "evidence").write_text("a file in the way")
    answer = await worker.put(
        f"/api/v2/ingest/evidence/{sha256(b'x')}?school_id={SCHOOL_ID}",
        content=b"x",
        headers={"Content-Type": "image/jpeg"},
    )
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_unavailable")


async def test_what_an_interrupted_upload_left_is_swept_on_start(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    incoming = tmp_path / "evidence" / "incoming"
    incoming.mkdir(parents=True)
    (incoming / "half").write_bytes(b"half a file")
    async with running_centre(tmp_path, template=migrated_data_dir) as centre:
        assert _files(centre) == []


async def test_an_identity_in_the_path_must_be_the_one_in_the_body(
    worker: httpx.AsyncClient,
) -> None:
    for path, body in (
        (f"alerts/{uuid4()}", episode().model_dump(mode="json")),
        ("cameras/other", registration().model_dump(mode="json")),
    ):
        answer = await worker.put(f"/api/v2/ingest/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "identity_mismatch")


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"track_count": 2**63}, "body.track_count"),
        ({"zone": "a\x00b"}, "body.zone"),
        ({"facts": {"k": "a\x00b"}}, "body.facts.k"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "body.started_at"),
        ({"score": 1.5}, "body.score"),
        ({"surprise": 1}, "body.surprise"),
    ],
)
async def test_what_cannot_be_stored_is_refused_for_good(
    worker: httpx.AsyncClient, change: dict[str, object], where: str
) -> None:
    body = episode().model_dump(mode="json") | change
    answer = await worker.put(f"/api/v2/ingest/alerts/{body['id']}", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["where"] for error in answer.json()["errors"]] == [where]


async def test_a_body_over_the_limit_is_refused_with_and_without_a_length(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with running_centre(tmp_path, template=migrated_data_dir, body_max_bytes=1024) as centre:
        worker = await centre.worker()

        async def stream() -> AsyncIterator[bytes]:
            for _ in range(3):
                yield b" " * 1000

        for content in (b" " * 3000, stream()):
            answer = await worker.put("/api/v2/ingest/analysed-time", content=content)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert await put_evidence(worker, b"x" * 3000) is True


async def test_analysed_time_is_told_once_and_the_fuller_report_wins(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    partial, full = analysed(T0, 30.0), analysed(T0, 55.0)
    assert await put_analysed(worker, [full]) is True
    assert await put_analysed(worker, [full]) is False
    assert await put_analysed(worker, [partial]) is False
    camera = (await reviewer.get("/api/v1/cameras/1")).json()
    assert camera["analysed_s"] == 55.0


async def test_a_bad_batch_is_refused_whole(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    good = analysed(T0, 30.0).model_dump(mode="json")
    bad = good | {"from_at": "0001-01-01T00:00:00+14:00", "to_at": "0001-01-01T00:01:00+14:00"}
    answer = await worker.put("/api/v2/ingest/analysed-time", json=[good, bad])
    assert answer.status_code == 422
    assert (await reviewer.get("/api/v1/cameras/1")).json()["analysed_s"] == 0.0


async def test_a_heartbeat_answers_nothing(worker: httpx.AsyncClient) -> None:
    told: Heartbeat = heartbeat(camera_beat())
    answer = await worker.post("/api/v2/ingest/heartbeat", json=told.model_dump(mode="json"))
    assert (answer.status_code, answer.content) == (204, b"")


async def test_a_heartbeat_without_rules_is_as_good(worker: httpx.AsyncClient) -> None:
    """A worker that does not tell its rules yet is no stranger."""
    told = heartbeat(camera_beat()).model_dump(mode="json", exclude={"rules"})
    answer = await worker.post("/api/v2/ingest/heartbeat", json=told)
    assert answer.status_code == 204


async def test_a_rule_in_a_state_nobody_knows_is_refused(worker: httpx.AsyncClient) -> None:
    told = heartbeat().model_dump(mode="json") | {"rules": [{"rule": "fall", "state": "maybe"}]}
    answer = await worker.post("/api/v2/ingest/heartbeat", json=told)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("header", [None, "Bearer wrong", "Basic d29ya2Vy", "Bearer é"])
async def test_a_stranger_may_send_nothing(centre: Centre, header: str | None) -> None:
    stranger = await centre.client()
    headers = {} if header is None else {b"Authorization": header.encode()}
    answer = await stranger.put(
        f"/api/v2/ingest/evidence/{sha256(b'x')}?school_id={SCHOOL_ID}",
        content=b"x",
        headers=headers,
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_token")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert _files(centre) == []


async def test_a_revision_that_drops_evidence_closes_access_to_it(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    first = evidence_ref(b"first")
    await put_alert(worker, episode(revision=1, evidence=(first,)))
    await put_evidence(worker, b"first")
    clip = evidence_ref(b"clip", EvidenceKind.CLIP)
    await put_alert(worker, episode(revision=2, evidence=(clip,)))
    assert (await reviewer.get(f"/api/v1/evidence/{first.sha256}")).status_code == 404
    [alert] = await summaries(reviewer)
    assert alert.snapshot_url is None


async def test_an_acknowledgement_leaves_only_after_the_commit(centre: Centre) -> None:
    """Else a power cut in between would lose an alert that its worker has forgotten."""
    stored_at_answer: list[int] = []
    database = centre.runtime.settings.data_dir / "mingan.db"

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        async def watching_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                with closing(sqlite3.connect(database)) as other:
                    [(count,)] = other.execute("SELECT count(*) FROM alerts")
                stored_at_answer.append(count)
            await send(message)

        await centre.app(scope, receive, watching_send)

    headers = {"Authorization": f"Bearer {WORKER_TOKEN}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://centre.test", headers=headers
    ) as worker:
        await put_alert(worker, episode())
    assert stored_at_answer == [1]

"""Who may see which file; storing is tested with the wire in tests/contract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from api.contract import EvidenceKind
from tests.api.centre import Centre, put_alert, put_evidence, running_centre
from tests.api.messages import SCHOOL_ID, alert_uuid, episode, evidence_ref, sha256

RAW = b"a picture with faces"
BLURRED = b"a picture without"
ORIGINAL = f"/api/v1/alerts/{alert_uuid('one')}/original"


async def _alert_with_original(worker: httpx.AsyncClient) -> None:
    refs = (evidence_ref(BLURRED), evidence_ref(RAW, EvidenceKind.SNAPSHOT_ORIGINAL))
    await put_alert(worker, episode(evidence=refs))
    await put_evidence(worker, BLURRED)
    await put_evidence(worker, RAW)


async def test_a_blurred_snapshot_needs_only_a_session(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _alert_with_original(worker)
    answer = await reviewer.get(f"/api/v1/evidence/{sha256(BLURRED)}")
    assert (answer.status_code, answer.content) == (200, BLURRED)
    assert answer.headers["content-type"] == "image/jpeg"


async def test_an_original_needs_a_reason_and_is_logged(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _alert_with_original(worker)
    path = f"/api/v1/evidence/{sha256(RAW)}"
    refused = await reviewer.get(path)
    assert (refused.status_code, refused.json()["code"]) == (403, "grant_required")
    assert (await reviewer.post(ORIGINAL, json={"reason": "curious"})).status_code == 422

    granted = (await reviewer.post(ORIGINAL, json={"reason": "police_request"})).json()
    opened = await reviewer.get(granted["url"])
    assert (opened.status_code, opened.content) == (200, RAW)
    assert "no-store" in opened.headers["cache-control"]

    log = (await admin.get("/api/v1/audit?action=original_opened")).json()["items"]
    assert [(e["username"], e["reason"], e["alert_id"], e["client"]) for e in log] == [
        ("wang.li", "police_request", str(alert_uuid("one")), "10.1.1.1")
    ]
    history = (await reviewer.get(ORIGINAL.removesuffix("/original"))).json()["history"]
    assert [(h["action"], h["by"], h["reason"]) for h in history][1:] == [
        ("original_opened", "wang.li", "police_request")
    ]


async def test_whoever_plays_a_clip_is_logged_once_an_hour(
    centre: Centre,
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    admin: httpx.AsyncClient,
) -> None:
    clip = b"ten seconds with faces"
    ref = evidence_ref(clip, EvidenceKind.CLIP)
    await put_alert(worker, episode(evidence=(ref,)))
    await put_evidence(worker, clip)
    path = f"/api/v1/evidence/{sha256(clip)}"
    for piece in ("bytes=0-3", "bytes=4-"):
        assert (await reviewer.get(path, headers={"Range": piece})).status_code == 206

    async def viewings() -> list[tuple[str, str]]:
        log = (await admin.get("/api/v1/audit?action=clip_viewed")).json()["items"]
        return [(entry["username"], entry["alert_id"]) for entry in log]

    once = ("wang.li", str(alert_uuid("one")))
    assert await viewings() == [once]
    centre.clock.advance(3601)
    await reviewer.get(path)
    assert await viewings() == [once, once]


async def test_a_grant_serves_one_person_one_file_and_a_short_while(
    centre: Centre,
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    admin: httpx.AsyncClient,
) -> None:
    await _alert_with_original(worker)
    other = evidence_ref(b"another face", EvidenceKind.SNAPSHOT_ORIGINAL)
    await put_alert(worker, episode("two", evidence=(other,)))
    await put_evidence(worker, b"another face")
    url = (await reviewer.post(ORIGINAL, json={"reason": "other"})).json()["url"]
    grant = url.partition("?")[2]

    assert (await admin.get(url)).status_code == 403
    assert (await reviewer.get(f"/api/v1/evidence/{other.sha256}?{grant}")).status_code == 403
    assert (await reviewer.get(url[:-1])).status_code == 403
    assert (await reviewer.get(url)).status_code == 200
    centre.clock.advance(120)
    assert (await reviewer.get(url)).status_code == 403


async def test_an_alert_without_an_original_says_so(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    ref = evidence_ref(RAW, EvidenceKind.SNAPSHOT_ORIGINAL)
    await put_alert(worker, episode(evidence=(ref,)))
    refused = await reviewer.post(ORIGINAL, json={"reason": "other"})
    assert (refused.status_code, refused.json()["code"]) == (404, "no_original")
    log = (await admin.get("/api/v1/audit?action=original_opened")).json()["items"]
    assert log == []


async def test_the_same_bytes_blurred_and_original_are_not_locked_away(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    empty = b"nobody in the picture"
    refs = (evidence_ref(empty), evidence_ref(empty, EvidenceKind.SNAPSHOT_ORIGINAL))
    await put_alert(worker, episode(evidence=refs))
    await put_evidence(worker, empty)
    assert (await reviewer.get(f"/api/v1/evidence/{sha256(empty)}")).status_code == 200


async def test_a_file_no_alert_names_is_nobodys(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_evidence(worker, b"stray")
    answer = await reviewer.get(f"/api/v1/evidence/{sha256(b'stray')}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_file_gone_from_disk_is_not_found_and_can_be_sent_again(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode(evidence=(evidence_ref(BLURRED),)))
    await put_evidence(worker, BLURRED)
    centre.runtime.evidence.path(sha256(BLURRED)).unlink()
    path = f"/api/v1/evidence/{sha256(BLURRED)}"
    assert (await reviewer.get(path)).status_code == 404
    await put_evidence(worker, BLURRED)
    assert (await reviewer.get(path)).content == BLURRED


async def test_a_clip_does_not_stay_in_the_browser_to_be_seen_unwritten(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    clip = b"ten seconds with faces"
    await put_alert(worker, episode(evidence=(evidence_ref(clip, EvidenceKind.CLIP),)))
    await put_evidence(worker, clip, "video/mp4")
    answer = await reviewer.get(f"/api/v1/evidence/{sha256(clip)}")
    assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.whole
async def test_what_is_told_of_people_does_not_stay_in_the_browser(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode())
    for path in ("alerts", f"alerts/{alert_uuid('one')}", "cameras", "health"):
        answer = await reviewer.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


async def test_evidence_leaves_the_database_its_room(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    settings: dict[str, Any] = {"template": migrated_data_dir, "evidence_leaves_free_bytes": 2**62}
    async with running_centre(tmp_path, **settings) as full:
        answer = await (await full.worker()).put(
            f"/api/v2/ingest/evidence/{sha256(RAW)}?school_id={SCHOOL_ID}",
            content=RAW,
            headers={"Content-Type": "image/jpeg"},
        )
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_unavailable")

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from api.contract import EpisodeState, EvidenceKind, RiskLevel
from tests.api.centre import (
    Centre,
    beat,
    put_alert,
    put_camera,
    put_evidence,
    summaries,
)
from tests.api.messages import T0, alert_uuid, episode, evidence_ref, heartbeat, registration

_NONE = {"pending_review": 0, "confirmed": 0, "false_positive": 0, "seen": 0}

ONE = f"/api/v1/alerts/{alert_uuid('one')}"


async def test_a_summary_tells_what_where_when(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    picture, clip = b"jpeg", b"mp4"
    await put_camera(worker, registration())
    await put_alert(
        worker,
        episode(evidence=(evidence_ref(picture), evidence_ref(clip, EvidenceKind.CLIP))),
    )
    [before] = await summaries(reviewer)
    assert (before.snapshot_url, before.clip_url) == (None, None)
    assert before.clip_duration_s == 15.0

    await put_evidence(worker, picture)
    await put_evidence(worker, clip, "video/mp4")
    [alert] = await summaries(reviewer)

    assert alert.status == "pending_review"
    assert (alert.camera_name, alert.camera_location) == ("北门", "北围墙")
    assert alert.duration_s == 5.0
    assert alert.snapshot_url == f"/api/v1/evidence/{evidence_ref(picture).sha256}"
    assert alert.clip_url == f"/api/v1/evidence/{evidence_ref(clip).sha256}"
    assert alert.clip_starts_at == T0 - timedelta(seconds=5)
    assert alert.snapshot_size is not None
    assert (alert.snapshot_size.width, alert.snapshot_size.height) == (1920, 1080)
    assert alert.zone_norm == [(0.1, 0.2), (0.9, 0.2), (0.9, 0.9)]
    assert (alert.reviewed_by, alert.undo_until, alert.reason) == (None, None, None)
    assert alert.has_original is False


async def test_detail_has_facts_evidence_and_history(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    original = evidence_ref(b"raw", EvidenceKind.SNAPSHOT_ORIGINAL)
    await put_alert(worker, episode(revision=4, evidence=(evidence_ref(b"x"), original)))
    await put_evidence(worker, b"raw")
    await reviewer.post(f"{ONE}/confirm", json={"note": " seen it "})

    detail = (await reviewer.get(ONE)).json()

    assert detail["episode"]["revision"] == 4
    assert detail["episode"]["facts"] == {"dwell_s": 3.0, "direction": "in"}
    assert [(e["kind"], e["available"], e["url"]) for e in detail["evidence"]] == [
        ("snapshot", False, None),
        ("snapshot_original", True, None),
    ]
    assert [(h["action"], h["by"], h["note"]) for h in detail["history"]] == [
        ("received", None, ""),
        ("confirmed", "wang.li", "seen it"),
    ]


async def test_confirm_then_undo_then_refute(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode())
    confirmed = (await reviewer.post(f"{ONE}/confirm")).json()
    assert (confirmed["status"], confirmed["reviewed_by"]) == ("confirmed", "wang.li")
    assert confirmed["undo_until"] == "2026-11-24T02:00:10Z"

    centre.clock.advance(10)
    undone = (await reviewer.post(f"{ONE}/undo")).json()
    assert (undone["status"], undone["reviewed_by"], undone["note"]) == (
        "pending_review",
        None,
        "",
    )

    refuted = await reviewer.post(f"{ONE}/false-positive", json={"reason": "animal"})
    assert (refuted.json()["status"], refuted.json()["reason"]) == ("false_positive", "animal")
    history = (await reviewer.get(ONE)).json()["history"]
    assert [h["action"] for h in history] == [
        "received",
        "confirmed",
        "undone",
        "false_positive",
    ]
    entries = (await admin.get("/api/v1/audit")).json()["items"]
    logged = [entry for entry in entries if entry["alert_id"] == str(alert_uuid("one"))]
    assert [(entry["action"], entry["username"], entry["reason"]) for entry in logged[::-1]] == [
        ("alert_judged", "wang.li", "confirmed"),
        ("alert_judgement_undone", "wang.li", None),
        ("alert_judged", "wang.li", "false_positive"),
    ]
    assert all(entry["client"] for entry in logged)


@pytest.mark.parametrize("second", ["confirm", "false-positive"])
async def test_a_judged_alert_cannot_be_judged_again(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, second: str
) -> None:
    await put_alert(worker, episode())
    await reviewer.post(f"{ONE}/confirm")
    body = {} if second == "confirm" else {"reason": "other"}
    refused = await reviewer.post(f"{ONE}/{second}", json=body)
    assert refused.status_code == 409
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["code"] == "bad_transition"
    params = refused.json()["params"]
    assert (params["why"], params["status"]) == ("not_pending", "confirmed")
    assert (params["by"], params["at"]) == ("wang.li", T0.isoformat())


async def test_undo_is_refused_when_too_late_by_others_or_without_a_judgement(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    other = await centre.reviewer("zhao")
    await put_alert(worker, episode())

    async def why(client: httpx.AsyncClient) -> str:
        refused = await client.post(f"{ONE}/undo")
        assert refused.status_code == 409
        return str(refused.json()["params"]["why"])

    assert await why(reviewer) == "not_reviewed"
    await reviewer.post(f"{ONE}/confirm")
    assert await why(other) == "other_person"
    centre.clock.advance(10.001)
    assert await why(reviewer) == "expired"
    [alert] = await summaries(reviewer)
    assert (alert.status, alert.undo_until) == ("confirmed", None)


async def test_a_later_revision_never_resets_a_judgement(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode(revision=1))
    await reviewer.post(f"{ONE}/false-positive", json={"reason": "other", "note": "bird"})
    await put_alert(worker, episode(revision=2, state=EpisodeState.CLOSED, score=0.95))
    [alert] = await summaries(reviewer)
    assert (alert.state, alert.score) == ("closed", 0.87), "as it was judged, at its end"
    assert (await reviewer.get(ONE)).json()["later"]["score"] == 0.95
    assert (alert.status, alert.reason, alert.note) == ("false_positive", "other", "bird")
    assert alert.reviewed_by == "wang.li"


@pytest.mark.whole
async def test_filters_narrow_and_counts_ignore_the_status_filter(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode("a"))
    no_2 = await centre.enrolled(admin, "no-2", name_zh="第二小学")
    told = registration("yard", name="操场", location="东侧 100%", school_id="no-2")
    await put_camera(no_2, told)
    yard = {"school_id": "no-2", "camera_id": "yard", "rule": "loitering", "zone": "lawn"}
    await put_alert(no_2, episode("b", **yard))
    later = T0 + timedelta(minutes=5)
    centre.clock.advance(300)
    await put_alert(worker, episode("c", risk=RiskLevel.CLASS_1, raised_at=later))
    await reviewer.post(f"/api/v1/alerts/{alert_uuid('a')}/confirm")

    async def found(query: str) -> set[str]:
        names = {alert_uuid(name): name for name in "abc"}
        return {names[alert.id] for alert in await summaries(reviewer, f"?{query}")}

    assert await found("status=pending_review") == {"b", "c"}
    assert await found("status=pending_review&status=confirmed") == {"a", "b", "c"}
    assert await found("camera_key=2") == {"b"}
    assert await found("school_id=no-2") == {"b"}
    assert await found("school_id=no-2&school_id=no-3") == {"b"}
    assert await found("school_id=no-3") == set()
    assert await found("rule=loitering") == {"b"}
    assert await found("risk=class_1") == {"c"}
    assert await found("from=2026-11-24T02:05:00Z") == {"c"}
    assert await found("to=2026-11-24T10:05:00%2B08:00") == {"a", "b"}
    assert await found("q=操") == {"b"}
    assert await found("q=第二小") == {"b"}
    assert await found("q=100%25") == {"b"}
    assert await found("q=%25") == {"b"}
    assert await found("q=LAWN") == {"b"}
    assert await found("q=徘徊") == {"b"}
    assert await found("q=nothing-such") == set()
    # Every word has to be there, wherever it stands; the wide space of an input method parts too.
    assert await found("q=第二小学 徘徊") == {"b"}
    assert await found("q=操场\u3000lawn") == {"b"}
    assert await found("q=操场 nothing-such") == set()
    assert await found("q=%20%20") == {"a", "b", "c"}

    page = (await reviewer.get("/api/v1/alerts?status=confirmed&camera_key=1")).json()
    assert page["counts"] == {**_NONE, "pending_review": 1, "confirmed": 1}
    page = (await reviewer.get("/api/v1/alerts?school_id=no-2")).json()
    assert page["counts"] == {**_NONE, "pending_review": 1}
    assert page["items"][0]["school"] == {
        "school_id": "no-2",
        "name": "第二小学",
        "name_en": "",
    }


async def test_counts_are_the_same_on_every_page(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    for name in ("lawn a", "lawn b", "lawn c"):
        await put_alert(worker, episode(name, zone="lawn"))
    await put_alert(worker, episode("other"))
    await reviewer.post(f"/api/v1/alerts/{alert_uuid('lawn a')}/confirm")
    counts = {**_NONE, "pending_review": 2, "confirmed": 1}
    path = "/api/v1/alerts?q=lawn"
    first = (await reviewer.get(f"{path}&limit=2")).json()
    rest = (await reviewer.get(f"{path}&limit=2&cursor={first['next_cursor']}")).json()
    assert [len(page["items"]) for page in (first, rest)] == [2, 1]
    for asked in (f"{path}&limit=3", f"{path}&status=confirmed"):
        assert (await reviewer.get(asked)).json()["counts"] == counts
    assert first["counts"] == rest["counts"] == counts
    nothing = (await reviewer.get("/api/v1/alerts?q=nothing-such")).json()
    assert nothing["counts"] == _NONE


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("status=maybe", "invalid"),
        ("limit=0", "invalid"),
        ("limit=201", "invalid"),
        ("from=yesterday", "invalid"),
        ("from=0001-01-01T00:00:00%2B14:00", "invalid"),
        ("cursor=abc", "bad_cursor"),
        ("cursor=WyIyMDI2LTExLTI0VDAyOjAwOjAwKzAwOjAwIiwgIm5vdC1hLXV1aWQiXQ", "bad_cursor"),
    ],
)
async def test_bad_queries_are_refused(reviewer: httpx.AsyncClient, query: str, code: str) -> None:
    refused = await reviewer.get(f"/api/v1/alerts?{query}")
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_unknown_alerts_are_not_found(reviewer: httpx.AsyncClient) -> None:
    path = f"/api/v1/alerts/{uuid4()}"
    for answer in (
        await reviewer.get(path),
        await reviewer.post(f"{path}/confirm"),
        await reviewer.post(f"{path}/undo"),
        await reviewer.post(f"{path}/original", json={"reason": "other"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_an_alert_before_its_camera_makes_a_placeholder(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode(camera_id="new-one"))
    [alert] = await summaries(reviewer)
    assert (alert.camera_name, alert.camera_location) == ("new-one", "")
    camera = (await reviewer.get("/api/v1/cameras/1")).json()
    assert (camera["registered"], camera["state"]) == (False, "unknown")

    await put_camera(worker, registration("new-one", name="南门"))
    await beat(worker, heartbeat())
    [alert] = await summaries(reviewer)
    assert alert.camera_name == "南门"

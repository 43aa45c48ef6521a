"""What a person judged stays as it was, and an order is answered only by whom it was given to."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.contract import EpisodeState, EvidenceKind, VideoCodec
from api.viewing.feed import CameraRef
from tests.api.centre import Centre, key_of, put_alert, put_camera, put_evidence, summaries
from tests.api.messages import T0, episode, evidence_ref, registration

_SEEN, _OTHER, _ORIGINAL, _CLIP = b"as judged", b"another", b"unblurred", b"a clip"


async def _detail(person: httpx.AsyncClient, alert_id: UUID) -> dict[str, Any]:
    found: dict[str, Any] = (await person.get(f"/api/v1/alerts/{alert_id}")).json()
    return found


async def _confirmed(worker: httpx.AsyncClient, person: httpx.AsyncClient) -> UUID:
    refs = (evidence_ref(_SEEN), evidence_ref(_ORIGINAL, EvidenceKind.SNAPSHOT_ORIGINAL))
    told = episode(evidence=refs)
    await put_alert(worker, told)
    for content in (_SEEN, _OTHER, _ORIGINAL):
        await put_evidence(worker, content)
    await put_evidence(worker, _CLIP, "video/mp4")
    answer = await person.post(f"/api/v1/alerts/{told.id}/confirm", json={})
    assert answer.status_code == 200
    return told.id


async def test_what_was_judged_is_not_rewritten(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    alert_id = await _confirmed(worker, reviewer)
    before = await _detail(reviewer, alert_id)
    centre.clock.advance(60)
    refs = (evidence_ref(_OTHER), evidence_ref(_CLIP, EvidenceKind.CLIP))
    later = episode(
        revision=7, evidence=refs, score=0.1, rule="fall", box_norm_xyxy=(0.0, 0.0, 1.0, 1.0)
    )
    assert await put_alert(worker, later)
    after = await _detail(reviewer, alert_id)
    for key in ("rule", "score", "box_norm_xyxy", "snapshot_url", "raised_at", "status"):
        assert after[key] == before[key], key
    assert after["clip_url"] is not None, "what comes late is shown where there was nothing"
    shown = [(piece["kind"], piece["is_later"]) for piece in after["evidence"]]
    assert shown == [
        ("snapshot", False),
        ("snapshot_original", False),
        ("snapshot", True),
        ("clip", True),
    ]
    assert (after["later"]["rule"], after["later"]["revision"]) == ("fall", 7)
    assert [entry["action"] for entry in after["history"]][-1] == "reported_later"


async def test_a_judged_alert_still_comes_to_its_end(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    alert_id = await _confirmed(worker, reviewer)
    centre.clock.advance(60)
    ended_at = T0 + timedelta(seconds=30)
    refs = (evidence_ref(_SEEN), evidence_ref(_ORIGINAL, EvidenceKind.SNAPSHOT_ORIGINAL))
    await put_alert(
        worker, episode(revision=2, evidence=refs, state=EpisodeState.CLOSED, ended_at=ended_at)
    )
    after = await _detail(reviewer, alert_id)
    assert (after["state"], after["ended_at"]) == ("closed", "2026-11-24T02:00:30Z")
    assert after.get("later") is None
    assert [entry["action"] for entry in after["history"]] == ["received", "confirmed"]
    await put_alert(worker, episode(revision=3, evidence=refs, ended_at=T0 + timedelta(days=4000)))
    assert (await _detail(reviewer, alert_id))["ended_at"] == "2026-11-24T02:01:00Z"


async def test_a_judgement_that_is_taken_back_frees_what_came_since(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    alert_id = await _confirmed(worker, reviewer)
    await put_alert(worker, episode(revision=2, evidence=(evidence_ref(_OTHER),), score=0.1))
    await reviewer.post(f"/api/v1/alerts/{alert_id}/undo")
    after = await _detail(reviewer, alert_id)
    assert (after["score"], after.get("later", "")) == (0.1, None)
    assert not any(piece["is_later"] for piece in after["evidence"])


@pytest.mark.parametrize("revision", [2**62, 1_000_001])
async def test_revisions_are_bounded(worker: httpx.AsyncClient, revision: int) -> None:
    body = episode().model_dump(mode="json") | {"revision": revision}
    answer = await worker.put(f"/api/v2/ingest/alerts/{body['id']}", json=body)
    assert (answer.status_code, answer.json().get("code")) == (422, "invalid")


@pytest.mark.whole
async def test_an_alert_names_so_much_evidence_and_no_more(worker: httpx.AsyncClient) -> None:
    codes = []
    for revision in range(1, 8):
        refs = tuple(evidence_ref(f"{revision} {number}".encode()) for number in range(16))
        body = episode(revision=revision, evidence=refs).model_dump(mode="json")
        answer = await worker.put(f"/api/v2/ingest/alerts/{body['id']}", json=body)
        codes.append(answer.status_code)
    assert codes == [200] * 4 + [422] * 3


@pytest.mark.whole
@pytest.mark.parametrize("kind", [EvidenceKind.SNAPSHOT, EvidenceKind.CLIP, EvidenceKind.REFERENCE])
@pytest.mark.parametrize("is_same_alert", [True, False])
@pytest.mark.parametrize("is_judged", [True, False])
async def test_calling_an_original_blurred_unveils_nothing(
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    kind: EvidenceKind,
    is_same_alert: bool,
    is_judged: bool,
) -> None:
    original = evidence_ref(_ORIGINAL, EvidenceKind.SNAPSHOT_ORIGINAL)
    told = episode(evidence=(evidence_ref(_SEEN), original))
    await put_alert(worker, told)
    await put_evidence(worker, _ORIGINAL)
    if is_judged:
        await reviewer.post(f"/api/v1/alerts/{told.id}/confirm", json={})
    relabelled = original.model_copy(update={"kind": kind})
    name = "one" if is_same_alert else "another"
    await put_alert(worker, episode(name, revision=2, evidence=()))
    await put_alert(worker, episode(name, revision=3, evidence=(relabelled,)))
    answer = await reviewer.get(f"/api/v1/evidence/{original.sha256}")
    assert answer.status_code == 403
    assert answer.json()["code"] == "grant_required"


async def test_an_order_is_answered_only_by_whom_it_was_given_to(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    hub = centre.runtime.viewing
    told = registration()
    await put_camera(worker, told)
    camera = CameraRef(await key_of(admin), told.school_id, told.camera_id)
    channel = hub.join(0, camera, (VideoCodec.H264,), asyncio.Event())
    views = "/api/v2/ingest/views"
    poll = {"school_id": told.school_id, "cameras": [told.camera_id]}
    given = (await worker.post(f"{views}/poll?wait_s=0", json=poll)).json()
    [order] = given["start"]
    other = await centre.enrolled(admin, told.school_id, box="other")
    assert (await other.post(f"{views}/poll?wait_s=0", json=poll)).json() == {}
    part = {"content": b"moof", "headers": {"Content-Type": 'video/mp4; codecs="avc1.64001f"'}}
    address = f"{views}/{order['view_id']}/parts?kind=init"
    assert (await other.post(address, **part)).json()["is_wanted"] is False  # type: ignore[arg-type]
    trouble = f"{views}/{order['view_id']}/trouble?trouble=busy"
    assert (await other.post(trouble)).json()["is_wanted"] is False
    assert hub.state_of(channel.feed).state == "starting"
    assert (await worker.post(address, **part)).json()["is_wanted"] is True  # type: ignore[arg-type]
    assert hub.state_of(channel.feed).state == "playing"
    hub.leave(channel)


async def test_what_is_dated_ahead_does_not_stay_on_top(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode("of 2036", raised_at=T0 + timedelta(days=3650)))
    centre.clock.advance(3600)
    await put_alert(worker, episode("of now", raised_at=T0 + timedelta(hours=1)))
    shown = await summaries(reviewer)
    assert [each.id for each in shown] == [episode("of now").id, episode("of 2036").id]
    assert [each.is_dated_ahead for each in shown] == [False, True]
    first = (await reviewer.get("/api/v1/alerts?limit=1")).json()
    assert first["next_cursor"] is not None
    rest = await summaries(reviewer, f"?limit=1&cursor={first['next_cursor']}")
    assert [each.id for each in rest] == [episode("of 2036").id]
    today = await summaries(reviewer, "?to=2026-11-25T00:00:00Z")
    assert len(today) == 2

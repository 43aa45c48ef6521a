"""The centre judges: what boxes told, by the rule of the day, kept and judged again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from api.compliance.judging_jobs import kinds
from api.contract import GapCause, RetentionState
from tests.api.centre import Centre, all_due, beat, key_of, put_camera, put_retention
from tests.api.footage import judged, report
from tests.api.messages import SCHOOL_ID, T0, camera_beat, heartbeat, recovered, registration

_DAY = timedelta(days=1)


async def on(client: httpx.AsyncClient, moment: datetime, camera_id: str = "gate-north") -> Any:
    day = moment.astimezone(UTC).date()
    key = await key_of(client, camera_id)
    answer = await client.get(f"/api/v1/compliance/cameras/{key}/days/{day}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_day_is_judged_by_the_profile_of_then(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    await put_retention(worker, report(31))
    await judged(centre)
    found = await on(reviewer, T0)
    assert (found["state"], found["completeness"], found["gap_count"]) == ("compliant", 1.0, 0)
    assert found["proven_days"] == 31
    least = found["requirement"]["least"]
    assert (least["days"], least["clause"], least["reading"]) == (30, "§17", "verified")
    [named] = found["requirement"]["profiles"]
    kept = await reviewer.get(f"/api/v1/compliance/profiles/{named['sha256']}")
    assert '"law_floor"' in kept.json()["content"]
    before = await on(reviewer, T0 - _DAY)
    assert (before["state"], before["completeness"], before["as_of"]) == ("unknown", 0.0, None)
    assert before["requirement"]["least"]["id"] == "law_floor"


async def test_a_key_target_keeps_ninety_days_whatever_the_box_says(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    admin = await centre.admin()
    await put_camera(worker, registration())
    told = {"name_zh": "第一小学", "ct_key_target": True}
    assert (await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)).status_code == 200
    await put_retention(worker, report(31))
    await judged(centre)
    found = await on(reviewer, T0)
    assert (found["state"], found["requirement"]["least"]["id"]) == ("insufficient", "ct_target")


async def test_a_box_that_looked_at_thirty_days_proves_no_ninety(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    admin = await centre.admin()
    await put_camera(worker, registration())
    told = {"name_zh": "第一小学", "ct_key_target": True}
    await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)
    older = {"oldest_footage_at": T0 - 120 * _DAY, "earlier_spans": None, "life_since_at": None}
    await put_retention(worker, report(30, **older))
    await judged(centre)
    assert (await on(reviewer, T0))["state"] == "unknown"


async def test_gaps_count_with_their_causes_and_stay_when_told_late(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    first, second = T0 - 2 * _DAY, T0 - _DAY
    hours = (first - timedelta(hours=5), first - timedelta(hours=2), GapCause.OFFLINE)
    # The next day's report comes first, and in it the hours were fetched again.
    await put_retention(worker, report(31, as_of=second))
    await put_retention(worker, report(31, as_of=first, gaps=(hours,)))
    await judged(centre)
    found, after = await on(reviewer, first), await on(reviewer, second)
    assert (found["state"], found["gap_s"], found["gap_count"]) == ("gap", 3 * 3600, 1)
    assert (after["state"], after["gap_count"]) == ("compliant", 0)
    deleted = (T0 - 40 * _DAY, T0 - 29 * _DAY, GapCause.DELETED)
    await put_retention(worker, report(41, gaps=(deleted,)))
    await judged(centre)
    assert (await on(reviewer, T0))["state"] == "insufficient"
    assert (await on(reviewer, first))["gap_count"] == 1


@pytest.mark.whole
async def test_what_is_judged_again_keeps_what_was_said_before(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    admin = await centre.admin()
    await put_camera(worker, registration())
    await put_camera(worker, registration("hall"))
    day = T0 - _DAY
    await put_retention(worker, report(31, as_of=day))
    await judged(centre)
    url = f"/api/v1/compliance/schools/{SCHOOL_ID}/overrides"
    wanted = {"min_days": 60, "from_day": str(day.date()), "reason": "市里要求"}
    less = await admin.post(url, json={**wanted, "min_days": 20})
    assert less.status_code == 422, less.text
    both = await admin.post(url, json={**wanted, "max_days": 45})
    assert both.status_code == 422, both.text
    assert (await admin.post(url, json=wanted)).status_code == 201
    # Nobody had it judged again: what was said stays, also when the box tells it anew.
    await put_retention(worker, report(31, as_of=day + timedelta(minutes=1)))
    await judged(centre)
    assert (await on(reviewer, day))["state"] == "compliant"
    again = {"from_day": str(day.date()), "until_day": str(day.date()), "reason": "补录要求"}
    assert (await admin.post("/api/v1/compliance/judgements", json=again)).status_code == 202
    await all_due(centre.runtime, kinds())
    [run] = (await admin.get("/api/v1/compliance/judgements")).json()["items"]
    assert (run["cameras_done"], run["days_judged"], run["days_changed"]) == (2, 1, 1)
    assert run["ended_at"] is not None
    found = await on(reviewer, day)
    assert (found["state"], found["requirement"]["least"]["reason"]) == ("insufficient", "市里要求")
    [former] = found["former"]
    assert (former["state"], former["requirement"]["least"]["id"]) == ("compliant", "law_floor")
    assert (former["replaced_by"], former["reason"]) == ("admin", "补录要求")
    school = await reviewer.get(f"/api/v1/compliance/schools/{SCHOOL_ID}/days/{day.date()}")
    rows = {row["camera_id"]: row for row in school.json()["cameras"]}
    assert rows["gate-north"]["state"] == "insufficient"
    assert (rows["hall"]["state"], rows["hall"]["completeness"]) == ("unknown", 0.0)
    log = (await admin.get("/api/v1/audit?limit=50")).json()["items"]
    assert {"retention_override_created", "footage_judged_again"} <= {e["action"] for e in log}


async def test_a_school_is_told_in_a_sentence_with_both_rings(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    for camera_id in ("gate-north", "hall", "lost"):
        await put_camera(worker, registration(camera_id))
    await beat(worker, heartbeat(camera_beat(), camera_beat("hall"), camera_beat("lost")))
    hours = (T0 - timedelta(hours=5), T0 - timedelta(hours=2), GapCause.OFFLINE)
    await put_retention(worker, report(31, gaps=(hours,)))
    healed = (recovered(30, 600.0), recovered(20, 59.0))
    await put_retention(worker, report(31, camera_id="hall", recovered=healed))
    await judged(centre)
    [line] = (await reviewer.get("/api/v1/compliance/schools")).json()["items"]
    counts = line["retention"]
    assert (counts["recovered"], counts["recovered_s"]) == (1, 659.0)
    assert line["sentence"]["zh"].endswith("，1 台录像有补回（10 分 59 秒）")
    assert line["sentence"]["en"].endswith("; cameras with recovered footage: 1 (10 min 59 s)")
    assert (counts["total"], counts["kept"], counts["gap"], counts["unknown"]) == (3, 1, 1, 1)
    assert (line["retention_verdict"], line["verdict"]) == ("fails", "fails")
    assert line["sentence"]["zh"].startswith("不合格：")
    assert "1 台录像缺 3 小时" in line["sentence"]["zh"]
    assert "cameras lacking footage: 1 (3 h)" in line["sentence"]["en"]
    assert (line["worst"]["camera_id"], line["worst"]["gap_s"]) == ("gate-north", 3 * 3600)
    assert line["least_proven_days"] < 1
    answer = await reviewer.get(f"/api/v1/compliance/schools/{SCHOOL_ID}?days=7")
    rows = {row["camera_id"]: row for row in answer.json()["cameras"]}
    [gap] = rows["gate-north"]["gaps"]
    assert gap["cause"] == "offline"
    [cell] = rows["gate-north"]["days"]
    # It is ten in the morning, and from five to eight there was nothing.
    assert (cell["day"], cell["state"], cell["share"]) == (str(T0.date()), "gap", 0.7)
    assert [each["share"] for each in rows["gate-north"]["held"]] == [1.0] * 6 + [0.7]
    assert rows["lost"]["held"] == []
    assert (rows["lost"]["state"], rows["lost"]["days"], rows["lost"]["completeness"]) == (
        "unknown",
        [],
        0.0,
    )
    detail = await reviewer.get(f"/api/v1/compliance/retention/{await key_of(reviewer, 'hall')}")
    facts = detail.json()["facts"]
    assert facts["recovered_s"] == 659.0
    assert [(each["device"], each["channel"]) for each in facts["recovered"]] == [("nvr", "3")] * 2
    assert facts["recovered"][0]["from_at"] > facts["recovered"][1]["from_at"]
    # What was told long ago holds no more.
    centre.clock.advance(4 * 3600)
    beats = [camera_beat(each) for each in ("gate-north", "hall", "lost")]
    await beat(worker, heartbeat(*beats, sent_at=centre.clock()))
    [line] = (await reviewer.get("/api/v1/compliance/schools")).json()["items"]
    assert (line["retention"]["unknown"], line["retention_verdict"]) == (3, "unknown")


async def test_footage_that_is_fetched_later_stands_beside_what_was_judged_then(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    yesterday = T0 - _DAY
    hours = (yesterday - timedelta(hours=5), yesterday - timedelta(hours=2), GapCause.OFFLINE)
    await put_retention(worker, report(31, as_of=yesterday, gaps=(hours,)))
    await put_retention(worker, report(31))
    await judged(centre)
    answer = await reviewer.get(f"/api/v1/compliance/schools/{SCHOOL_ID}?days=2")
    [camera] = answer.json()["cameras"]
    assert [each["share"] for each in camera["days"]] == [0.7, 1.0]
    assert [each["share"] for each in camera["held"]] == [1.0, 1.0]


async def test_what_nobody_knows_of_a_day_is_not_said_to_be_missing(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    hours = (T0 - timedelta(hours=5), T0 - timedelta(hours=2), GapCause.NOT_VERIFIED)
    told = report(31, gaps=(hours,), state=RetentionState.UNKNOWN, is_incomplete=True)
    await put_retention(worker, told)
    await judged(centre)
    found = await on(reviewer, T0)
    assert (found["state"], found["gap_count"], found["gap_s"]) == ("unknown", 0, 0.0)
    assert found["day_missing_s"] is None
    school = await reviewer.get(f"/api/v1/compliance/schools/{SCHOOL_ID}?days=2")
    [camera] = school.json()["cameras"]
    assert (camera["gap_count"], camera["gap_s"]) == (0, 0.0)
    assert [cell["share"] for cell in camera["days"]] == [None]
    key = await key_of(reviewer, "gate-north")
    detail = (await reviewer.get(f"/api/v1/compliance/retention/{key}")).json()
    assert (detail["state"], detail["gap_count"], detail["gaps"]) == ("unknown", 0, [])
    assert [(day["state"], day["gap_s"]) for day in detail["history"]] == [("unknown", 0.0)]

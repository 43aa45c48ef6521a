"""How often alerts were true: by the judgement in force, for whom may read it, as a file."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from api.access.roles import Role
from api.contract import RiskLevel
from api.contract.vocabulary import vocabulary
from api.precision.sheet import COLUMNS
from tests.api.centre import Centre, put_alert, put_camera, running_centre
from tests.api.messages import T0, alert_uuid, episode, registration

_REPORT = "/api/v1/precision"
_HELMET = "b" * 64


async def _raise(
    worker: httpx.AsyncClient, name: str, scores: Sequence[float], **told: Any
) -> None:
    for number, score in enumerate(scores):
        await put_alert(worker, episode(f"{name}-{number}", score=score, **told))


async def _judge(
    person: httpx.AsyncClient, name: str, count: int, reason: str | None = None
) -> None:
    body = {
        "alert_ids": [str(alert_uuid(f"{name}-{number}")) for number in range(count)],
        "status": "confirmed" if reason is None else "false_positive",
        "reason": reason,
        "note": "seen one by one",
    }
    answer = await person.post("/api/v1/alerts/bulk", json=body)
    assert answer.status_code == 200, answer.text


async def _report(person: httpx.AsyncClient, **asked: Any) -> dict[str, Any]:
    answer = await person.get(_REPORT, params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _seen(worker: httpx.AsyncClient, reviewer: httpx.AsyncClient) -> None:
    """26 true ones from 0.5 on, 12 false ones below, 3 nobody judged; another model, 2 judged."""
    await put_camera(worker, registration())
    await put_camera(worker, registration("yard"))
    await _raise(worker, "true", [0.5 + number / 100 for number in range(26)])
    await _raise(worker, "cat", [0.2 + number / 50 for number in range(8)], camera_id="yard")
    await _raise(worker, "rain", [0.41, 0.42, 0.43, 0.6])
    await _raise(worker, "open", [0.3, 0.44, 0.9])
    await _raise(worker, "new", [0.3, 0.9], model_sha256=_HELMET)
    await _judge(reviewer, "true", 26)
    await _judge(reviewer, "cat", 8, "animal")
    await _judge(reviewer, "rain", 4, "weather_light")
    await _judge(reviewer, "new", 2)


@pytest.mark.whole
async def test_alerts_are_counted_as_they_are_judged_and_speak_for_a_threshold(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _seen(worker, reviewer)
    report = await _report(reviewer)
    first, second = report["by_rule_and_model"]
    assert (first["confirmed"], first["false_positive"], first["pending_review"]) == (26, 12, 3)
    assert first["reasons"] == {"animal": 8, "weather_light": 4}
    assert first["precision"]["value"] == 26 / 38
    assert (first["is_small"], second["is_small"]) == (False, True)
    effect = first["proposal"]["effect"]
    assert (effect["threshold"], effect["removed"], effect["lost"]) == (0.44, 11, 0)
    assert effect["pending_below"] == 1
    assert effect["precision_after"]["value"] == 26 / 27
    assert (second["model"]["model_sha256"], second["proposal"]["outcome"]) == (_HELMET, "too_few")
    assert [row["camera"]["camera_id"] for row in report["rows"]] == [
        "yard",
        "gate-north",
        "gate-north",
    ]
    assert report["rows"][1]["rule_ids"] == ["north-wall"]
    outcomes = [row["proposal"]["outcome"] for row in report["rows"]]
    assert outcomes == ["too_few", "proposed", "too_few"]
    assert report["rows"][1]["proposal"]["effect"]["removed"] == 3
    assert report["total"]["confirmed"] == 28
    assert [each["rule"] for each in report["by_rule"]] == ["perimeter_intrusion"]
    assert len(report["by_model"]) == len(report["by_camera"]) == 2

    revised = {"status": "false_positive", "reason": "other", "note": "looked again"}
    looked_at = {"If-Match": '"1"'}
    url = f"/api/v1/alerts/{alert_uuid('true-0')}/revise"
    assert (await reviewer.post(url, json=revised, headers=looked_at)).status_code == 200
    first = (await _report(reviewer))["by_rule_and_model"][0]
    assert (first["confirmed"], first["false_positive"]) == (25, 13)
    assert first["reasons"] == {"animal": 8, "weather_light": 4, "other": 1}
    assert first["proposal"]["effect"]["threshold"] == 0.51


@pytest.mark.whole
async def test_each_number_has_its_alerts(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _seen(worker, reviewer)

    async def behind(**asked: Any) -> set[str]:
        found: set[str] = set()
        cursor: str | None = None
        while True:
            more = {} if cursor is None else {"cursor": cursor}
            answer = await reviewer.get(f"{_REPORT}/alerts", params=asked | more | {"limit": 3})
            assert answer.status_code == 200, answer.text
            ids = {item["id"] for item in answer.json()["items"]}
            assert not ids & found
            found |= ids
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                return found

    def named(name: str, *numbers: int) -> set[str]:
        return {str(alert_uuid(f"{name}-{number}")) for number in numbers}

    model = {"model_id": "campus_objects", "model_sha256": episode().model_sha256}
    row = {"rule": "perimeter_intrusion", **model}
    assert await behind(**row, status="confirmed") == named("true", *range(26))
    assert await behind(**row, reason="animal") == named("cat", *range(8))
    below = await behind(**row, status="false_positive", score_below=0.44)
    assert below == named("cat", *range(8)) | named("rain", 0, 1, 2)
    assert await behind(**row, status="pending_review", score_below=0.44) == named("open", 0)
    assert await behind(**row, status="confirmed", score_below=0.44) == set()
    assert await behind(model_sha256=_HELMET) == named("new", 0, 1)
    bad = await reviewer.get(f"{_REPORT}/alerts?cursor=x")
    assert (bad.status_code, bad.json()["code"]) == (422, "bad_cursor")


@pytest.mark.whole
async def test_a_share_may_be_lost_and_of_class_1_none(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    for name, told in {
        "low": {"risk": RiskLevel.CLASS_3, "rule": "loitering", "rule_id": "a"},
        "grave": {"risk": RiskLevel.CLASS_1, "rule": "fall", "rule_id": "b"},
    }.items():
        await _raise(worker, f"{name}-t", [0.3] + [0.8] * 19, **told)
        await _raise(worker, f"{name}-f", [0.2] * 5 + [0.6] * 10, **told)
        await _judge(reviewer, f"{name}-t", 20)
        await _judge(reviewer, f"{name}-f", 15, "other")
    found = {}
    for percent in (0, 5):
        report = await _report(reviewer, max_lost_percent=percent)
        for each in report["by_rule_and_model"]:
            effect = each["proposal"]["effect"]
            found[each["rule"], percent] = (effect["threshold"], effect["removed"], effect["lost"])
    assert found["loitering", 0] == found["fall", 0] == found["fall", 5] == (0.21, 5, 0)
    assert found["loitering", 5] == (0.61, 15, 1)


@pytest.mark.whole
@pytest.mark.parametrize("score", [0.29, float(np.float32(0.29))])
async def test_a_score_in_single_precision_is_the_one_people_write(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, score: float
) -> None:
    await _raise(worker, "true", [score] * 15)
    await _raise(worker, "cat", [0.28] * 15)
    await _judge(reviewer, "true", 15)
    await _judge(reviewer, "cat", 15, "animal")
    [row] = (await _report(reviewer))["rows"]
    assert (row["proposal"]["effect"]["threshold"], row["proposal"]["effect"]["lost"]) == (0.29, 0)


@pytest.mark.whole
async def test_a_window_a_rule_a_camera_and_a_school_narrow_it(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    await _raise(worker, "old", [0.5], raised_at=T0 - timedelta(days=40))
    await _raise(worker, "new", [0.5, 0.6], rule="loitering")
    assert (await _report(reviewer))["total"]["pending_review"] == 3
    assert (await _report(reviewer, days=30))["total"]["pending_review"] == 2
    assert (await _report(reviewer, rule="loitering"))["total"]["pending_review"] == 2
    assert (await _report(reviewer, camera_key=999))["total"]["pending_review"] == 0
    assert (await _report(reviewer, school_id="elsewhere"))["rows"] == []
    for asked in ({"days": 0}, {"days": 731}, {"max_lost_percent": 11}):
        answer = await reviewer.get(_REPORT, params=asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.whole
async def test_no_share_is_told_of_a_time_whose_false_alerts_are_deleted(tmp_path: Path) -> None:
    async with running_centre(tmp_path, keep_records_days=60) as centre:
        admin = await centre.admin()
        assert [(await _report(admin, days=days))["days"] for days in (30, 90)] == [30, 60]


@pytest.mark.whole
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_file_holds_every_row_and_is_logged(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient, admin: httpx.AsyncClient, language: str
) -> None:
    await _seen(worker, reviewer)
    await put_camera(worker, registration("yard", name="=1+1"))
    answer = await reviewer.get(f"{_REPORT}/export.csv", params={"language": language})
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert 'filename="precision-20261124-020000.csv"' in answer.headers["content-disposition"]
    text = answer.content.decode("utf-8-sig")
    titles, *lines = list(csv.reader(io.StringIO(text, newline="")))
    rows = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
    words = vocabulary()
    lang: Any = language
    assert titles[8] == words.precision_column["confirmed"].text(lang)
    assert titles[11] == words.false_positive_reason["not_a_person"].text(lang)
    assert [row["name"] for row in rows] == [
        words.precision_word["all_cameras"].text(lang),
        words.precision_word["all_cameras"].text(lang),
        "'=1+1",
        "北门",
        "北门",
    ]
    assert (rows[0]["threshold"], rows[0]["removed"], rows[0]["lost"]) == ("0.44", "11", "0")
    assert (rows[0]["precision_percent"], rows[0]["animal"]) == ("68.4", "8")
    assert (rows[3]["rule_ids"], rows[3]["threshold"]) == ("north-wall", "0.44")
    log = (await admin.get("/api/v1/audit?action=precision_exported")).json()["items"]
    assert [(entry["username"], entry["subject"]) for entry in log] == [("wang.li", "5")]


@pytest.mark.whole
async def test_a_leader_reads_it_and_a_cook_does_not(centre: Centre) -> None:
    leader = await centre.person(Role.LEADER)
    cook = await centre.person(Role.SCHOOL_CANTEEN)
    assert (await leader.get(_REPORT)).status_code == 200
    assert (await leader.get(f"{_REPORT}/export.csv")).status_code == 200
    assert (await cook.get(_REPORT)).status_code == 403
    engineer = await centre.person(Role.ENGINEER)
    assert (await engineer.get(_REPORT)).status_code == 200
    assert (await engineer.get(f"{_REPORT}/alerts")).status_code == 403

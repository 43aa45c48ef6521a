"""Retention reports may come twice, late and in any order."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.contract import FootageSpan, GapCause, RetentionState, RetentionStatus
from tests.api.centre import Centre, key_of, put_retention, running_centre
from tests.api.footage import judged, report
from tests.api.messages import T0, footage_gap, retention

_STATES = tuple(RetentionState)
_REPORTS = tuple(
    retention(
        camera_id,
        T0 - timedelta(hours=7 * number),
        proven_days=float(number),
        state=_STATES[number],
        gaps=(footage_gap(100 + number, cause=tuple(GapCause)[number]),),
        spans=(FootageSpan(from_at=T0 - timedelta(days=9 + number), to_at=T0),),
    )
    for number in range(5)
    for camera_id in ("gate-north", "yard")
)


async def _told(centre: Centre) -> list[dict[str, Any]]:
    reviewer = await centre.admin()
    found = []
    for camera_id in ("gate-north", "yard"):
        key = await key_of(reviewer, camera_id)
        answer = await reviewer.get(f"/api/v1/compliance/retention/{key}")
        assert answer.status_code == 200, answer.text
        # Numbers are given in the order of arrival.
        found.append(answer.json() | {"camera_key": None})
    return found


async def _end(folder: Path, template: Path, reports: list[RetentionStatus]) -> Any:
    async with running_centre(folder, template=template) as centre:
        worker = await centre.worker()
        for told in reports:
            await put_retention(worker, told)
        await judged(centre)
        return await _told(centre)


@pytest.mark.whole
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(order=st.permutations(_REPORTS), repeated=st.lists(st.sampled_from(_REPORTS), max_size=6))
async def test_any_order_and_any_repetition_end_alike(
    tmp_path_factory: pytest.TempPathFactory,
    migrated_data_dir: Path,
    order: list[RetentionStatus],
    repeated: list[RetentionStatus],
) -> None:
    ended = await _end(tmp_path_factory.mktemp("shuffled"), migrated_data_dir, [*repeated, *order])
    for camera in ended:
        assert camera["claim"]["proven_days"] == 0.0
        assert camera["spans"][0]["from_at"] == "2026-11-15T02:00:00Z"
        # In Shanghai: 10:00 and 03:00 of the 24th, 20:00, 13:00 and 06:00 of the 23rd. Footage
        # was there since nine days before the one, and since eleven before it of the other.
        assert [
            (day["day"], day["as_of"], day["state"], day["claimed"]) for day in camera["history"]
        ] == [
            ("2026-11-24", "2026-11-24T02:00:00Z", "unknown", _STATES[0]),
            ("2026-11-23", "2026-11-23T12:00:00Z", "immature", _STATES[2]),
        ]
        assert [day["proven_days"] for day in camera["history"]] == [
            9.0,
            pytest.approx(11 - 14 / 24),
        ]


async def test_sending_twice_changes_nothing(worker: httpx.AsyncClient) -> None:
    told = retention(gaps=(footage_gap(5),))
    assert await put_retention(worker, told) is True
    assert await put_retention(worker, told) is False


@pytest.mark.whole
async def test_an_identity_is_told_once(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_retention(worker, report(12.0, proven_days=12.0))
    assert await put_retention(worker, report(99.0, proven_days=99.0)) is False
    await judged(centre)
    found = (await reviewer.get("/api/v1/compliance/retention/1")).json()
    assert (found["proven_days"], found["claim"]["proven_days"]) == (12.0, 12.0)


async def test_a_late_report_fills_history_and_leaves_the_present_alone(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_retention(worker, report(9.0, proven_days=9.0))
    await judged(centre)
    late = report(6.0, as_of=T0 - timedelta(days=3), proven_days=6.0)
    assert await put_retention(worker, late) is True
    assert await put_retention(worker, late) is False
    older = report(5.0, as_of=T0 - timedelta(days=3, hours=1), proven_days=5.0)
    assert await put_retention(worker, older) is False
    await judged(centre)
    found = (await reviewer.get("/api/v1/compliance/retention/1")).json()
    assert (found["proven_days"], found["claim"]["proven_days"]) == (9.0, 9.0)
    assert [day["proven_days"] for day in found["history"]] == [9.0, 6.0]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"time_zone": "Asia/Hailing"}, "body.time_zone"),
        ({"time_zone": "../../etc/passwd"}, "body.time_zone"),
        ({"time_zone": "Asia"}, "body.time_zone"),
        ({"as_of": "2026-11-25T02:00:01Z"}, "body.as_of"),
        ({"as_of": "0001-01-01T00:00:00+14:00"}, "body.as_of"),
        ({"as_of": "0001-01-01T00:00:00Z", "time_zone": "America/New_York"}, "body.as_of"),
        ({"required_days": 2**63}, "body.required_days"),
        ({"required_source": "a\x00b"}, "body.required_source"),
        ({"completeness": 1.1}, "body.completeness"),
        ({"state": "fine"}, "body.state"),
    ],
)
async def test_what_cannot_be_stored_or_dated_is_refused_for_good(
    worker: httpx.AsyncClient, change: dict[str, object], where: str
) -> None:
    body = retention().model_dump(mode="json") | change
    answer = await worker.put("/api/v2/ingest/retention/gate-north", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["where"] for error in answer.json()["errors"]] == [where]


async def test_a_refused_report_leaves_no_camera_behind(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    body = retention().model_dump(mode="json") | {"time_zone": "Nowhere/Else"}
    await worker.put("/api/v2/ingest/retention/gate-north", json=body)
    assert (await reviewer.get("/api/v1/compliance/retention")).json()["items"] == []


async def test_the_identity_in_the_path_must_be_the_one_in_the_body(
    worker: httpx.AsyncClient,
) -> None:
    answer = await worker.put(
        "/api/v2/ingest/retention/other", json=retention().model_dump(mode="json")
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "identity_mismatch")

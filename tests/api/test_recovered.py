"""What was fetched of a school's footage after an outage: listed, in a file, on the day's page."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import httpx

from api.compliance.recovered import COLUMNS
from tests.api.centre import key_of, put_camera, put_retention
from tests.api.footage import report
from tests.api.messages import SCHOOL_ID, T0, recovered, registration

_URL = f"/api/v1/compliance/schools/{SCHOOL_ID}/recovered"


async def _plant(worker: httpx.AsyncClient) -> None:
    await put_camera(worker, registration("yard", name="=1+1"))
    await put_camera(worker, registration("silent"))
    late = recovered(3, 90.0).model_copy(update={"recovered_at": T0 - timedelta(hours=1)})
    await put_retention(
        worker, report(31, camera_id="yard", recovered=(recovered(30, 600.0), late))
    )
    await put_retention(worker, report(31, recovered=(recovered(20, 59.9),)))


async def test_each_interval_is_listed_with_who_held_it_and_when_it_was_fetched(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _plant(worker)
    found = (await reviewer.get(_URL)).json()
    assert (found["total"], found["total_s"]) == (3, 749.9)
    assert [row["camera_id"] for row in found["items"]] == ["yard", "gate-north", "yard"]
    newest = found["items"][0]["span"]
    assert (newest["from_at"], newest["to_at"]) == ("2026-11-23T23:00:00Z", "2026-11-23T23:01:30Z")
    assert (newest["device"], newest["channel"]) == ("nvr", "3")
    assert newest["recovered_at"] == "2026-11-24T01:00:00Z"
    assert found["items"][1]["span"]["recovered_at"] is None


async def test_the_file_has_all_of_it_by_the_clocks_of_the_school(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _plant(worker)
    answer = await reviewer.get(f"{_URL}.csv?language=zh")
    assert answer.status_code == 200, answer.text
    _, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""))
    yard, gate, _ = (dict(zip(COLUMNS, row, strict=True)) for row in rows)
    assert (yard["name"], yard["from_at"]) == ("'=1+1", "2026-11-24 07:00:00")
    assert (yard["recovered_at"], yard["proof"]) == (
        "2026-11-24 09:00:00",
        "每个文件的关键帧均已解码",
    )
    # 59.9 seconds are not a minute.
    assert (gate["minutes"], gate["recovered_at"]) == ("0.9", "")
    assert answer.headers["content-disposition"].endswith(f'"recovered-{SCHOOL_ID}-2026-11-24.csv"')


async def test_the_day_of_a_camera_tells_its_own_part(
    worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    over_midnight = recovered(10 + 1 / 60, 120.0)  # 23:59 to 00:01 in Shanghai
    await put_retention(worker, report(31, recovered=(over_midnight, recovered(5, 60.0))))
    key = await key_of(reviewer, "gate-north")
    day = (await reviewer.get(f"/api/v1/recordings/{key}?day=2026-11-24")).json()
    assert [(each["from_at"], each["to_at"]) for each in day["recovered"]] == [
        ("2026-11-23T16:00:00Z", "2026-11-23T16:01:00Z"),
        ("2026-11-23T21:00:00Z", "2026-11-23T21:01:00Z"),
    ]
    before = (await reviewer.get(f"/api/v1/recordings/{key}?day=2026-11-23")).json()
    assert [each["to_at"] for each in before["recovered"]] == ["2026-11-23T16:00:00Z"]
    other = (await reviewer.get(f"/api/v1/recordings/{key}?day=2026-11-20")).json()
    assert other["recovered"] == []


async def test_no_school_no_list(reviewer: httpx.AsyncClient) -> None:
    for path in ("recovered", "recovered.csv"):
        answer = await reviewer.get(f"/api/v1/compliance/schools/nobody/{path}")
        assert answer.status_code == 404, answer.text

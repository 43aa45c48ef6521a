"""What was really seen of a room counts, once, by whom and how long; what cannot be does not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.audit.schemas import AccessAction
from api.contract.exam_package.manifest import SealingFacts
from tests.api.centre import Centre
from tests.api.messages import T0
from tests.api.test_exams import HOUR, SCHOOL, book, camera, made, one, session, table, taken

Seen = dict[str, Any]
START = T0 + HOUR


@pytest.fixture
async def exam(centre: Centre, admin: httpx.AsyncClient) -> int:
    """A room in a session that began ten minutes ago."""
    await camera(centre, admin)
    exam_id = await made(admin)
    await taken(admin, exam_id, one(START))
    centre.clock.advance(4200)
    return exam_id


async def watched(centre: Centre, username: str, action: AccessAction, back_s: float = 0) -> None:
    """What the access log says of somebody who watches the room's camera."""
    async with centre.runtime.work(EVERYTHING) as work:
        ended = None if action is AccessAction.LIVE_STARTED else work.now
        viewing = audit.Viewing(SCHOOL, "room1", work.now - timedelta(seconds=back_s), ended)
        audit.log(work, action, username, "10.1.1.1", viewing=viewing)


def seen(row: Any, began_s: float, ended_s: float, **more: Any) -> Seen:
    told = {"id": str(uuid4()), "sitting_id": row["id"], "camera_key": row["cameras"][0]}
    told |= {"began_ms_ago": began_s * 1000, "ended_ms_ago": ended_s * 1000}
    return told | {"frames": int((began_s - ended_s) * 12)} | more


async def tell(client: httpx.AsyncClient, exam_id: int, *told: Seen) -> httpx.Response:
    [first, *_] = (await client.get(f"/api/v1/exams/{exam_id}")).json()["sessions"]
    address = f"/api/v1/exams/{exam_id}/sessions/{first['id']}/showings"
    return await client.post(address, json={"showings": told})


async def shown(client: httpx.AsyncClient, exam_id: int) -> Any:
    [row] = (await table(client, exam_id))["items"]
    return row["shown"]


async def test_what_was_seen_by_two_counts_once(
    centre: Centre, admin: httpx.AsyncClient, exam: int
) -> None:
    [row] = (await table(admin, exam))["items"]
    assert row["shown"] == {
        "times": 0,
        "seconds": 0,
        "last_at": None,
        "longest_unseen_s": 600,
    }
    other = await centre.reviewer()
    for name in ("admin", "wang.li"):
        await watched(centre, name, AccessAction.LIVE_STARTED)
    centre.clock.advance(300)
    first = seen(row, 300, 280)
    answer = await tell(admin, exam, first, seen(row, 100, 70))
    assert answer.json() == {"counted": 2, "refused": []}
    assert (await tell(other, exam, seen(row, 290, 270), seen(row, 90, 80))).json()["counted"] == 2
    found = await shown(admin, exam)
    assert (found["times"], found["seconds"], found["longest_unseen_s"]) == (2, 60, 600)
    # Told again it goes on; the same is not counted twice.
    assert (await tell(admin, exam, first | {"ended_ms_ago": 260_000, "frames": 480})).json()[
        "counted"
    ] == 1
    assert (await shown(admin, exam))["seconds"] == 70
    listed = (await admin.get(f"/api/v1/exam-sittings/{row['id']}/showings")).json()
    assert listed["total"] == 4
    assert [each["username"] for each in listed["items"]] == [
        *("wang.li", "admin", "wang.li", "admin"),
    ]
    assert listed["items"][3]["frames"] == 480


async def test_what_was_not_sent_is_not_seen(
    centre: Centre, admin: httpx.AsyncClient, exam: int
) -> None:
    [row] = (await table(admin, exam))["items"]

    async def why(told: Seen) -> list[str]:
        answer = await tell(admin, exam, told)
        assert answer.status_code == 200, answer.text
        return [each["why"] for each in answer.json()["refused"]]

    assert await why(seen(row, 20, 10)) == ["not_sent"]
    await watched(centre, "wang.li", AccessAction.LIVE_STARTED)
    centre.clock.advance(30)
    assert await why(seen(row, 20, 10)) == ["not_sent"]
    await watched(centre, "admin", AccessAction.LIVE_STARTED)
    assert await why(seen(row, 60, 40)) == ["not_sent"], "before it began"
    centre.clock.advance(30)
    assert await why(seen(row, 20, 10)) == []
    await watched(centre, "admin", AccessAction.LIVE_ENDED, 30)
    centre.clock.advance(60)
    assert await why(seen(row, 50, 40)) == ["not_sent"], "after it ended"
    assert await why(seen(row, 70, 55)) == [], "until it ended"
    assert await why(seen(row, 70, 55, camera_key=987_654)) == ["other_camera"]


async def test_only_the_session_counts(centre: Centre, admin: httpx.AsyncClient, exam: int) -> None:
    [row] = (await table(admin, exam))["items"]
    await watched(centre, "admin", AccessAction.LIVE_STARTED)
    over = 7200 - 600
    centre.clock.advance(over + 40)
    assert (await tell(admin, exam, seen(row, 60, 10))).json()["counted"] == 1
    answer = await tell(admin, exam, seen(row, 30, 10))
    assert [each["why"] for each in answer.json()["refused"]] == ["outside_session"]
    assert (await shown(admin, exam))["seconds"] == 20
    facts = await admin.post(f"/api/v1/exam-sittings/{row['id']}/facts")
    [sealed] = SealingFacts.model_validate(facts.json()).showings
    assert (sealed.username, sealed.camera_id) == ("admin", "room1")
    assert (sealed.to_at - sealed.from_at).total_seconds() == 20


@pytest.mark.parametrize(
    "change",
    [
        {"ended_ms_ago": 20_000},
        {"frames": 5},
        {"began_ms_ago": 1_800_001},
        {"id": "x"},
    ],
)
async def test_what_cannot_be_is_refused(admin: httpx.AsyncClient, exam: int, change: Seen) -> None:
    [row] = (await table(admin, exam))["items"]
    assert (await tell(admin, exam, seen(row, 20, 10) | change)).status_code == 422


async def test_a_room_of_another_session_is_not_there(
    centre: Centre, admin: httpx.AsyncClient, exam: int
) -> None:
    other = await made(admin, "另一场")
    later = T0 + 30 * HOUR
    content = book([session("数学", later)], (), [(SCHOOL, "001", "数学", 30)])
    await taken(admin, other, content)
    [row] = (await table(admin, other))["items"]
    assert (await tell(admin, exam, seen(row, 20, 10))).status_code == 404


async def test_the_table_goes_out_with_it(
    centre: Centre, admin: httpx.AsyncClient, exam: int
) -> None:
    [row] = (await table(admin, exam))["items"]
    await watched(centre, "admin", AccessAction.LIVE_STARTED)
    centre.clock.advance(60)
    await tell(admin, exam, seen(row, 50, 40))
    [first, *_] = (await admin.get(f"/api/v1/exams/{exam}")).json()["sessions"]
    address = f"/api/v1/exams/{exam}/sessions/{first['id']}/table.csv"
    text = (await admin.get(address, params={"language": "en"})).text
    heads, cells = (line.split(",") for line in text.lstrip("\ufeff").splitlines())
    told = dict(zip(heads, cells, strict=True))
    assert (told["Times seen"], told["Seconds seen"]) == ("1", "10.0")
    assert told["Longest unseen (seconds)"] == "610.0"

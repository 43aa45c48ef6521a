"""Whom a box may let in while its line is cut, and what it tells of them once, afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.access.roles import Role
from api.contract.offline import OfflineAccounts, OfflineEntry
from tests.api.centre import REVIEWER_PASSWORD, Centre, key_of, put_camera
from tests.api.messages import T0, registration

SCHOOL = "no-1"
OTHER = "no-2"
_URL = "/api/v2/ingest/offline"


async def _accounts(worker: httpx.AsyncClient, school_id: str = SCHOOL) -> OfflineAccounts:
    answer = await worker.get(f"{_URL}/accounts?school_id={school_id}")
    assert answer.status_code == 200, answer.text
    return OfflineAccounts.model_validate(answer.json())


async def _names(worker: httpx.AsyncClient, school_id: str = SCHOOL) -> set[str]:
    return {each.username for each in (await _accounts(worker, school_id)).accounts}


@pytest.fixture
async def worker(centre: Centre, admin: httpx.AsyncClient) -> httpx.AsyncClient:
    centre.runtime.settings = centre.runtime.settings.model_copy(update={"offline_view": True})
    return await centre.enrolled(admin, SCHOOL)


async def test_a_box_hears_of_its_own_school_alone(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    other = await centre.enrolled(admin, OTHER)
    for name, role, school_id in (
        ("mine", Role.SCHOOL_MANAGER, SCHOOL),
        ("theirs", Role.SCHOOL_MANAGER, OTHER),
        ("district", Role.DISTRICT_REVIEWER, None),
        ("auditor", Role.AUDITOR, SCHOOL),
    ):
        await centre.add_user(name, role, school_id)
    assert await _names(worker) == {"mine"}, "who may do nothing at a box is not told to it"
    assert await _names(other, OTHER) == {"theirs"}
    foreign = await worker.get(f"{_URL}/accounts?school_id={OTHER}")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "other_school")


async def test_what_is_told_opens_with_their_password_and_shows_no_more(
    centre: Centre, worker: httpx.AsyncClient
) -> None:
    await centre.add_user("mine", Role.SCHOOL_MANAGER, SCHOOL)
    [told] = (await _accounts(worker)).accounts
    assert await centre.runtime.passwords.verify(
        REVIEWER_PASSWORD, told.password_hash.get_secret_value()
    )
    assert {right.value for right in told.rights} == {
        "view_alerts",
        "see_pictures",
        "view_cameras",
        "play_recordings",
    }
    assert told.cameras is None


async def test_whoever_may_not_sign_in_is_not_told(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    await centre.add_user("mine", Role.SCHOOL_MANAGER, SCHOOL)
    body = {"username": "new", "role": "school_manager", "school_id": SCHOOL}
    assert (await admin.post("/api/v1/users", json=body)).status_code == 201
    assert await _names(worker) == {"mine"}, "a password that another knows opens nothing"
    assert (await admin.post("/api/v1/users/mine/disable")).status_code == 200
    assert await _names(worker) == set()


async def test_a_person_of_places_is_told_with_their_cameras(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    for camera_id in ("kitchen", "gate"):
        await put_camera(worker, registration(school_id=SCHOOL, camera_id=camera_id))
    place = await admin.post(
        f"/api/v1/schools/{SCHOOL}/places", json={"kind": "cooking", "name": "a kitchen"}
    )
    key = await key_of(admin, "kitchen")
    body = {"place_id": place.json()["id"]}
    written = await admin.put(f"/api/v1/register/{key}", json=body)
    assert written.status_code == 200, written.text
    await centre.add_user("cook", Role.SCHOOL_CANTEEN, SCHOOL)
    [told] = (await _accounts(worker)).accounts
    assert told.cameras == ("kitchen",)
    assert "play_recordings" not in {right.value for right in told.rights}


async def test_without_the_districts_word_nobody_is_told(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    worker = await centre.enrolled(admin, SCHOOL)
    await centre.add_user("mine", Role.SCHOOL_MANAGER, SCHOOL)
    told = await _accounts(worker)
    assert (told.is_allowed, told.accounts) == (False, ())


async def test_whose_passwords_a_box_can_check_is_logged_whenever_it_changes(
    centre: Centre, admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    await centre.add_user("mine", Role.SCHOOL_MANAGER, SCHOOL)
    for _ in range(3):
        assert await _names(worker) == {"mine"}
    assert (await admin.post("/api/v1/users/mine/disable")).status_code == 200
    assert await _names(worker) == set()
    told = [each for each in await _logged(admin) if each["action"] == "offline_people_told"]
    assert [each["changes"] for each in reversed(told)] == [
        [{"field": "people", "old": None, "new": '["mine"]'}],
        [{"field": "people", "old": '["mine"]', "new": None}],
    ]
    assert {(each["subject"], each["school_id"]) for each in told} == {("box", SCHOOL)}
    assert "argon2" not in (await admin.get("/api/v1/audit?limit=100")).text


# --- what a box tells afterwards --------------------------------------------------------------


def _entry(**changes: Any) -> OfflineEntry:
    values: dict[str, Any] = {
        "id": uuid4(),
        "school_id": SCHOOL,
        "action": "playback_ended",
        "at": T0 - timedelta(hours=5),
        "username": "mine",
        "client": "192.168.1.20",
        "camera_id": "gate",
        "from_at": T0 - timedelta(hours=9),
        "to_at": T0 - timedelta(hours=8),
        "reason": "incident",
    }
    return OfflineEntry(**(values | changes))


async def _tell(worker: httpx.AsyncClient, told: OfflineEntry, at: UUID | None = None) -> Any:
    return await worker.put(f"{_URL}/entries/{at or told.id}", json=told.model_dump(mode="json"))


async def _logged(admin: httpx.AsyncClient) -> list[dict[str, Any]]:
    page = (await admin.get("/api/v1/audit?limit=100")).json()
    return [each for each in page["items"] if each["action"].startswith("offline_")]


async def test_an_entry_stands_in_the_log_once_and_says_when(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    told = _entry()
    answers = [(await _tell(worker, told)).json()["changed"] for _ in range(3)]
    assert answers == [True, False, False]
    [entry] = await _logged(admin)
    assert (entry["action"], entry["username"]) == ("offline_playback_ended", "mine")
    assert (entry["subject"], entry["school_id"], entry["camera_id"]) == ("box", SCHOOL, "gate")
    assert entry["reason"] == "incident"
    assert [entry["at"], entry["from_at"], entry["to_at"]] == [
        moment.isoformat().replace("+00:00", "Z") if moment else None
        for moment in (told.at, told.from_at, told.to_at)
    ]


async def test_a_box_whose_clock_is_fast_dates_nothing_ahead(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    assert (await _tell(worker, _entry(at=T0 + timedelta(days=3)))).status_code == 200
    [entry] = await _logged(admin)
    assert entry["at"] <= (T0 + timedelta(hours=1)).isoformat()


async def test_a_box_tells_of_its_own_school_alone(
    admin: httpx.AsyncClient, worker: httpx.AsyncClient
) -> None:
    answer = await _tell(worker, _entry(school_id=OTHER))
    assert (answer.status_code, answer.json()["code"]) == (403, "other_school")
    assert await _logged(admin) == []


async def test_an_entry_is_the_one_its_address_names(worker: httpx.AsyncClient) -> None:
    answer = await _tell(worker, _entry(), at=uuid4())
    assert (answer.status_code, answer.json()["code"]) == (422, "identity_mismatch")


async def test_a_moment_that_no_database_holds_is_refused_for_good(
    worker: httpx.AsyncClient,
) -> None:
    told = {**_entry().model_dump(mode="json"), "at": "0001-01-01T00:00:00+14:00"}
    answer = await worker.put(f"{_URL}/entries/{told['id']}", json=told)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_footage_without_a_reason_is_refused(worker: httpx.AsyncClient) -> None:
    told = {**_entry().model_dump(mode="json"), "reason": None}
    answer = await worker.put(f"{_URL}/entries/{told['id']}", json=told)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")

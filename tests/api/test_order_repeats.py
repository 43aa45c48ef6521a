"""Requests a phone asks again because their answer was lost, and who opens a photograph."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import func, select

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.db.order import OrderPhotograph, OrderRequest
from tests.api.centre import (
    REVIEWER_PASSWORD,
    Centre,
    put_alert,
    put_camera,
    running_centre,
)
from tests.api.district import MINE, decide, photograph
from tests.api.messages import alert_uuid, episode, registration


class Phone:
    """A school manager with two orders, and a reviewer who checks."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre

    async def arrive(self) -> None:
        centre = self.centre
        self.admin = await centre.admin()
        worker = await centre.enrolled(self.admin, MINE)
        await put_camera(worker, registration(school_id=MINE))
        self.reviewer = await centre.reviewer()
        self.school = await centre.person(Role.SCHOOL_MANAGER, MINE)
        self.orders = []
        for name in ("a", "b"):
            await put_alert(worker, episode(name, school_id=MINE, zone=name))
            await self.reviewer.post(f"/api/v1/alerts/{alert_uuid(name)}/confirm")
            body = {"alert_ids": [str(alert_uuid(name))]}
            made = await self.reviewer.post("/api/v1/orders", json=body)
            self.orders.append(int(made.json()["id"]))
        self.order = self.orders[0]

    async def send(
        self, content: bytes, key: UUID | str | None, order: int | None = None
    ) -> httpx.Response:
        headers = {"Content-Type": "image/jpeg"} | ({} if key is None else _named(key))
        url = f"/api/v1/order-photographs/{order or self.order}"
        return await self.school.post(url, content=content, headers=headers)

    async def submit(
        self, key: UUID, note: str = "done", version: int = 1, order: int | None = None
    ) -> httpx.Response:
        return await self.school.post(
            f"/api/v1/orders/{order or self.order}/submit",
            json={"note": note},
            headers={"If-Match": f'"{version}"', **_named(key)},
        )

    async def actions(self, order: int | None = None) -> list[str]:
        found = await self.admin.get(f"/api/v1/orders/{order or self.order}")
        return [each["action"] for each in found.json()["history"]]

    async def rows(self, table: type[OrderPhotograph | OrderRequest]) -> int:
        async with self.centre.runtime.database.read(EVERYTHING) as session:
            return await session.scalar(select(func.count()).select_from(table)) or 0


def _named(key: UUID | str) -> dict[str, str]:
    return {"Idempotency-Key": str(key)}


def _told(*answers: httpx.Response) -> list[tuple[int, str]]:
    return [(each.status_code, each.json().get("code", "")) for each in answers]


@pytest.fixture
async def phone(centre: Centre) -> Phone:
    found = Phone(centre)
    await found.arrive()
    return found


@pytest.mark.whole
async def test_a_photograph_asked_again_is_the_first_one_whatever_the_order_became(
    phone: Phone,
) -> None:
    key = uuid4()
    first = await phone.send(photograph(), key)
    assert first.status_code == 201, first.text
    assert (await phone.send(photograph(), key)).json() == first.json()
    await phone.submit(uuid4())
    # Without its name it would be refused: it is not the school's turn any more.
    assert _told(await phone.send(photograph(), None)) == [(409, "order_state")]
    late = await phone.send(photograph(), key)
    assert (late.status_code, late.json()) == (201, first.json())
    assert (await phone.actions()).count("photographed") == 1
    assert await phone.rows(OrderPhotograph) == 1


async def test_a_submission_asked_again_is_answered_how_the_order_stands(phone: Phone) -> None:
    await phone.send(photograph(), uuid4())
    key = uuid4()
    first = await phone.submit(key)
    assert first.json()["state"] == "pending_verification"
    again = await phone.submit(key)
    assert (again.status_code, again.json()) == (200, first.json())
    await decide(phone.reviewer, phone.order, "return", 2, note="unsharp")
    # It was done in its round: the school is told that it came back, and submits anew.
    late = await phone.submit(key)
    assert (late.status_code, late.json()["state"]) == (200, "rectifying")
    assert (await phone.actions()).count("submit") == 1


@pytest.mark.whole
async def test_twins_that_arrive_together_are_done_once(phone: Phone) -> None:
    photographed, submitted = uuid4(), uuid4()
    sent = await asyncio.gather(*(phone.send(photograph(), photographed) for _ in range(6)))
    assert {each.status_code for each in sent} == {201}
    assert len({each.text for each in sent}) == 1
    told = await asyncio.gather(*(phone.submit(submitted) for _ in range(6)))
    assert {(each.status_code, each.json()["version"]) for each in told} == {(200, 2)}
    actions = await phone.actions()
    assert (actions.count("photographed"), actions.count("submit")) == (1, 1)
    assert (await phone.rows(OrderPhotograph), await phone.rows(OrderRequest)) == (1, 2)


@pytest.mark.whole
async def test_a_name_belongs_to_one_request(phone: Phone) -> None:
    key = uuid4()
    await phone.send(photograph(), key)
    other = await phone.send(photograph(1), key)
    elsewhere = await phone.send(photograph(), key, phone.orders[1])
    step = await phone.submit(key)
    assert _told(other, elsewhere, step) == [(422, "idempotency_key_reused")] * 3
    await phone.submit(submitted := uuid4())
    assert _told(await phone.submit(submitted, "other words")) == [(422, "idempotency_key_reused")]
    assert await phone.rows(OrderPhotograph) == 1
    assert (await phone.actions(phone.orders[1])) == ["assigned"]


async def test_two_different_requests_race_for_one_name_and_one_is_told(phone: Phone) -> None:
    key = uuid4()
    sent = await asyncio.gather(
        *(phone.send(photograph(number), key, phone.orders[number % 2]) for number in range(4))
    )
    assert sorted(_told(*sent)) == [(201, "")] + [(422, "idempotency_key_reused")] * 3
    assert await phone.rows(OrderPhotograph) == 1


async def test_what_was_refused_may_be_tried_again_under_its_name(phone: Phone) -> None:
    key = uuid4()
    assert _told(await phone.submit(key)) == [(409, "no_photograph")]
    await phone.send(photograph(), uuid4())
    assert _told(await phone.submit(key, version=9)) == [(412, "order_changed")]
    assert (await phone.submit(key)).status_code == 200


async def test_a_name_is_of_its_person_and_has_the_form_of_a_uuid(phone: Phone) -> None:
    key = uuid4()
    await phone.send(photograph(), key)
    await phone.centre.add_user("cook", Role.SCHOOL_MANAGER, MINE)
    cook = await phone.centre.signed_in("cook", REVIEWER_PASSWORD)
    theirs = await cook.post(
        f"/api/v1/order-photographs/{phone.order}", content=photograph(1), headers=_named(key)
    )
    assert theirs.status_code == 201, theirs.text
    assert _told(await phone.send(photograph(2), "'; drop")) == [(422, "invalid")]
    assert await phone.rows(OrderPhotograph) == 2


@pytest.mark.whole
async def test_a_full_disk_refuses_a_photograph_in_words_and_takes_it_later(phone: Phone) -> None:
    """The phone keeps it and asks again under its name; nothing is lost and nothing twice."""
    large, key = photograph(1, (1200, 900)), uuid4()
    async with phone.centre.runtime.database.write(EVERYTHING) as session:
        database = await session.connection()
        pages = (await database.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await database.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    assert _told(await phone.send(large, key)) == [(507, "storage_unavailable")]
    assert await phone.rows(OrderPhotograph) == await phone.rows(OrderRequest) == 0
    assert (await phone.school.get("/api/v1/orders")).status_code == 200
    async with phone.centre.runtime.database.write(EVERYTHING) as session:
        database = await session.connection()
        await database.exec_driver_sql("PRAGMA max_page_count = 1000000000")
    for _ in range(2):
        assert (await phone.send(large, key)).status_code == 201
    assert await phone.rows(OrderPhotograph) == 1


async def test_photographs_leave_the_rest_of_the_disk_to_what_people_decide(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    settings: dict[str, Any] = {"template": migrated_data_dir, "evidence_leaves_free_bytes": 2**62}
    async with running_centre(tmp_path, **settings) as full:
        phone = Phone(full)
        await phone.arrive()
        refused = await phone.send(photograph(), uuid4())
        assert _told(refused) == [(507, "storage_unavailable")]
        url = f"/api/v1/orders/{phone.order}/comments"
        assert (await phone.school.post(url, json={"note": "no room"})).status_code == 200


@pytest.mark.whole
async def test_each_opening_of_a_photograph_stands_in_the_access_log(phone: Phone) -> None:
    made = (await phone.send(photograph(), uuid4())).json()
    leader = await phone.centre.person(Role.LEADER, MINE)
    opened = await phone.reviewer.get(made["url"])
    assert (opened.status_code, opened.headers["cache-control"]) == (200, "private, no-store")
    await phone.reviewer.get(made["url"])
    assert (await leader.get(made["url"])).status_code == 403
    missing = f"/api/v1/order-photographs/{phone.orders[1]}/{made['id']}"
    assert (await phone.reviewer.get(missing)).status_code == 404
    query = "/api/v1/audit?action=order_photograph_opened"
    entries = (await phone.admin.get(query)).json()["items"]
    assert [(each["username"], each["subject"], each["school_id"]) for each in entries] == [
        ("wang.li", f"order {phone.order} photograph {made['id']}", MINE)
    ] * 2


@pytest.mark.whole
async def test_a_photograph_asked_again_of_an_order_another_took_over_is_no_fault(
    phone: Phone,
) -> None:
    """Whoever sent it may know of the order it was sent to, and not of the one it is in now."""
    centre, (into, sent_to) = phone.centre, phone.orders
    await centre.add_user("cook", Role.SCHOOL_CANTEEN, MINE)
    told = {"subject": "safety", "assignee": "cook"}
    given = await phone.admin.put(
        f"/api/v1/orders/{sent_to}/assignment", json=told, headers={"If-Match": '"1"'}
    )
    assert given.status_code == 200, given.text
    phone.school = await centre.signed_in("cook", REVIEWER_PASSWORD)
    key = uuid4()
    assert (await phone.send(photograph(), key, sent_to)).status_code == 201
    orders = [{"order_id": sent_to, "version": 2}]
    merged = await decide(phone.reviewer, into, "merge", 1, orders=orders)
    assert merged.status_code == 200, merged.text
    again = await phone.send(photograph(), key, sent_to)
    assert _told(again) == [(409, "order_state")]
    assert (await phone.school.get(f"/api/v1/orders/{into}")).status_code == 404
    assert await phone.rows(OrderPhotograph) == 1

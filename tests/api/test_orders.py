"""Work orders: the machine, who is told what, and what nobody can do."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.bus import service as bus
from api.contract import DEFAULT_SCHOOL_ID
from api.db.order import WorkOrder
from api.jobs.scheduler import Scheduler
from api.kit.pagination import Cursor
from api.orders import watch
from api.orders.machine import EDGES, OrderState, Step, way
from tests.api.centre import Centre, put_alert, put_camera
from tests.api.district import MINE, decide, photograph
from tests.api.messages import T0, alert_uuid, episode, registration
from tests.api.order_people import FINDING, People, codes, send


async def test_from_alert_to_closed_with_every_step_in_the_chain(people: People) -> None:
    order_id = await people.submitted("a", "b")
    closed = await decide(people.reviewer, order_id, "close", 2, note="seen")
    assert closed.json()["state"] == "closed"
    found = await people.get(order_id)
    assert [each["action"] for each in found["history"]] == [
        "assigned",
        "photographed",
        "feedback",
        "begin",
        "submit",
        "close",
    ]
    assert (found["closed_by"], found["rectified_by"]) == ("wang.li", f"school-manager.{MINE}")
    assert len(found["sources"]) == 2
    entries = (await people.admin.get("/api/v1/audit")).json()["items"]
    ours = [each["action"] for each in entries if each["subject"] == f"order {order_id}"]
    assert sorted(ours) == sorted(f"order_{each['action']}" for each in found["history"])
    runtime = people.centre.runtime
    async with runtime.database.read(EVERYTHING) as session:
        verdict = await audit.verify(session, runtime.audit_key, [])
    assert verdict.finding is None


async def test_nobody_checks_what_they_took_part_in(people: People) -> None:
    order_id = await people.submitted("a")
    own = await decide(people.school, order_id, "close", 2)
    back = await decide(people.school, order_id, "return", 2, note="x")
    assert codes(own, back) == [(409, "same_person")] * 2
    assert (await people.get(order_id))["state"] == "pending_verification"
    # One who only sent a photograph took part as well.
    await decide(people.reviewer, order_id, "return", 2, note="not yet")
    await send(people.admin, order_id, photograph(3))
    await decide(people.school, order_id, "submit", 3, note="again")
    assert codes(await decide(people.admin, order_id, "close", 4)) == [(409, "same_person")]


async def test_the_database_itself_refuses_to_close_without_another(people: People) -> None:
    order_id = await people.submitted("a")
    for closed_by in (f"school-manager.{MINE}", None):
        with pytest.raises(IntegrityError):
            async with people.centre.runtime.work(EVERYTHING) as work:
                await work.session.execute(
                    update(WorkOrder)
                    .where(WorkOrder.id == order_id)
                    .values(state="closed", closed_by=closed_by, closed_at=T0)
                )


async def test_an_alert_is_given_away_once_and_only_when_confirmed(people: People) -> None:
    first = await people.order("a")
    body = {"alert_ids": [str(alert_uuid("a"))]}
    again = await people.reviewer.post("/api/v1/orders", json=body)
    assert codes(again) == [(409, "alert_has_order")]
    assert again.json()["params"] == {"order_id": str(first)}
    pending = await people.reviewer.post(
        "/api/v1/orders", json={"alert_ids": [str(alert_uuid("c"))]}
    )
    assert codes(pending) == [(409, "order_state")]
    proposal = (await people.reviewer.get(f"/api/v1/order-proposals/{alert_uuid('a')}")).json()
    assert proposal["order_id"] == first


async def test_the_order_of_an_alert_is_found_by_the_alert(people: People) -> None:
    await people.order("a")
    second = await people.order("b")

    async def found(name: str) -> list[int]:
        answer = await people.admin.get(f"/api/v1/orders?alert_id={alert_uuid(name)}")
        return [each["id"] for each in answer.json()["items"]]

    assert (await found("b"), await found("c")) == ([second], [])


async def test_who_may_be_given_an_order_is_told_to_who_gives_it(people: People) -> None:
    answer = await people.reviewer.get(f"/api/v1/schools/{MINE}/assignees")
    assert answer.json()["items"] == [f"school-manager.{MINE}"]
    nowhere = await people.reviewer.get("/api/v1/schools/nowhere/assignees")
    assert codes(nowhere) == [(404, "not_found")]


async def test_bad_wishes_are_refused_and_change_nothing(people: People) -> None:
    past = (T0 - timedelta(seconds=1)).isoformat()
    for wrong in (
        {"due_at": past},
        {"due_at": "9999-12-31T23:59:59Z"},
        {"assignee": "wang.li"},
        {"assignee": "nobody"},
        {"alert_ids": []},
        {"alert_ids": [str(alert_uuid("a"))] * 2},
        {"kind": "phone", "text": "  "},
    ):
        body = {"alert_ids": [str(alert_uuid("a"))], **wrong}
        answer = await people.reviewer.post("/api/v1/orders", json=body)
        assert codes(answer) == [(422, "invalid")], wrong
    assert (await people.admin.get("/api/v1/orders")).json()["items"] == []


async def test_a_decision_names_its_version_and_the_second_hears_of_the_first(
    people: People,
) -> None:
    order_id = await people.submitted("a")
    unversioned = await people.reviewer.post(f"/api/v1/orders/{order_id}/close")
    assert codes(unversioned) == [(428, "version_required")]
    await decide(people.reviewer, order_id, "return", 2, note="unsharp")
    late = await decide(people.admin, order_id, "close", 2)
    assert codes(late) == [(412, "order_changed")]
    told = late.json()["params"]
    assert (told["state"], told["action"], told["by"]) == ("rectifying", "return", "wang.li")
    assert late.headers["ETag"] == '"3"'


@pytest.mark.whole
async def test_two_hundred_races_end_in_one_decision_and_one_told_loser(people: People) -> None:
    body = {**FINDING, "school_id": MINE}
    order_id = (await people.admin.post("/api/v1/orders", json=body)).json()["id"]
    version, outcomes = 1, set()
    for number in range(200):
        told = {"subject": ("safety", "canteen")[number % 2]}
        asked = [
            client.put(
                f"/api/v1/orders/{order_id}/assignment",
                json={**told, "note": name},
                headers={"If-Match": f'"{version}"'},
            )
            for name, client in (("admin", people.admin), ("reviewer", people.reviewer))
        ]
        answers = await asyncio.gather(*asked)
        assert sorted(each.status_code for each in answers) == [200, 412]
        winner = answers[0].status_code == 200
        loser = answers[1 if winner else 0].json()["params"]
        assert loser["by"] == ("admin" if winner else "wang.li")
        outcomes.add(winner)
        version += 1
    found = await people.get(order_id)
    assert found["version"] == version == 201
    assert sum(each["action"] == "reassigned" for each in found["history"]) == 200


@pytest.mark.whole
async def test_two_who_give_the_same_alert_away_make_one_order(people: People) -> None:
    body = {"alert_ids": [str(alert_uuid("a")), str(alert_uuid("b"))]}
    turned = {"alert_ids": body["alert_ids"][::-1]}
    answers = await asyncio.gather(
        people.reviewer.post("/api/v1/orders", json=body),
        people.admin.post("/api/v1/orders", json=turned),
    )
    assert sorted(codes(*answers)) == [(201, ""), (409, "alert_has_order")]


# --- photographs ------------------------------------------------------------------------------


# --- deadlines --------------------------------------------------------------------------------


async def _jobs(people: People) -> None:
    """As another process would after a restart: nothing but the database is known to it."""
    await Scheduler(people.centre.runtime, watch.kinds()).run_due()


@pytest.mark.whole
async def test_overdue_and_escalated_are_noted_once_by_whoever_is_alive(people: People) -> None:
    body = {**FINDING, "school_id": MINE}
    order_id = (await people.admin.post("/api/v1/orders", json=body)).json()["id"]
    await people.wait(24 * 3600 + 1)
    for _ in range(2):
        await _jobs(people)
    found = await people.get(order_id)
    assert found["is_overdue"]
    assert found["escalated_at"] is None
    assert (await people.admin.get("/api/v1/orders")).json()["counts"]["overdue"] == 1
    await people.wait(96 * 3600)
    for _ in range(2):
        await _jobs(people)
    found = await people.get(order_id)
    assert found["escalated_at"] is not None
    assert [each["action"] for each in found["history"]] == ["assigned", "overdue", "escalated"]
    assert found["state"] == "assigned"


@pytest.mark.whole
async def test_what_waits_for_its_check_or_was_put_off_is_not_overdue(people: People) -> None:
    checked = await people.submitted("a")
    put_off = await people.order("b", due_at=(T0 + timedelta(hours=1)).isoformat())
    later = (T0 + timedelta(days=30)).isoformat()
    await people.reviewer.put(
        f"/api/v1/orders/{put_off}/assignment",
        json={"subject": "safety", "due_at": later},
        headers={"If-Match": '"1"'},
    )
    await people.wait(20 * 24 * 3600)
    await _jobs(people)
    for order_id in (checked, put_off):
        found = await people.get(order_id)
        assert not found["is_overdue"]
        assert "overdue" not in [each["action"] for each in found["history"]]
    # Sent back after its deadline it is overdue at once.
    await decide(people.admin, checked, "return", 2, note="no")
    await _jobs(people)
    assert (await people.get(checked))["history"][-1]["action"] == "overdue"


# --- the board --------------------------------------------------------------------------------


@pytest.mark.whole
async def test_ones_own_tasks_follow_the_duty_and_come_back_when_somebody_leaves(
    people: People,
) -> None:
    centre = people.centre
    await centre.add_user("cook", Role.SCHOOL_MANAGER, MINE)
    cook = await centre.signed_in("cook", "reviewer-password-1")

    async def mine(client: httpx.AsyncClient) -> list[int]:
        answer = await client.get("/api/v1/orders?mine=true")
        return [each["id"] for each in answer.json()["items"]]

    order_id = await people.order("a")
    assert await mine(cook) == await mine(people.school) == [order_id]
    duty = f"/api/v1/schools/{MINE}/duties/safety"
    await people.admin.put(duty, json={"username": "cook"})
    assert (await mine(cook), await mine(people.school)) == ([order_id], [])
    await people.admin.put(
        f"/api/v1/orders/{order_id}/assignment",
        json={"subject": "safety", "assignee": f"school-manager.{MINE}"},
        headers={"If-Match": '"1"'},
    )
    assert (await mine(cook), await mine(people.school)) == ([], [order_id])
    await people.admin.post(f"/api/v1/users/school-manager.{MINE}/disable")
    assert await mine(cook) == [order_id]


@pytest.mark.whole
@pytest.mark.parametrize(
    "told",
    [
        {"role": "school_manager", "school_id": DEFAULT_SCHOOL_ID},
        {"role": "leader", "school_id": MINE},
    ],
    ids=["another school", "another role"],
)
async def test_what_was_given_to_somebody_who_moved_is_open_to_the_others(
    people: People, told: dict[str, str]
) -> None:
    centre = people.centre
    await centre.add_user("cook", Role.SCHOOL_MANAGER, MINE)
    body = {**FINDING, "school_id": MINE, "assignee": "cook"}
    made = await people.admin.post("/api/v1/orders", json=body)
    assert made.status_code == 201, made.text

    async def mine() -> list[int]:
        answer = await people.school.get("/api/v1/orders?mine=true")
        return [each["id"] for each in answer.json()["items"]]

    duty = f"/api/v1/schools/{MINE}/duties/equipment"
    assert (await people.admin.put(duty, json={"username": "cook"})).status_code == 200
    theirs = {**FINDING, "school_id": MINE, "subject": "equipment"}
    of_duty = await people.admin.post("/api/v1/orders", json=theirs)
    assert await mine() == []
    moved = await people.admin.put("/api/v1/users/cook", json=told)
    assert moved.status_code == 200, moved.text
    assert sorted(await mine()) == [made.json()["id"], of_duty.json()["id"]]


async def test_pages_follow_each_other_without_a_gap(people: People) -> None:
    for hours in (5, 1, 3, 1, 4):
        due_at = (T0 + timedelta(hours=hours)).isoformat()
        body = {**FINDING, "school_id": MINE, "due_at": due_at}
        await people.admin.post("/api/v1/orders", json=body)
    seen: list[int] = []
    cursor = ""
    while True:
        page = (await people.admin.get(f"/api/v1/orders?limit=2{cursor}")).json()
        seen += [each["id"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [2, 4, 3, 5, 1]
    for made_up in ("abc", Cursor(T0, "9" * 30).encode(), Cursor(T0, "-1").encode()):
        wrong = await people.admin.get(f"/api/v1/orders?cursor={made_up}")
        assert codes(wrong) == [(422, "bad_cursor")]


async def test_a_row_of_the_board_tells_what_came_first_and_how_much_there_is(
    people: People,
) -> None:
    both, finding = await people.order("b", "a"), await people.finding()
    for number in (1, 2, 3):
        await send(people.school, both, photograph(number))
    board = (await people.admin.get("/api/v1/orders")).json()["items"]
    rows = {each["id"]: each for each in board}
    detail = await people.get(both)
    assert rows[both]["alert"]["id"] == detail["sources"][0]["alert"]["id"]
    assert (rows[both]["source_count"], rows[both]["photograph_count"]) == (2, 3)
    assert (rows[finding]["alert"], rows[finding]["text"]) == (None, FINDING["text"])
    assert (rows[finding]["source_count"], rows[finding]["photograph_count"]) == (1, 0)
    assert (detail["source_count"], detail["photograph_count"]) == (2, 3)


@pytest.mark.whole
async def test_merged_orders_go_on_in_one_and_can_be_split_again(people: People) -> None:
    one, two = await people.order("a"), await people.order("b")
    await send(people.school, two, photograph(1))
    told = {"orders": [{"order_id": two, "version": 1}]}
    stale = await decide(people.reviewer, one, "merge", 9, **told)
    assert codes(stale) == [(412, "order_changed")]
    merged = await decide(people.reviewer, one, "merge", 1, **told)
    assert merged.status_code == 200, merged.text
    found = await people.get(one)
    assert (len(found["sources"]), found["photograph_count"], found["merged"]) == (2, 1, [two])
    assert codes(await decide(people.school, two, "feedback", 2, note="x")) == [
        (409, "order_state")
    ]
    apart = await decide(people.reviewer, one, "split", 2, source_ids=[found["sources"][1]["id"]])
    assert apart.json()["alert"]["id"] == str(alert_uuid("b"))
    nothing = await decide(people.reviewer, one, "split", 3, source_ids=[found["sources"][0]["id"]])
    assert codes(nothing) == [(422, "invalid")]
    # Who sent a photograph to the one that was taken over took part in the other.
    await decide(people.school, one, "submit", 3, note="done")
    assert codes(await decide(people.school, one, "close", 4)) == [(409, "same_person")]


@pytest.mark.whole
async def test_what_was_merged_twice_is_still_checked_by_another_person(people: People) -> None:
    first, second = await people.order("a"), await people.order("b")
    last = await people.finding()
    await send(people.school, first, photograph())
    for order_id, into in ((first, second), (second, last)):
        told = {"orders": [{"order_id": order_id, "version": 1 if order_id == first else 2}]}
        merged = await decide(people.reviewer, into, "merge", 1, **told)
        assert merged.status_code == 200, merged.text
    assert (await people.get(last))["merged"] == [first, second]
    assert (await people.get(first))["merged_into"] == last
    assert (await decide(people.admin, last, "submit", 2, note="done")).status_code == 200
    assert codes(await decide(people.school, last, "close", 3)) == [(409, "same_person")]


@pytest.mark.whole
async def test_photographs_that_were_sent_back_are_not_taken_over(people: People) -> None:
    returned = await people.submitted("a")
    await decide(people.reviewer, returned, "return", 2, note="unsharp")
    into = await people.order("b")
    told = {"orders": [{"order_id": returned, "version": 3}]}
    assert (await decide(people.reviewer, into, "merge", 1, **told)).status_code == 200
    assert codes(await decide(people.school, into, "submit", 2, note="done")) == [
        (409, "no_photograph")
    ]
    assert (await people.get(returned))["photograph_count"] == 1


async def test_consoles_of_the_school_and_the_district_hear_of_it(people: People) -> None:
    order_id = await people.order("a")
    runtime = people.centre.runtime
    async with runtime.database.read(EVERYTHING) as session:
        events = await bus.after(session, 0, 1000)
    [told] = [each for each in events if each.kind == "order"]
    assert (told.school_id, f'"id":{order_id}' in told.data) == (MINE, True)


# --- judgements -------------------------------------------------------------------------------


@pytest.mark.whole
async def test_a_judgement_is_revised_with_author_reason_and_history(people: People) -> None:
    url = f"/api/v1/alerts/{alert_uuid('a')}"
    order_id = await people.order("a")
    await people.wait(3600)
    bare = await people.admin.post(f"{url}/revise", json={"status": "false_positive"})
    assert codes(bare) == [(422, "invalid")]
    told = {"status": "false_positive", "reason": "animal", "note": "a cat, seen in the clip"}
    unversioned = await people.admin.post(f"{url}/revise", json=told)
    assert codes(unversioned) == [(428, "version_required")]
    seen = {"If-Match": (await people.admin.get(url)).headers["ETag"]}
    revised = await people.admin.post(f"{url}/revise", json=told, headers=seen)
    assert (revised.json()["status"], revised.json()["reviewed_by"]) == ("false_positive", "admin")
    seen = {"If-Match": (await people.admin.get(url)).headers["ETag"]}
    again = await people.reviewer.post(f"{url}/revise", json=told, headers=seen)
    assert codes(again) == [(409, "bad_transition")]
    assert again.json()["params"]["why"] == "judged_so"
    assert again.json()["params"]["by"] == "admin"
    history = (await people.admin.get(url)).json()["history"]
    assert [(each["action"], each["by"]) for each in history[-2:]] == [
        ("confirmed", "wang.li"),
        ("revised_to_false_positive", "admin"),
    ]
    assert (await people.get(order_id))["alert"]["status"] == "false_positive"
    pending = await people.admin.post(
        f"/api/v1/alerts/{alert_uuid('c')}/revise", json=told, headers={"If-Match": '"0"'}
    )
    assert pending.json()["params"]["why"] == "not_reviewed"


async def test_the_highest_class_comes_first_and_in_it_what_waits_longest(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    for number, risk in enumerate(("class_3", "class_1", "class_2", "class_1", "class_3")):
        told = episode(str(number), risk=risk, raised_at=T0 + timedelta(minutes=number))
        await put_alert(worker, told)
    seen: list[str] = []
    cursor = ""
    while True:
        answer = await reviewer.get(f"/api/v1/alerts?order=class&limit=2{cursor}")
        seen += [each["id"] for each in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json()['next_cursor']}"
    assert seen == [str(alert_uuid(str(number))) for number in (1, 3, 2, 0, 4)]
    other = await reviewer.get(f"/api/v1/alerts?{cursor[1:]}")
    assert codes(other) == [(422, "bad_cursor")]


def test_the_machine_has_no_way_around_the_check() -> None:
    into_closed = [step for step, edge in EDGES.items() if edge.after is OrderState.CLOSED]
    assert into_closed == [Step.CLOSE]
    for state in OrderState:
        for step in Step:
            steps = way(state, step)
            assert not steps or (EDGES[steps[0]].before, steps[-1]) == (state, step)

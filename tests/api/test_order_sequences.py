"""Whatever people do to work orders, in whatever order: the machine, the second person and the
photographs hold.

The test keeps books of its own: who took part, which photographs were taken, which steps lead
where. Each answer is held against them, and after each call every order is read again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.access.permissions import Permission
from api.access.roles import ROLES, Role
from tests.api.centre import REVIEWER_PASSWORD, Centre, running_centre
from tests.api.district import MINE, THEIRS, decide, photograph

_WITH_SCHOOL = {"assigned", "feedback_received", "rectifying"}
_LEADS = {  # state and step → state, as the guide says
    ("assigned", "feedback"): "feedback_received",
    ("assigned", "begin"): "rectifying",
    ("assigned", "submit"): "pending_verification",
    ("feedback_received", "begin"): "rectifying",
    ("feedback_received", "submit"): "pending_verification",
    ("rectifying", "submit"): "pending_verification",
    ("pending_verification", "return"): "rectifying",
    ("pending_verification", "close"): "closed",
    ("closed", "reopen"): "assigned",
}
_NEEDS = dict.fromkeys(("feedback", "begin", "submit", "photograph"), Permission.RECTIFY_ORDERS)
_NEEDS |= dict.fromkeys(("return", "close"), Permission.VERIFY_ORDERS)
_NEEDS |= dict.fromkeys(("reopen", "assign", "merge", "split"), Permission.ASSIGN_ORDERS)
_NEEDS["comment"] = Permission.VIEW_ORDERS
PEOPLE = {
    "reviewer": (Role.DISTRICT_REVIEWER, None),
    "manager": (Role.SCHOOL_MANAGER, MINE),
    "deputy": (Role.SCHOOL_MANAGER, MINE),
    "leader": (Role.LEADER, MINE),
    "guard": (Role.SCHOOL_SECURITY, MINE),
    "cook": (Role.SCHOOL_CANTEEN, MINE),
    "stranger": (Role.SCHOOL_MANAGER, THEIRS),
    "head": (Role.DISTRICT_ADMIN, None),
    "auditor": (Role.AUDITOR, None),
    "engineer": (Role.ENGINEER, MINE),
}
_STEPS = ("feedback", "begin", "submit", "photograph", "return", "close", "reopen")
_STEPS += ("assign", "merge", "split")
ACTS = st.tuples(
    st.sampled_from([*PEOPLE, *("reviewer", "manager", "deputy") * 3]),
    st.sampled_from([*["onward"] * 10, *_STEPS, "merge", "split", "comment", "create", "leave"]),
    st.integers(0, 2),  # which order
    st.sampled_from([0, 0, 0, 0, 0, 0, 1, -1]),  # how far from its version
    st.integers(0, 3),  # which photograph, which other order
)


@dataclass
class Books:
    """What ought to be so.

    Attributes:
        numbers: Orders of this run.
        took_part: By order, whoever answered, began, submitted or photographed.
        pictures: URL of each photograph that was taken, with its bytes.
        gone: People who left.
    """

    numbers: list[int] = field(default_factory=list)
    took_part: dict[int, set[str]] = field(default_factory=dict)
    pictures: dict[int, bytes] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)


def _onward(order: Any, which: int) -> str:
    """What would bring an order nearer to its end, or back from it."""
    if order["state"] in _WITH_SCHOOL and which == 1 and order["source_count"] > 1:
        return "split"
    if order["state"] in _WITH_SCHOOL:
        has_photograph = any(each["round"] == order["round"] for each in order["photographs"])
        return "submit" if has_photograph else "photograph"
    if order["state"] == "closed":
        return "reopen"
    return "close" if which else "return"


class World:
    """A command centre that several runs share, each with orders of its own."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.clients: dict[str, httpx.AsyncClient] = {}
        self.reached: Counter[str] = Counter()

    async def arrive(self) -> None:
        self.admin = await self.centre.admin()
        for school_id in (MINE, THEIRS):
            told = {"school_id": school_id, "name_zh": school_id}
            await self.admin.post("/api/v1/schools", json=told)
        for name, (role, school_id) in PEOPLE.items():
            await self.centre.add_user(name, role, school_id)
            self.clients[name] = await self.centre.signed_in(name, REVIEWER_PASSWORD)
        duty = {"username": "guard"}
        await self.admin.put(f"/api/v1/schools/{MINE}/duties/safety", json=duty)

    async def come_back(self, gone: set[str]) -> None:
        for name in gone:
            await self.admin.post(f"/api/v1/users/{name}/enable")
            self.clients[name] = await self.centre.signed_in(name, REVIEWER_PASSWORD)

    async def orders(self, numbers: list[int]) -> dict[int, Any]:
        found = {}
        for number in numbers:
            answer = await self.admin.get(f"/api/v1/orders/{number}")
            assert answer.status_code == 200, answer.text
            found[number] = answer.json()
        return found

    async def create(self, who: str) -> httpx.Response:
        body = {"kind": "finding", "text": f"by {who}", "school_id": MINE}
        told = {**body, "risk": "class_2", "subject": "safety"}
        return await self.clients[who].post("/api/v1/orders", json=told)

    async def run(self, acts: list[tuple[str, str, int, int, int]]) -> None:
        books = Books()
        for _ in range(2):
            books.numbers.append((await self.create("reviewer")).json()["id"])
        before = await self.orders(books.numbers)
        for act in acts:
            before = await self.act(books, before, act)
        urls = {
            each["id"]: each["url"] for order in before.values() for each in order["photographs"]
        }
        for number, content in books.pictures.items():
            assert (await self.admin.get(urls[number])).content == content
        await self.come_back(books.gone)

    async def act(
        self, books: Books, before: dict[int, Any], act: tuple[str, str, int, int, int]
    ) -> dict[int, Any]:
        who, step, at, off, which = act
        order = before[books.numbers[at % len(books.numbers)]]
        if step == "onward":
            return await self.act(books, before, (who, _onward(order, which), at, off, which))
        if step == "leave":
            if who not in ("guard", "deputy"):
                return before
            books.gone.add(who)
            answer = await self.admin.post(f"/api/v1/users/{who}/disable")
            assert answer.status_code == 200
        elif step == "create":
            answer = await self.create(who)
            role, school_id = PEOPLE[who]
            may = Permission.ASSIGN_ORDERS in ROLES[role].permissions and school_id in (None, MINE)
            assert (answer.status_code == 201) == (may and who not in books.gone), (
                act,
                answer.text,
            )
            if answer.status_code == 201 and len(books.numbers) < 3:
                books.numbers.append(answer.json()["id"])
            return await self.orders(books.numbers)
        else:
            answer = await self.ask(who, step, order, off, which, before)
        after = await self.orders(books.numbers)
        self.hold(books, act, order, answer, before, after)
        if step == "photograph" and answer.status_code == 201:
            kept = await self.admin.get(answer.json()["url"])
            books.pictures[answer.json()["id"]] = kept.content
        if step == "split" and answer.status_code == 201:
            books.numbers.append(answer.json()["id"])
            after = await self.orders(books.numbers)
        return after

    async def ask(
        self, who: str, step: str, order: Any, off: int, which: int, before: dict[int, Any]
    ) -> httpx.Response:
        client, number, version = self.clients[who], order["id"], order["version"] + off
        match step:
            case "photograph":
                url = f"/api/v1/order-photographs/{number}"
                return await client.post(url, content=photograph(which))
            case "comment":
                return await client.post(f"/api/v1/orders/{number}/comments", json={"note": "x"})
            case "assign":
                assignee = [None, "guard", "deputy", "leader"][which]
                told = {"subject": "safety", "assignee": assignee}
                return await client.put(
                    f"/api/v1/orders/{number}/assignment",
                    json=told,
                    headers={"If-Match": f'"{version}"'},
                )
            case "merge":
                other = list(before.values())[which % len(before)]
                told = {"orders": [{"order_id": other["id"], "version": other["version"]}]}
                return await decide(client, number, "merge", version, **told)
            case "split":
                sources = [each["id"] for each in order["sources"]][-1:]
                return await decide(client, number, "split", version, source_ids=sources)
            case _:
                words = {} if step in ("begin", "close") else {"note": "words"}
                return await decide(client, number, step, version, **words)

    def hold(
        self,
        books: Books,
        act: tuple[str, str, int, int, int],
        order: Any,
        answer: httpx.Response,
        before: dict[int, Any],
        after: dict[int, Any],
    ) -> None:
        who, step, _, off, which = act
        number = order["id"]
        now = after[number]
        assert answer.status_code < 500, answer.text
        for each, was in before.items():
            assert after[each]["history"][: len(was["history"])] == was["history"]
        if step == "leave":
            return
        if who in books.gone:
            assert answer.status_code == 401
        if answer.status_code >= 300:
            assert after == before, (act, answer.text)
            return
        self.reached[step] += 1
        role, school_id = PEOPLE[who]
        assert _NEEDS[step] in ROLES[role].permissions
        assert school_id in (None, MINE)
        assert order["merged_into"] is None
        if step not in ("photograph", "comment"):
            assert off == 0
            assert now["version"] == order["version"] + 1
        if step in ("feedback", "begin", "submit", "photograph"):
            books.took_part.setdefault(number, set()).add(who)
        if step == "photograph":
            assert order["state"] in _WITH_SCHOOL
        elif step in ("assign", "merge", "split"):
            assert order["state"] in _WITH_SCHOOL
            assert now["state"] == order["state"]
        elif step != "comment":
            assert now["state"] == _LEADS[order["state"], step]
        if step == "merge":
            other = list(before)[which % len(before)]
            assert after[other]["merged_into"] == number
            books.took_part.setdefault(number, set()).update(books.took_part.get(other, set()))
        if step == "submit":
            assert any(each["round"] == now["round"] for each in now["photographs"])
        if step in ("return", "close"):
            assert who not in books.took_part.get(number, set()), "checked their own work"
        if now["state"] == "closed":
            assert now["closed_by"] not in books.took_part.get(number, set())
            assert now["rectified_by"] in books.took_part[number]


@pytest.fixture
def world(tmp_path: Path, migrated_data_dir: Path) -> Iterator[tuple[World, asyncio.Runner]]:
    with asyncio.Runner() as runner:
        running = running_centre(tmp_path / "data", template=migrated_data_dir)
        found = World(runner.run(running.__aenter__()))
        runner.run(found.arrive())
        yield found, runner
        runner.run(running.__aexit__(None, None, None))


def _search(world: tuple[World, asyncio.Runner], examples: int) -> Counter[str]:
    """Try that many runs; answers how often each step was taken."""
    known, runner = world

    @given(st.lists(ACTS, min_size=10, max_size=40))
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None)
    def run(acts: list[tuple[str, str, int, int, int]]) -> None:
        runner.run(known.run(acts))

    run()
    return known.reached


_MET = {"photograph", "submit", "return", "close", "merge"}
"""Steps that a search must have taken to say anything."""


@pytest.mark.whole
def test_no_sequence_of_calls_leaves_the_machine(world: tuple[World, asyncio.Runner]) -> None:
    assert _search(world, 5)


@pytest.mark.whole
def test_no_long_search_leaves_the_machine(world: tuple[World, asyncio.Runner]) -> None:
    reached: Counter[str] = Counter()
    for _ in range(5):  # whatever is drawn, the search goes on until each was met
        reached = _search(world, 100)
        if set(reached) >= _MET:
            break
    print(f"steps taken: {dict(reached)}")
    assert set(reached) >= _MET

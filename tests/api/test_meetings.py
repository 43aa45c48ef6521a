"""Meetings: who is called, who comes in by what, who was there; over a scripted engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.db.meeting import Meeting
from api.jobs.kinds import ClaimedJob
from api.meetings import admission, ending
from api.meetings.engine import Engine
from api.meetings.engine_files import write_engine_files
from tests.api.centre import Centre
from tests.api.district import MINE, THEIRS, District
from tests.support import janus
from tests.support.scripted_janus import ANSWER_SDP, OFFER_SDP, ScriptedJanus, scripted_janus

PLAIN = {"reason": "routine", "title": "周例会"}
_JOB = ClaimedJob(1, ending.JOB, "", {}, 1, "")


@pytest.fixture
async def peer(centre: Centre, tmp_path: Path) -> AsyncIterator[ScriptedJanus]:
    """The engine of the centre."""
    settings = janus.free_ports()
    known = write_engine_files(tmp_path / "engine", settings)
    async with scripted_janus(settings, known) as running:
        centre.runtime.meetings = Engine(settings, known)
        yield running
        # The centre closes it at its end.


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a browser."""

    client: httpx.AsyncClient
    name: str

    async def call(self, **of: Any) -> dict[str, Any]:
        answer = await self.client.post("/api/v1/meetings", json=PLAIN | of)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def ticket(self, meeting_id: int) -> dict[str, Any]:
        answer = await self.client.post(f"/api/v1/meetings/{meeting_id}/tickets")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def try_ticket(self, meeting_id: int, ticket: str) -> httpx.Response:
        return await self.client.post(
            f"/api/v1/meetings/{meeting_id}/entries", json={"ticket": ticket}
        )

    async def come(self, meeting_id: int) -> dict[str, Any]:
        ticket = (await self.ticket(meeting_id))["ticket"]
        answer = await self.try_ticket(meeting_id, ticket)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def say(self, meeting_id: int, entry_id: int, **what: Any) -> httpx.Response:
        url = f"/api/v1/meetings/{meeting_id}/entries/{entry_id}/signals"
        return await self.client.post(url, json=what)

    async def hear(self, meeting_id: int, entry_id: int) -> httpx.Response:
        return await self.client.post(f"/api/v1/meetings/{meeting_id}/entries/{entry_id}/events")

    async def see(self, meeting_id: int) -> dict[str, Any]:
        answer = await self.client.get(f"/api/v1/meetings/{meeting_id}")
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture
async def host(centre: Centre) -> Caller:
    return Caller(await centre.reviewer(), "wang.li")


@pytest.fixture
async def guest(centre: Centre) -> Caller:
    return Caller(await centre.reviewer("zhao.min"), "zhao.min")


async def _actions(admin: httpx.AsyncClient, meeting_id: int) -> list[tuple[str, str]]:
    """What the log says of a meeting, oldest first: who did what."""
    listed = (await admin.get("/api/v1/audit?limit=100")).json()["items"]
    found = [
        (each["username"], each["action"].removeprefix("meeting_"))
        for each in listed
        if (each["subject"] or "").split(" ")[:2] == ["meeting", str(meeting_id)]
    ]
    return found[::-1]


async def test_without_an_engine_the_product_says_so(centre: Centre, host: Caller) -> None:
    told = (await host.client.get("/api/v1/meetings/engine")).json()
    assert told == {"state": "off", "version": ""}
    meeting = await host.call()
    ticket = (await host.ticket(meeting["id"]))["ticket"]
    answer = await host.try_ticket(meeting["id"], ticket)
    assert (answer.status_code, answer.json()["code"]) == (409, "meetings_off")


async def test_two_people_meet_and_it_is_written_down(
    centre: Centre, admin: httpx.AsyncClient, peer: ScriptedJanus, host: Caller, guest: Caller
) -> None:
    assert (await host.client.get("/api/v1/meetings/engine")).json()["state"] == "ready"
    meeting = await host.call(usernames=[guest.name])
    number = meeting["id"]
    [listed] = (await guest.client.get("/api/v1/meetings")).json()["items"]
    assert (listed["id"], listed["title"], listed["is_called"]) == (number, "周例会", True)
    one, two = await host.come(number), await guest.come(number)
    assert peer.rooms[number].tokens == set(), "a token of the engine is good once"
    assert (await host.say(number, one["entry_id"], kind="publish", sdp="v=0")).status_code == 204
    [answer] = (await host.hear(number, one["entry_id"])).json()["items"]
    assert (answer["kind"], answer["sdp"], answer["is_sender"]) == ("answer", ANSWER_SDP, True)
    [feeds] = (await guest.hear(number, two["entry_id"])).json()["items"]
    assert feeds["feeds"] == [{"feed": one["entry_id"], "username": host.name}]
    said = await guest.say(number, two["entry_id"], kind="watch", added=[one["entry_id"]])
    assert said.status_code == 204, said.text
    [offer] = (await guest.hear(number, two["entry_id"])).json()["items"]
    assert (offer["kind"], offer["sdp"], offer["is_sender"]) == ("offer", OFFER_SDP, False)
    assert offer["tracks"] == [{"mid": "0", "feed": one["entry_id"], "kind": "video"}]
    said = await guest.say(number, two["entry_id"], kind="answer", sdp="v=0")
    assert said.status_code == 204
    assert not (await guest.client.get("/api/v1/meetings")).json()["items"][0]["is_called"]
    centre.clock.advance(60)
    left = await guest.client.delete(f"/api/v1/meetings/{number}/entries/{two['entry_id']}")
    assert left.status_code == 204
    seen = await host.see(number)
    assert [(e["username"], e["left_at"] is None) for e in seen["entries"]] == [
        (host.name, True),
        (guest.name, False),
    ]
    assert (await host.client.post(f"/api/v1/meetings/{number}/end")).status_code == 204
    assert peer.rooms == {}
    assert await _actions(admin, number) == [
        (host.name, "opened"),
        (host.name, "invited"),
        (host.name, "entered"),
        (guest.name, "entered"),
        (guest.name, "left"),
        (host.name, "left"),
        (host.name, "ended"),
    ]


async def test_a_ticket_is_of_one_person_for_one_meeting_once_and_for_a_minute(
    centre: Centre, admin: httpx.AsyncClient, peer: ScriptedJanus, host: Caller, guest: Caller
) -> None:
    number = (await host.call(usernames=[guest.name]))["id"]
    other = (await host.call(usernames=[guest.name]))["id"]
    ticket = (await host.ticket(number))["ticket"]
    await guest.ticket(number)
    for who, where in ((guest, number), (host, other)):
        answer = await who.try_ticket(where, ticket)
        assert (answer.status_code, answer.json()["code"]) == (403, "bad_ticket")
    assert (await host.try_ticket(number, ticket)).status_code == 201
    assert (await host.try_ticket(number, ticket)).json()["code"] == "bad_ticket", "used"
    first, second = [(await host.ticket(number))["ticket"] for _ in range(2)]
    assert (await host.try_ticket(number, first)).json()["code"] == "bad_ticket", "replaced"
    centre.clock.advance(61)
    assert (await host.try_ticket(number, second)).json()["code"] == "bad_ticket", "too old"
    last = (await guest.ticket(number))["ticket"]
    await host.client.post(f"/api/v1/meetings/{number}/end")
    assert (await guest.try_ticket(number, last)).json()["code"] == "meeting_ended"
    refused = [who for who, what in await _actions(admin, number) if what == "refused"]
    assert refused == [guest.name, host.name, host.name, host.name]


async def test_who_is_not_invited_knows_of_nothing(
    centre: Centre, peer: ScriptedJanus, host: Caller, guest: Caller
) -> None:
    number = (await host.call())["id"]
    entry = (await host.come(number))["entry_id"]
    assert (await guest.client.get("/api/v1/meetings")).json() == {"items": []}
    base = f"/api/v1/meetings/{number}"
    asked = [
        guest.client.get(base),
        guest.client.post(f"{base}/tickets"),
        guest.client.post(f"{base}/entries", json={"ticket": "x"}),
        guest.client.post(f"{base}/entries/{entry}/events"),
        guest.client.post(f"{base}/entries/{entry}/signals", json={"kind": "watch", "added": [1]}),
        guest.client.delete(f"{base}/entries/{entry}"),
        guest.client.post(f"{base}/end"),
        guest.client.post(f"{base}/people", json={"usernames": [guest.name]}),
        guest.client.post(f"{base}/people/{guest.name}/admission"),
        guest.client.delete(f"{base}/people/{host.name}"),
    ]
    assert [(await each).status_code for each in asked] == [404] * len(asked)
    assert (await host.hear(number, entry)).status_code == 200


async def test_anothers_place_in_a_meeting_is_not_ones_own(
    peer: ScriptedJanus, host: Caller, guest: Caller
) -> None:
    number = (await host.call(usernames=[guest.name]))["id"]
    entry = (await host.come(number))["entry_id"]
    await guest.come(number)
    assert (await guest.hear(number, entry)).json()["code"] == "entry_gone"
    said = await guest.say(number, entry, kind="publish", sdp="v=0")
    assert said.status_code == 404
    gone = await guest.client.delete(f"/api/v1/meetings/{number}/entries/{entry}")
    assert gone.status_code == 404


async def test_who_comes_from_elsewhere_is_there_once(peer: ScriptedJanus, host: Caller) -> None:
    number = (await host.call())["id"]
    first, second = await host.come(number), await host.come(number)
    assert peer.rooms[number].feeds.keys() == {second["entry_id"]}
    assert (await host.hear(number, first["entry_id"])).json()["code"] == "entry_gone"


async def test_in_a_lobby_one_waits_for_the_host(
    admin: httpx.AsyncClient, peer: ScriptedJanus, host: Caller, guest: Caller
) -> None:
    number = (await host.call(usernames=[guest.name], has_lobby=True))["id"]
    assert await guest.ticket(number) == {"state": "waiting", "ticket": None}
    people = {each["username"]: each["state"] for each in (await host.see(number))["people"]}
    assert people == {host.name: "admitted", guest.name: "waiting"}
    url = f"/api/v1/meetings/{number}/people/{guest.name}"
    assert (await guest.client.post(f"{url}/admission")).status_code == 403
    assert (await host.client.post(f"{url}/admission")).status_code == 200
    await guest.come(number)
    assert ("wang.li", "admitted") in await _actions(admin, number)


async def test_who_is_put_out_is_out_until_invited_again(
    admin: httpx.AsyncClient, peer: ScriptedJanus, host: Caller, guest: Caller
) -> None:
    number = (await host.call(usernames=[guest.name]))["id"]
    entry = (await guest.come(number))["entry_id"]
    spare = (await guest.ticket(number))["ticket"]
    url = f"/api/v1/meetings/{number}/people"
    assert (await host.client.delete(f"{url}/{guest.name}")).status_code == 204
    assert peer.rooms[number].feeds == {}
    assert (await guest.hear(number, entry)).json()["code"] == "entry_gone"
    assert (await guest.try_ticket(number, spare)).json()["code"] == "bad_ticket"
    assert await guest.ticket(number) == {"state": "removed", "ticket": None}
    assert (await host.client.delete(f"{url}/{host.name}")).status_code == 409
    again = await host.client.post(url, json={"usernames": [guest.name]})
    assert again.status_code == 200, again.text
    await guest.come(number)


async def test_an_engine_that_died_is_said_and_the_room_opened_again(
    centre: Centre, peer: ScriptedJanus, host: Caller
) -> None:
    number = (await host.call())["id"]
    entry = (await host.come(number))["entry_id"]
    peer.forget()
    assert (await host.hear(number, entry)).json()["code"] == "entry_gone"
    seen = await host.see(number)
    assert (seen["state"], seen["there_count"]) == ("open", 0)
    again = await host.come(number)
    assert peer.rooms[number].feeds.keys() == {again["entry_id"]}


async def test_an_engine_that_is_away_keeps_facts_and_nobody_in(
    centre: Centre, admin: httpx.AsyncClient, tmp_path: Path, host: Caller
) -> None:
    settings = janus.free_ports()
    known = write_engine_files(tmp_path / "engine", settings)
    centre.runtime.meetings = Engine(settings, known)
    assert (await host.client.get("/api/v1/meetings/engine")).json()["state"] == "absent"
    number = (await host.call())["id"]
    answer = await host.try_ticket(number, (await host.ticket(number))["ticket"])
    assert (answer.status_code, answer.json()["code"]) == (503, "engine_away")
    assert answer.json()["params"]["state"] == "absent"
    seen = await host.see(number)
    assert (seen["there_count"], seen["entries"]) == (0, [])
    async with scripted_janus(settings, known):
        await host.come(number)
    assert [what for _, what in await _actions(admin, number)] == ["opened", "entered"]


async def test_another_version_lets_nobody_in(peer: ScriptedJanus, host: Caller) -> None:
    peer.version = "2.0.0"
    number = (await host.call())["id"]
    answer = await host.try_ticket(number, (await host.ticket(number))["ticket"])
    assert answer.json()["params"] == {"state": "other_version", "version": "2.0.0"}
    assert peer.rooms == {}


async def test_who_went_without_a_word_is_noted_and_an_empty_meeting_ends(
    centre: Centre, admin: httpx.AsyncClient, peer: ScriptedJanus, host: Caller
) -> None:
    number = (await host.call())["id"]
    await host.come(number)
    await ending.look_after(centre.runtime, _JOB)
    assert (await host.see(number))["there_count"] == 1
    peer.forget()
    await ending.look_after(centre.runtime, _JOB)
    assert (await host.see(number))["there_count"] == 1, "may be on the way in"
    centre.clock.advance(31)
    await ending.look_after(centre.runtime, _JOB)
    assert (await host.see(number))["there_count"] == 0
    centre.clock.advance(2 * 3600)
    await ending.look_after(centre.runtime, _JOB)
    assert (await host.see(number))["state"] == "ended"
    assert await _actions(admin, number) == [
        (host.name, "opened"),
        (host.name, "entered"),
        ("", "left"),
        ("", "ended"),
    ]


async def test_an_engine_that_does_not_answer_says_nothing_of_who_is_there(
    centre: Centre, peer: ScriptedJanus, host: Caller
) -> None:
    number = (await host.call())["id"]
    await host.come(number)
    centre.clock.advance(60)
    engine = centre.runtime.meetings
    assert engine is not None
    engine._client.timeout = 0.1
    peer.speaks.clear()
    await ending.look_after(centre.runtime, _JOB)
    peer.speaks.set()
    assert (await host.see(number))["there_count"] == 1


async def test_what_is_known_of_meetings_is_kept_as_long_as_the_log(
    centre: Centre, peer: ScriptedJanus, host: Caller, guest: Caller
) -> None:
    old = (await host.call(usernames=[guest.name]))["id"]
    await host.come(old)
    await host.client.post(f"/api/v1/meetings/{old}/end")
    ended_at = centre.clock()
    kept = (await host.call())["id"]
    for moment, deleted in ((ended_at, None), (ended_at + timedelta(seconds=1), 1)):
        async with centre.runtime.work(EVERYTHING) as work:
            assert await ending.delete_ended_before(work, moment) == deleted
    assert (await host.client.get(f"/api/v1/meetings/{old}")).status_code == 404
    assert (await host.see(kept))["state"] == "open"


async def test_a_meeting_at_a_time(centre: Centre, peer: ScriptedJanus, host: Caller) -> None:
    at = centre.clock() + timedelta(hours=2)
    number = (await host.call(starts_at=at.isoformat()))["id"]
    seen = await host.see(number)
    assert (seen["state"], seen["is_called"]) == ("scheduled", False)
    early = await host.client.post(f"/api/v1/meetings/{number}/tickets")
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    centre.clock.advance(2 * 3600 - 14 * 60)
    await host.come(number)
    for wrong in (centre.clock() - timedelta(minutes=1), centre.clock() + timedelta(days=400)):
        body = PLAIN | {"starts_at": wrong.isoformat()}
        assert (await host.client.post("/api/v1/meetings", json=body)).status_code == 422


async def test_an_exams_roster_keeps_others_out(
    peer: ScriptedJanus, host: Caller, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def roster(_: object, meeting: Meeting) -> frozenset[str] | None:
        return frozenset({host.name}) if meeting.reason == "exam_duty" else None

    monkeypatch.setattr(admission, "ROSTERS", [roster])
    free = (await host.call(usernames=[guest.name]))["id"]
    exam = (await host.call(usernames=[guest.name], reason="exam_duty"))["id"]
    await guest.come(free)
    assert (await guest.client.post(f"/api/v1/meetings/{exam}/tickets")).status_code == 403
    await host.come(exam)


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": None},
        {"reason": "gossip"},
        {"roles": ["leader"]},
        {"usernames": ["nobody"]},
        {"usernames": ["admin", "nobody"]},
        {"school_id": "no-such"},
        {"alert_id": "00000000-0000-0000-0000-000000000000"},
        {"order_id": 987_654},
        {"order_id": 1, "school_id": "x"},
        {"usernames": [f"p{n}" for n in range(31)]},
        {"password": "x"},
    ],
)
async def test_what_cannot_be_called(host: Caller, wrong: dict[str, Any]) -> None:
    answer = await host.client.post("/api/v1/meetings", json=PLAIN | wrong)
    assert answer.status_code == 422, answer.text
    assert (await host.client.get("/api/v1/meetings")).json() == {"items": []}


async def test_from_an_alert_those_are_called_who_may_know_of_it(
    district: District, peer: ScriptedJanus
) -> None:
    centre = district.centre
    mine = Caller(await centre.person(Role.SCHOOL_MANAGER, MINE), "school-manager." + MINE)
    theirs = Caller(await centre.person(Role.SCHOOL_MANAGER, THEIRS), "school-manager." + THEIRS)
    host = Caller(await centre.reviewer(), "wang.li")
    answer = await host.client.post(
        "/api/v1/meetings",
        json={
            "reason": "emergency",
            "alert_id": str(district.mine.alerts["get"]),
            "roles": ["school_manager"],
        },
    )
    assert answer.status_code == 201, answer.text
    meeting = answer.json()
    assert meeting["school"]["school_id"] == MINE
    called = {each["username"] for each in meeting["people"]}
    assert {host.name, mine.name} <= called
    schools = {each["school"]["school_id"] for each in meeting["people"] if each["school"]}
    assert schools == {MINE}
    assert (await theirs.client.get("/api/v1/meetings")).json() == {"items": []}
    await mine.come(meeting["id"])


async def test_from_an_order_one_is_opened_about_its_school(
    district: District, peer: ScriptedJanus
) -> None:
    host = Caller(await district.centre.reviewer(), "wang.li")
    order_id = next(iter(district.mine.orders.values()))
    body = {"reason": "rectification", "order_id": order_id, "roles": ["school_manager"]}
    answer = await host.client.post("/api/v1/meetings", json=body)
    assert answer.status_code == 201, answer.text
    meeting = answer.json()
    assert (meeting["order_id"], meeting["school"]["school_id"]) == (order_id, MINE)
    assert {each["school"]["school_id"] for each in meeting["people"] if each["school"]} == {MINE}


async def test_a_school_calls_its_own_people_alone(district: District, peer: ScriptedJanus) -> None:
    centre = district.centre
    mine = Caller(await centre.person(Role.SCHOOL_MANAGER, MINE), "school-manager." + MINE)
    await centre.person(Role.SCHOOL_MANAGER, THEIRS)
    offered = (await mine.client.get("/api/v1/meetings/candidates")).json()["items"]
    assert {each["school"]["school_id"] for each in offered} == {MINE}
    body = PLAIN | {"usernames": ["school-manager." + THEIRS]}
    assert (await mine.client.post("/api/v1/meetings", json=body)).status_code == 422


async def test_who_comes_from_another_school_writes_into_no_log_of_this_one(
    district: District, peer: ScriptedJanus
) -> None:
    centre = district.centre
    theirs = Caller(await centre.person(Role.SCHOOL_MANAGER, THEIRS), "school-manager." + THEIRS)
    host = Caller(await centre.reviewer(), "wang.li")
    number = (await host.call(school_id=MINE, usernames=[theirs.name]))["id"]
    await theirs.come(number)
    seen = await theirs.see(number)
    assert seen["school"] is None
    unknown = next(each for each in seen["people"] if each["username"] == host.name)
    assert (unknown["role"], unknown["school"]) == (None, None)
    assert (theirs.name, "entered") in await _actions(district.admin, number)

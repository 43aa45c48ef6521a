"""Schools inspect themselves and each other, and what they find becomes work orders."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.compliance.judging_jobs import judge_new
from api.contract import FootageSpan, RetentionState
from api.db.job import Job
from api.inspections import watch
from api.inspections.making import make_forms
from api.jobs.kinds import ClaimedJob
from api.notices.schemas import NoticeEvent
from api.reports import making
from tests.api.centre import Centre, all_due, beat, put_camera, put_retention
from tests.api.district import MINE, THEIRS, decide, photograph
from tests.api.messages import T0, camera_beat, heartbeat, registration, retention
from tests.api.order_people import codes, send
from tests.support.paper import read_sheets

DAY = T0.date().isoformat()
MET = {"result": "met"}
BROKEN = {"result": "not_met", "note": "灭火器过期", "hazard": {"grade": "major"}}


class Schools:
    """Two schools of a community, their people, and a bureau that plans."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre

    async def arrive(self) -> None:
        self.admin = await self.centre.admin()
        await self.admin.post(
            "/api/v1/communities", json={"community_id": "east", "name_zh": "东片"}
        )
        self.workers = {
            each: await self.centre.enrolled(self.admin, each) for each in (MINE, THEIRS)
        }
        for each in (MINE, THEIRS):
            await self.describe(each)
        self.school = await self.centre.person(Role.SCHOOL_MANAGER, MINE)
        self.neighbour = await self.centre.person(Role.SCHOOL_MANAGER, THEIRS)

    async def describe(self, school_id: str, **more: Any) -> None:
        told = {"name_zh": f"{school_id} 学校", "type": "primary", "canteen": True}
        told |= {"community_id": "east", **more}
        answer = await self.admin.put(f"/api/v1/schools/{school_id}", json=told)
        assert answer.status_code == 200, answer.text

    async def plan(self, kind: str = "daily", **more: Any) -> httpx.Response:
        of = {"school_ids": [MINE, THEIRS], "first_day": DAY}
        told = {"kind": kind, "subject": "safety", **of, **more}
        return await self.admin.post("/api/v1/inspection-plans", json=told)

    async def form(self, kind: str = "daily", school_id: str = MINE, **more: Any) -> Any:
        assert (await self.plan(kind, **more)).status_code == 201
        await make_forms(self.centre.runtime)
        listed = await self.admin.get(f"/api/v1/inspections?kind={kind}&school_id={school_id}")
        [found] = listed.json()["items"]
        return (await self.admin.get(f"/api/v1/inspections/{found['id']}")).json()

    async def signed(self, *findings: dict[str, Any]) -> Any:
        """A daily form of mine, with these answers to its first items."""
        form = await self.form()
        told = answers(form, *findings)
        assert (await put(self.school, form, told)).status_code == 200
        answer = await sign(self.school, form, 2)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def schools(centre: Centre) -> Schools:
    found = Schools(centre)
    await found.arrive()
    return found


def answers(form: Any, *first: dict[str, Any]) -> list[dict[str, Any]]:
    """To every item: these to the first ones, and that the others are met."""
    told = [*first, *[MET] * (len(form["items"]) - len(first))]
    return [{"item_id": item["id"], **each} for item, each in zip(form["items"], told, strict=True)]


async def put(
    client: httpx.AsyncClient, form: Any, told: list[dict[str, Any]], version: int = 1
) -> httpx.Response:
    url = f"/api/v1/inspections/{form['id']}/answers"
    return await client.put(url, json={"answers": told}, headers={"If-Match": f'"{version}"'})


async def sign(
    client: httpx.AsyncClient, form: Any, version: int, signer: str = "李安"
) -> httpx.Response:
    url = f"/api/v1/inspections/{form['id']}/sign"
    return await client.post(url, json={"signer": signer}, headers={"If-Match": f'"{version}"'})


@pytest.mark.whole
async def test_a_finding_becomes_an_order_and_the_ledger_shows_who_closed_it(
    schools: Schools,
) -> None:
    form = await schools.form()
    assert (form["state"], form["item_count"], form["answered_count"]) == ("open", 4, 0)
    url = f"/api/v1/inspection-photographs/{form['id']}/{form['items'][0]['id']}"
    first, second = [await schools.school.post(url, content=photograph(3)) for _ in range(2)]
    assert first.status_code == 201, first.text
    assert first.json() == second.json(), "sent again it is the same one"
    later = (T0.date() + timedelta(days=3)).isoformat()
    partly = {"result": "mostly_met", "note": "一处锈蚀"}
    partly["hazard"] = {"grade": "general", "rectify_by": later}  # type: ignore[assignment]
    told = answers(form, BROKEN, partly)
    assert codes(await sign(schools.school, form, 1)) == [(409, "inspection_unanswered")]
    assert (await put(schools.school, form, told)).status_code == 200
    signed = await sign(schools.school, form, 2)
    assert signed.status_code == 200, signed.text
    assert (signed.json()["state"], signed.json()["signer"]) == ("signed", "李安")
    hazards = [item["hazard"] for item in signed.json()["items"][:2]]
    assert [each["grade"] for each in hazards] == ["major", "general"]
    assert hazards[1]["order"]["due_at"] == "2026-11-27T16:00:00Z", "the end of that day there"
    order = hazards[0]["order"]["order_id"]
    shown = (await schools.school.get(f"/api/v1/orders/{order}")).json()
    assert (shown["risk"], shown["subject"]) == ("class_1", "safety")
    [source] = shown["sources"]
    assert (source["kind"], source["inspection_id"]) == ("inspection", form["id"])
    assert source["text"].endswith("\n灭火器过期")

    await send(schools.school, order, photograph(4))
    assert (await decide(schools.school, order, "submit", 1, note="已更换")).status_code == 200
    assert codes(await decide(schools.school, order, "close", 2)) == [(409, "same_person")]
    assert (await decide(schools.admin, order, "close", 2)).status_code == 200
    ledger = (await schools.admin.get("/api/v1/hazards")).json()
    assert ledger["counts"] == {"open": 1, "overdue": 0, "to_check": 0, "closed": 1}
    rows = {row["hazard"]["order"]["order_id"]: row for row in ledger["items"]}
    closed = rows[order]["hazard"]["order"]
    assert (closed["state"], closed["rectified_by"]) == ("closed", f"school-manager.{MINE}")
    assert closed["closed_by"] == "admin"
    for state, count in (("closed", 1), ("open", 1), ("overdue", 0)):
        found = await schools.admin.get(f"/api/v1/hazards?state={state}")
        assert len(found.json()["items"]) == count, state
    # Nothing of a signed form changes.
    assert codes(await put(schools.school, form, answers(form), 3)) == [(409, "inspection_signed")]
    late = await schools.school.post(url, content=photograph(5))
    assert codes(late) == [(409, "inspection_signed")]
    log = (await schools.admin.get("/api/v1/audit?limit=100")).json()["items"]
    did = {each["action"] for each in log if each["subject"] == f"inspection {form['id']}"}
    assert did == {"inspection_answered", "inspection_photographed", "inspection_signed"}


@pytest.mark.whole
async def test_the_ledger_as_a_workbook(schools: Schools) -> None:
    trick = {**BROKEN, "note": "=1+1"}
    form = await schools.signed(trick)
    answer = await schools.admin.get("/api/v1/hazards.xlsx?language=zh")
    assert answer.status_code == 200
    sheets = read_sheets(answer.content)
    head, row = sheets["隐患台账"]
    told = dict(zip(head, row, strict=True))
    summary = [row[1] for row in sheets["摘要"]]
    assert "共 1 项：未销号 1 项，其中逾期 0 项；已销号 0 项" in summary
    assert told["学校"] == f"{MINE} 学校"
    assert (told["隐患等级"], told["整改期限"], told["整改状态"]) == (
        "重大隐患",
        "立即整改",
        "已派发",
    )
    assert told["隐患描述"] == "=1+1"
    number = form["items"][0]["hazard"]["order"]["order_id"]
    assert told["工单编号"] == number
    # The school's ledger of all its work orders names the same hazard, and who found it.
    wanted = {"kind": "hazard_ledger", "format": "xlsx", "language": "zh", "school_id": MINE}
    asked = await schools.admin.post("/api/v1/reports", json=wanted)
    assert asked.status_code == 201, asked.text
    await all_due(schools.centre.runtime, making.kinds())
    made = await schools.admin.get(f"/api/v1/reports/{asked.json()['id']}/file")
    [line] = [row for row in read_sheets(made.content)["整改工单"] if row[0] == number]
    assert str(line[1]).endswith("\n=1+1（重大隐患，每日自查，李安）")
    assert str(line[1]).startswith(form["items"][0]["demand"]["zh"])
    told = {"name_zh": "一小", "name_en": "First Primary"}
    assert (await schools.admin.put(f"/api/v1/schools/{MINE}", json=told)).status_code == 200
    english = await schools.admin.get("/api/v1/hazards.xlsx?language=en")
    head, row = read_sheets(english.content)["Ledger of hazards"]
    assert dict(zip(head, row, strict=True))["School"] == "First Primary"


@pytest.mark.whole
async def test_what_was_known_is_kept_beside_the_answer(schools: Schools) -> None:
    worker = schools.workers[MINE]
    made = await schools.admin.post(
        f"/api/v1/schools/{MINE}/places", json={"kind": "entrance", "name": "南门"}
    )
    for camera_id in ("a", "b"):
        await put_camera(worker, registration(camera_id, school_id=MINE, name=camera_id))
    for camera in (await schools.admin.get("/api/v1/cameras")).json()["items"]:
        told = {"place_id": made.json()["id"]}
        await schools.admin.put(f"/api/v1/register/{camera['id']}", json=told)
    await beat(worker, heartbeat(camera_beat("a"), camera_beat("b"), school_id=MINE))
    form = await schools.form()
    gate, every = form["items"][:2]
    here = {"kind": "cameras", "place": "南门", "total": 2, "good": 2, "unknown": 0}
    assert gate["facts"] == [here]
    assert every["facts"] == [here | {"place": ""}]
    told = [{"item_id": gate["id"], **MET}]
    answered = await put(schools.school, form, told)
    assert answered.status_code == 200, answered.text
    # The box falls silent: what was answered rests on what was known then, the rest is read anew.
    schools.centre.clock.advance(600)
    later = (await schools.school.get(f"/api/v1/inspections/{form['id']}")).json()
    assert later["items"][0]["facts"] == [here]
    assert later["items"][1]["facts"] == [here | {"place": "", "good": 0, "unknown": 2}]


@pytest.mark.whole
async def test_what_is_known_of_footage_is_what_the_centre_judged(schools: Schools) -> None:
    worker = schools.workers[MINE]
    ids = ("kept", "short", "silent")
    for camera_id in ids:
        await put_camera(worker, registration(camera_id, school_id=MINE))
    await beat(worker, heartbeat(*map(camera_beat, ids), school_id=MINE))
    for camera_id, days in (("kept", 31), ("short", 10)):
        begin = T0 - timedelta(days=days)
        # The box calls both compliant: it is asked by its own file, the school by the law.
        told = retention(
            camera_id=camera_id,
            school_id=MINE,
            state=RetentionState.COMPLIANT,
            as_of=T0,
            spans=(FootageSpan(from_at=begin, to_at=T0),),
            gaps=(),
            earlier_spans=(),
            oldest_footage_at=begin,
            life_since_at=T0 - timedelta(days=200),
        )
        await put_retention(worker, told)
    await judge_new(schools.centre.runtime, ClaimedJob(0, "footage_judged", "", {}, 1, "test"))
    form = await schools.form("monthly")
    [footage] = [item["facts"] for item in form["items"] if item["about"] == "footage"]
    known = {"kind": "footage", "place": "", "total": 3, "good": 1, "unknown": 1}
    assert footage == [known]
    # What was told long ago proves nothing now.
    schools.centre.clock.advance(4 * 3600)
    later = (await schools.school.get(f"/api/v1/inspections/{form['id']}")).json()
    [footage] = [item["facts"] for item in later["items"] if item["about"] == "footage"]
    assert footage == [known | {"good": 0, "unknown": 3}]


@pytest.mark.whole
async def test_of_two_who_answer_one_is_told_of_the_other(schools: Schools) -> None:
    form = await schools.form()
    mine = [{"item_id": form["items"][0]["id"], **MET}]
    theirs = [{"item_id": form["items"][1]["id"], **MET}]
    assert (await put(schools.school, form, mine)).status_code == 200
    stale = await put(schools.admin, form, theirs)
    assert codes(stale) == [(412, "inspection_changed")]
    assert stale.json()["params"]["by"] == f"school-manager.{MINE}"
    assert stale.headers["ETag"] == '"2"'
    # A phone whose answer was lost asks again and is answered how it stands.
    again = await put(schools.school, form, mine)
    assert (again.status_code, again.json()["version"]) == (200, 2)
    assert (await put(schools.school, form, answers(form), 2)).status_code == 200
    first, second = [await sign(schools.school, form, 3) for _ in range(2)]
    assert first.json()["signed_at"] == second.json()["signed_at"]
    assert codes(await sign(schools.admin, form, 4)) == [(409, "inspection_signed")]
    missing = await schools.school.put(
        f"/api/v1/inspections/{form['id']}/answers", json={"answers": mine}
    )
    assert codes(missing) == [(428, "version_required")]


@pytest.mark.whole
@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"result": "not_met", "note": "x"}, "hazard: what is not met is a hazard"),
        ({"result": "not_met", "hazard": {"grade": "major"}}, "note: a hazard needs words"),
        ({"result": "met", "note": "x", "hazard": {"grade": "major"}}, "what is met has none"),
        ({"result": "perfect"}, "met"),
        (
            {**BROKEN, "hazard": {"grade": "major", "rectify_by": "2026-11-23"}},
            "lies within the next year",
        ),
    ],
)
async def test_an_answer_that_cannot_be_is_refused(
    schools: Schools, told: dict[str, Any], where: str
) -> None:
    form = await schools.form()
    refused = await put(schools.school, form, [{"item_id": form["items"][0]["id"], **told}])
    assert codes(refused) == [(422, "invalid")]
    assert where in refused.text
    other = await put(schools.school, form, [{"item_id": 987_654, **MET}])
    assert codes(other) == [(422, "invalid")]


@pytest.mark.whole
async def test_a_neighbour_inspects_and_the_inspected_only_reads(schools: Schools) -> None:
    form = await schools.form("mutual")
    assert form["visitor"] == {"school_id": THEIRS, "name": f"{THEIRS} 学校", "name_en": ""}
    own = (await schools.school.get(f"/api/v1/inspections/{form['id']}")).json()
    assert own["may_fill"] is False
    assert codes(await put(schools.school, form, answers(form))) == [(409, "not_inspector")]
    seen = (await schools.neighbour.get(f"/api/v1/inspections/{form['id']}")).json()
    assert (seen["may_fill"], seen["school"]["name"]) == (True, f"{MINE} 学校")
    ours = (await schools.neighbour.get("/api/v1/inspections?ours=true&signed=false")).json()
    assert [each["school"]["school_id"] for each in ours["items"]] == [MINE]
    assert (await put(schools.neighbour, form, answers(form, BROKEN))).status_code == 200
    signed = await sign(schools.neighbour, form, 2)
    assert signed.status_code == 200, signed.text
    # The order is the inspected school's, and nothing else of that school is the neighbour's.
    order = signed.json()["items"][0]["hazard"]["order"]["order_id"]
    assert (await schools.school.get(f"/api/v1/orders/{order}")).status_code == 200
    assert (await schools.neighbour.get(f"/api/v1/orders/{order}")).status_code == 404
    ledger = (await schools.neighbour.get("/api/v1/hazards")).json()
    assert [row["hazard"]["order"] for row in ledger["items"]] == [None]


@pytest.mark.whole
async def test_who_is_for_some_places_sees_the_forms_they_were_given(schools: Schools) -> None:
    guard = await schools.centre.person(Role.SCHOOL_SECURITY, MINE)
    form = await schools.form()
    url = f"/api/v1/inspections/{form['id']}"
    assert (await guard.get(url)).status_code == 404
    given = {"json": {"username": f"school-security.{MINE}"}, "headers": {"If-Match": '"1"'}}
    assert (await schools.school.put(f"{url}/inspector", **given)).status_code == 204  # type: ignore[arg-type]
    assert (await guard.get(url)).json()["may_fill"] is True
    assert (await put(guard, form, answers(form), 2)).status_code == 200
    wrong = {"json": {"username": f"school-manager.{THEIRS}"}, "headers": {"If-Match": '"3"'}}
    refused = await schools.school.put(f"{url}/inspector", **wrong)  # type: ignore[arg-type]
    assert codes(refused) == [(422, "invalid")]


@pytest.mark.whole
async def test_forms_are_made_once_on_days_of_school(schools: Schools) -> None:
    assert (await schools.plan()).status_code == 201
    assert (await schools.plan(subject="canteen")).status_code == 201
    await schools.describe(THEIRS, canteen=False)
    counts = await asyncio.gather(*(make_forms(schools.centre.runtime) for _ in range(3)))
    listed = (await schools.admin.get("/api/v1/inspections")).json()["items"]
    made = {(each["school"]["school_id"], each["subject"]) for each in listed}
    assert made == {(MINE, "safety"), (MINE, "canteen"), (THEIRS, "safety")}
    assert len(listed) == 3
    assert sum(counts) <= 3
    await schools.describe(MINE, holidays=["2026-11-25"])
    schools.centre.clock.now = datetime(2026, 11, 25, 2, tzinfo=UTC)
    admin = await schools.centre.admin()
    await make_forms(schools.centre.runtime)
    table = (await admin.get("/api/v1/inspection-table?kind=daily&subject=safety")).json()
    assert [each["first_day"] for each in table["periods"]] == ["2026-11-25", "2026-11-24"]
    cells = {
        row["school"]["school_id"]: [(cell["state"], cell["why"]) for cell in row["cells"]]
        for row in table["rows"]
    }
    assert cells[MINE] == [("not_applicable", "holiday"), ("overdue", None)]
    assert cells[THEIRS] == [("open", None), ("overdue", None)]
    kitchen = (await admin.get("/api/v1/inspection-table?kind=daily&subject=canteen")).json()
    [theirs] = [r for r in kitchen["rows"] if r["school"]["school_id"] == THEIRS]
    assert {cell["why"] for cell in theirs["cells"]} == {"no_canteen"}


@pytest.mark.whole
async def test_a_date_that_matters_is_named_for_chosen_schools(schools: Schools) -> None:
    refused = await schools.plan("key_moment", last_day=DAY)
    assert codes(refused) == [(422, "invalid")]
    unknown = await schools.plan(school_ids=["school-z"])
    assert codes(unknown) == [(422, "invalid")]
    form = await schools.form("key_moment", name="高考", last_day=DAY, school_ids=[MINE])
    assert (form["name"], form["due_at"]) == ("高考", "2026-11-24T16:00:00Z")
    table = await schools.admin.get("/api/v1/inspection-table?kind=key_moment&subject=safety")
    states = {
        row["school"]["school_id"]: [cell["state"] for cell in row["cells"]]
        for row in table.json()["rows"]
    }
    assert (states[MINE], states[THEIRS]) == (["open"], ["none"])
    [plan] = (await schools.admin.get("/api/v1/inspection-plans")).json()["items"]
    ended = await schools.admin.delete(f"/api/v1/inspection-plans/{plan['id']}")
    assert ended.status_code == 204
    assert (await schools.admin.get("/api/v1/inspection-plans")).json()["items"] == []


async def _told_events(centre: Centre) -> list[str]:
    async with centre.runtime.database.read(EVERYTHING) as session:
        payloads = await session.scalars(select(Job.payload).where(Job.kind == "notice"))
        told = [each["event"] for each in payloads if "inspection" in each["event"]]
    return sorted(told)


@pytest.mark.whole
async def test_schools_are_reminded_once_and_told_when_it_is_overdue(schools: Schools) -> None:
    centre = schools.centre
    form = await schools.form()
    centre.clock.now = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
    await all_due(centre.runtime, watch.kinds())
    assert MINE in (await _schools_told(centre))
    assert set(await _told_events(centre)) == {NoticeEvent.INSPECTION_DUE}
    centre.clock.now = datetime(2026, 11, 24, 16, 1, tzinfo=UTC)
    await all_due(centre.runtime, watch.kinds())
    assert set(await _told_events(centre)) == {
        NoticeEvent.INSPECTION_DUE,
        NoticeEvent.INSPECTION_OVERDUE,
    }
    admin = await centre.admin()
    shown = (await admin.get(f"/api/v1/inspections/{form['id']}")).json()
    assert shown["state"] == "overdue"


async def _schools_told(centre: Centre) -> set[str]:
    async with centre.runtime.database.read(EVERYTHING) as session:
        payloads = await session.scalars(select(Job.payload).where(Job.kind == "notice"))
        return {each["school_id"] for each in payloads if "inspection" in each["event"]}

"""The same rules for many cameras of several boxes: previewed, saved box by box, and told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from api.contract import RuleReadiness, RuleState
from tests.api.centre import Centre, beat, put_camera
from tests.api.configuring import BOX, Console, report
from tests.api.messages import SCHOOL_ID, camera_beat, heartbeat, registration

NO_2 = "no-2"
_HALF = [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]
_SET = [
    {"type": "perimeter_intrusion", "dwell_s": 3.0, "zone": {"name": "x", "polygon": _HALF}},
    {"type": "fall", "zone": {"name": "走廊", "polygon": _HALF}},
]
_TWO = (
    BOX
    + """\
- id: canteen   # the old one
  name: 食堂
  source: {type: file, path: a.mp4}
"""
)
_OF_NO_2 = BOX.replace("no-1-primary", NO_2).replace("第一小学", "第二小学")


class Fleet:
    """Two schools with a box each; that of the first has two cameras."""

    def __init__(self, centre: Centre, admin: httpx.AsyncClient) -> None:
        self.centre, self.admin = centre, admin
        self.workers: dict[str, httpx.AsyncClient] = {}

    async def cameras(self) -> dict[tuple[str, str], dict[str, Any]]:
        items = (await self.admin.get("/api/v1/cameras")).json()["items"]
        return {(each["school"]["school_id"], each["camera_id"]): each for each in items}

    async def asked(self, *cameras: tuple[str, str], **more: Any) -> dict[str, Any]:
        known = await self.cameras()
        keys = [known[each]["id"] for each in cameras or known]
        return {"camera_keys": keys, "rules": _SET, **more}

    async def preview(self, *cameras: tuple[str, str], **more: Any) -> dict[str, Any]:
        body = await self.asked(*cameras, **more)
        answer = await self.admin.post("/api/v1/rule-sets/preview", json=body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def apply(
        self, plan: dict[str, Any], *cameras: tuple[str, str], **more: Any
    ) -> dict[str, dict[str, Any]]:
        """What becomes of each school's box when all that changes in a plan is asked for."""
        seen = [
            {key: each[key] for key in ("box_id", "version", "digest")}
            for each in plan["boxes"]
            if each["digest"] is not None
        ]
        body = await self.asked(*cameras, seen=seen, reason="统一口径", **more)
        answer = await self.admin.post("/api/v1/rule-sets/apply", json=body)
        assert answer.status_code == 200, answer.text
        return {each["school"]["school_id"]: each for each in answer.json()["boxes"]}

    async def console(self, school_id: str) -> Console:
        boxes = (await self.admin.get("/api/v1/boxes")).json()["items"]
        [box] = [each["id"] for each in boxes if each["school"]["school_id"] == school_id]
        return Console(self.admin, box)

    async def tell(self, school_id: str, *rules: RuleReadiness) -> None:
        """What a school's box can watch for."""
        ids = ("gate-north", "canteen") if school_id == SCHOOL_ID else ("gate-north",)
        told = heartbeat(*map(camera_beat, ids), school_id=school_id, rules=rules)
        await beat(self.workers[school_id], told)


def _outcomes(plan: dict[str, Any]) -> dict[tuple[str, str], tuple[str, str | None]]:
    return {
        (box["school"]["school_id"], each["camera_id"]): (each["outcome"], each["why"])
        for box in plan["boxes"]
        for each in box["cameras"]
    }


@pytest.fixture
async def fleet(centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient) -> Fleet:
    """Both boxes are managed from here: each has a version 2 that was saved here."""
    found = Fleet(centre, admin)
    found.workers = {SCHOOL_ID: worker, NO_2: await centre.enrolled(admin, NO_2)}
    for school_id, text in ((SCHOOL_ID, _TWO), (NO_2, _OF_NO_2)):
        client = found.workers[school_id]
        await put_camera(client, registration(school_id=school_id))
        if school_id == SCHOOL_ID:
            await put_camera(client, registration("canteen", school_id=school_id, name="食堂"))
        await found.tell(school_id)
        assert await report(client, text, school_id=school_id) is True
        console = await found.console(school_id)
        assert await console.saved(f"{text}# ours\n", 1) == 2
    return found


async def test_a_set_is_added_at_both_boxes_and_nothing_else_is_touched(fleet: Fleet) -> None:
    plan = await fleet.preview()
    assert set(_outcomes(plan).values()) == {("changes", None)}
    told = {
        (box["school"]["school_id"], each["camera_id"]): (each["added"], each["updated"])
        for box in plan["boxes"]
        for each in box["cameras"]
    }
    assert told == {
        (SCHOOL_ID, "gate-north"): (["fall"], []),
        (SCHOOL_ID, "canteen"): (["perimeter_intrusion", "fall"], []),
        (NO_2, "gate-north"): (["fall"], []),
    }
    paths = [each["path"] for box in plan["boxes"] for each in box["diff"]["changes"]]
    assert all(path.partition("]")[2].startswith(".rules") for path in paths), paths
    for school_id in (SCHOOL_ID, NO_2):
        assert (await (await fleet.console(school_id)).view())["newest"] == 2, "only previewed"

    result = await fleet.apply(plan)
    assert {name: (each["outcome"], each["version"]) for name, each in result.items()} == {
        SCHOOL_ID: ("saved", 3),
        NO_2: ("saved", 3),
    }
    assert result[SCHOOL_ID]["cameras"] == 2
    saved = await (await fleet.console(SCHOOL_ID)).version(3)
    lines = saved["text"].splitlines()
    assert [line for line in f"{_TWO}# ours\n".splitlines() if line not in lines] == []
    assert saved["version"]["reason"] == "统一口径"
    again = await fleet.preview()
    assert set(_outcomes(again).values()) == {("unchanged", None)}
    assert {each["digest"] for each in again["boxes"]} == {None}


async def test_a_rule_that_is_there_is_updated_and_keeps_its_zone(fleet: Fleet) -> None:
    gate = (SCHOOL_ID, "gate-north")
    plan = await fleet.preview(gate, mode="update")
    [box] = plan["boxes"]
    [told] = box["cameras"]
    assert (told["added"], told["updated"]) == (["fall"], ["perimeter_intrusion"])
    await fleet.apply(plan, gate, mode="update")
    url = (await fleet.console(SCHOOL_ID)).url
    rules = (await fleet.admin.get(f"{url}/cameras/gate-north")).json()["rules"]
    [perimeter, fall] = rules
    assert perimeter["dwell_s"] == 3.0
    assert perimeter["zone"]["name"] == "院子"
    assert fall == _SET[1]


async def test_the_box_that_changed_meanwhile_is_told_and_the_other_is_saved(
    fleet: Fleet,
) -> None:
    plan = await fleet.preview()
    console = await fleet.console(NO_2)
    assert await console.saved(f"{_OF_NO_2}# theirs\n", 2) == 3
    result = await fleet.apply(plan)
    assert result[SCHOOL_ID]["outcome"] == "saved"
    lost = result[NO_2]
    assert (lost["outcome"], lost["version"], lost["by"]) == ("changed", 3, "admin")
    assert (await console.view())["newest"] == 3
    assert "fall" not in (await console.version(3))["text"]


async def test_what_would_be_saved_must_be_what_was_seen(fleet: Fleet) -> None:
    plan = await fleet.preview()
    result = await fleet.apply(plan, mode="update")
    assert {each["outcome"] for each in result.values()} == {"differs"}
    assert (await (await fleet.console(SCHOOL_ID)).view())["newest"] == 2


async def test_a_camera_whose_box_lacks_the_model_is_left_out_and_the_other_is_not(
    fleet: Fleet,
) -> None:
    lacking = RuleReadiness(rule="fall", state=RuleState.NEEDS_MODEL)
    more = RuleReadiness(rule="fall", state=RuleState.READY, more_models=("people",))
    await fleet.tell(SCHOOL_ID, lacking)
    await fleet.tell(NO_2, more)
    plan = await fleet.preview()
    found = _outcomes(plan)
    assert found[SCHOOL_ID, "canteen"] == ("refused", "needs_model")
    assert found[NO_2, "gate-north"] == ("changes", None)
    by_school = {each["school"]["school_id"]: each for each in plan["boxes"]}
    assert by_school[SCHOOL_ID]["cameras"][0]["because_of"] == ["fall"]
    assert by_school[NO_2]["cameras"][0]["models"] == ["people"]
    result = await fleet.apply(plan)
    assert list(result) == [NO_2], "the other box was not asked for"
    console = await fleet.console(NO_2)
    setup = (await fleet.admin.get(f"{console.url}/cameras/gate-north")).json()
    assert setup["more_models"] == ["people"]


async def test_a_model_of_unknown_terms_must_be_accepted_first(fleet: Fleet) -> None:
    off = RuleReadiness(
        rule="fall", state=RuleState.OFF, more_models=("people",), to_accept=("people",)
    )
    await fleet.tell(NO_2, off)
    found = _outcomes(await fleet.preview())
    assert found[NO_2, "gate-north"] == ("refused", "needs_consent")


async def test_a_box_of_its_own_file_is_refused_until_it_is_taken(fleet: Fleet) -> None:
    assert await report(fleet.workers[NO_2], f"{_OF_NO_2}# by hand\n", school_id=NO_2) is False
    by_hand = _OF_NO_2.replace("dwell_s: 1.0", "dwell_s: 2.0")
    assert await report(fleet.workers[NO_2], by_hand, school_id=NO_2) is True
    plan = await fleet.preview()
    assert _outcomes(plan)[NO_2, "gate-north"] == ("refused", "local")
    box = next(each["box_id"] for each in plan["boxes"] if each["origin"] == "box")
    taken = await fleet.preview(take=[box])
    assert _outcomes(taken)[NO_2, "gate-north"] == ("changes", None)
    result = await fleet.apply(taken, take=[box])
    assert result[NO_2]["outcome"] == "saved"


async def test_a_camera_that_the_version_does_not_have_is_told(fleet: Fleet) -> None:
    await put_camera(fleet.workers[NO_2], registration("new", school_id=NO_2))
    found = _outcomes(await fleet.preview())
    assert found[NO_2, "new"] == ("refused", "not_configured")
    assert found[NO_2, "gate-north"] == ("changes", None)


async def test_two_rules_of_one_name_are_not_guessed_between(fleet: Fleet) -> None:
    console = await fleet.console(NO_2)
    rule = "  - {type: perimeter_intrusion, zone: {name: y, polygon: [[0, 0], [1, 0], [1, 1]]}}\n"
    await console.saved(_OF_NO_2 + rule, 2)
    [box] = (await fleet.preview((NO_2, "gate-north")))["boxes"]
    assert box["cameras"][0]["why"] == "ambiguous"
    assert box["cameras"][0]["because_of"] == ["perimeter_intrusion"]


async def test_a_credential_in_a_rule_refuses_the_box(fleet: Fleet) -> None:
    rules = [{"type": "fall", "password": "hunter2"}]
    plan = await fleet.preview((NO_2, "gate-north"), rules=rules)
    [box] = plan["boxes"]
    assert (box["digest"], box["cameras"][0]["why"]) == (None, "bad_configuration")
    assert box["problems"][0]["path"].endswith("rules[1].password")


@pytest.mark.parametrize(
    "rules",
    [
        [{"zone": {}}],
        [{"type": 7}],
        [{"type": "fall"}, {"type": "fall"}],
        [],
    ],
)
async def test_what_are_no_rules_is_refused(fleet: Fleet, rules: list[Any]) -> None:
    body = await fleet.asked(rules=rules)
    answer = await fleet.admin.post("/api/v1/rule-sets/preview", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_camera_that_is_gone_or_a_strange_box_saves_nothing(fleet: Fleet) -> None:
    body = await fleet.asked(
        (NO_2, "gate-north"), seen=[{"box_id": 987, "version": 1, "digest": ""}], reason="x"
    )
    answer = await fleet.admin.post("/api/v1/rule-sets/apply", json=body)
    assert answer.status_code == 422, answer.text
    body["camera_keys"].append(987_654)
    answer = await fleet.admin.post("/api/v1/rule-sets/apply", json=body)
    assert answer.status_code == 404, answer.text

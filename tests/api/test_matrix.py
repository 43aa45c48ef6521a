"""Every route × every role × what is one's own, another school's, and nobody's.

The routes come from the OpenAPI description: one without a row here fails. What is another school's
must answer its owner in the same run, and everybody else exactly as what does not exist.
"""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.roles import ROLES, Reach, Role, Subject
from api.contract.places import PlaceKind
from api.organisations.subjects import KINDS
from tests.api.centre import Centre
from tests.api.district import (
    MINE,
    OVERRIDE,
    THEIRS,
    District,
    Objects,
    give,
    photograph,
    put_at,
    take_away,
)
from tests.api.matrix_configurations import CONFIGURATIONS
from tests.api.matrix_discovery import DISCOVERY
from tests.api.matrix_exams import EXAMS
from tests.api.matrix_floor_plans import FLOOR_PLANS
from tests.api.matrix_inspections import INSPECTIONS
from tests.api.matrix_meetings import MEETINGS
from tests.api.matrix_privacy import PRIVACY
from tests.api.matrix_row import Row
from tests.api.messages import T0, episode, registration, retention
from tests.api.test_access import NEEDS, OPERATIONS, may_call

_number = itertools.count()


def _alert(
    name: str,
    body: Any = None,
    before: str | None = None,
    status: int = 200,
    version: int | None = None,
) -> Row:
    return Row(
        "object",
        lambda of: {"alert_id": of.alerts[name]},
        lambda _: body,
        status=status,
        before=before,
        headers=lambda _: {} if version is None else {"If-Match": f'"{version}"'},
    )


def _camera(status: int = 200) -> Row:
    return Row("object", lambda of: {"camera_key": of.camera_key}, status=status)


def _box(name: str) -> Row:
    return Row("object", lambda of: {"box_id": of.boxes[name], "camera_key": of.camera_key})


def _person(name: str, body: Callable[[Objects], Any] = lambda _: None, status: int = 200) -> Row:
    return Row("object", lambda of: {"username": of.people[name]}, body, status)


def _school(body: Any = None, status: int = 200) -> Row:
    return Row("object", lambda of: {"school_id": of.school_id}, lambda _: body, status)


def _place(name: str, body: Any = None, status: int = 200) -> Row:
    return Row(
        "object",
        lambda of: {"school_id": of.school_id, "place_id": of.places[name]},
        lambda _: body,
        status,
    )


def _told(make: Callable[..., Any], **names: str) -> Row:
    """What a box tells of its school."""
    return Row(
        "box",
        lambda of: {key: str(getattr(make(school_id=of.school_id), key)) for key in names},
        lambda of: make(school_id=of.school_id).model_dump(mode="json"),
    )


def _leader(of: Objects) -> Any:
    return {"role": "leader", "school_id": of.school_id}


def _order(name: str, body: Callable[[Objects], Any] = lambda _: None, status: int = 200) -> Row:
    return Row(
        "object",
        lambda of: {"order_id": of.orders[name]},
        body,
        status,
        headers=lambda of: {"If-Match": f'"{of.versions[name]}"'},
    )


def _explained(_: Objects) -> Any:
    return {"note": "why"}


def _finding(of: Objects) -> Any:
    told = {"kind": "finding", "text": "x", "risk": "class_3", "subject": "safety"}
    return {**told, "school_id": of.school_id}


_NO_CHANNEL = {"name": "x", "kind": "webhook", "settings": {}}
_RULE = {"name": "x", "events": ["job_dead"], "to_school": True}


_GATE = {"kind": "entrance", "name": "gate"}
ROWS: dict[str, Row] = {
    "alerts_bulk": Row(
        "object",
        body=lambda of: {"alert_ids": [of.alerts["bulk"]], "status": "confirmed", "note": "seen"},
    ),
    "alerts_confirm": _alert("confirm"),
    "alerts_false_positive": _alert("false_positive", {"reason": "animal"}),
    "alerts_get": _alert("get"),
    "alerts_hold": _alert("hold"),
    "alerts_list": Row("list"),
    "alerts_note": _alert("note", {"note": "seen"}, status=201),
    "alerts_original": _alert("original", {"reason": "adjudication"}),
    "alerts_release": _alert("release"),
    "alerts_revise": _alert(
        "revise",
        {"status": "false_positive", "reason": "animal", "note": "a cat"},
        before="confirm",
        version=1,
    ),
    "alerts_seen": _alert("seen"),
    "alerts_undo": _alert("undo", before="confirm"),
    "audit_chain": Row("district"),
    "audit_check": Row("district", status=202),
    "audit_csv": Row("list"),
    "audit_list": Row("list"),
    "assignees_list": _school(),
    "auth_end_session": Row("guard"),
    "auth_login": Row("guard"),
    "auth_logout": Row("guard"),
    "auth_me": Row("list"),
    "auth_mail": Row("guard"),
    "auth_oidc_callback": Row("guard"),
    "auth_oidc_end": Row("guard"),
    "auth_oidc_start": Row("guard"),
    "auth_password": Row("guard"),
    "auth_put_mail": Row("guard"),
    "auth_sessions": Row("guard"),
    "auth_ways": Row("guard"),
    "boxes_code": _box("code"),
    "boxes_create": Row(
        "object",
        body=lambda of: {"school_id": of.school_id, "name": f"box-{next(_number)}"},
        status=201,
    ),
    "boxes_get": _box("get"),
    "boxes_list": Row("list"),
    "boxes_revoke": _box("revoke"),
    "boxes_take_over": _box("take_over"),
    "bureau_get": Row("district"),
    "bureau_put": Row("district", body=lambda _: {"name_zh": "区教育局"}),
    "cameras_approve_picture": _camera(),
    "cameras_get": _camera(),
    "cameras_list": Row("list"),
    "communities_create": Row(
        "district",
        body=lambda _: {"community_id": f"east-{next(_number)}", "name_zh": "东片"},
        status=201,
    ),
    "communities_delete": Row("district", lambda _: {"community_id": "west"}, status=204),
    "communities_list": Row("district"),
    "communities_put": Row(
        "district", lambda _: {"community_id": "middle"}, lambda _: {"name_zh": "中片"}
    ),
    "compliance_camera_day": Row(
        "object", lambda of: {"camera_key": of.camera_key, "day": T0.date()}
    ),
    "compliance_judgements": Row("district"),
    "compliance_judgements_create": Row(
        "district",
        body=lambda _: {"from_day": "2026-05-03", "until_day": "2026-05-03", "reason": "x"},
        status=202,
    ),
    "compliance_overrides": _school(),
    "compliance_overrides_create": _school(OVERRIDE, 201),
    "compliance_overrides_withdraw": Row(
        "object", lambda of: {"school_id": of.school_id, "override_id": of.override_id}
    ),
    "compliance_profile": Row("district", lambda _: {"profile_sha256": "0" * 64}, status=404),
    "compliance_recovered": _school(),
    "compliance_recovered_csv": _school(),
    "compliance_retention": Row("list"),
    "compliance_retention_csv": Row("list"),
    "compliance_retention_get": _camera(),
    "compliance_school": _school(),
    "compliance_schools": Row("list"),
    "compliance_school_day": Row(
        "object", lambda of: {"school_id": of.school_id, "day": T0.date()}
    ),
    "coverage": Row("list"),
    "coverage_get": _school(),
    "duties_list": Row("guard"),
    "duties_put": Row(
        "object",
        lambda of: {"school_id": of.school_id, "subject": "canteen"},
        lambda of: {"username": None},
    ),
    "evidence_get": Row("object", lambda of: {"sha256": of.sha256}),
    **CONFIGURATIONS,
    **DISCOVERY,
    **EXAMS,
    **FLOOR_PLANS,
    "first_hour_get": Row("list"),
    "health_get": Row("list"),
    "ingest_alert": _told(lambda **of: episode(f"box {of['school_id']}", **of), alert_id="id"),
    "ingest_analysed_time": Row("guard"),
    "ingest_camera": _told(registration, camera_id="camera_id"),
    "ingest_enrol": Row("guard"),
    "ingest_evidence": Row("guard"),
    "ingest_heartbeat": Row("guard"),
    "ingest_exam_orders": Row("guard"),  # All four in tests/api/test_exam_keeping.py.
    "ingest_exam_manifest": Row("guard"),
    "ingest_exam_report": Row("guard"),
    "ingest_exam_segment": Row("guard"),
    "ingest_offline_accounts": Row("guard"),  # Both in tests/api/test_offline.py.
    "ingest_offline_entry": Row("guard"),
    "ingest_outdated_post": Row("guard"),
    "ingest_outdated_put": Row("guard"),
    "ingest_retention": _told(retention, camera_id="camera_id"),
    "ingest_views_footage": Row("guard"),
    "ingest_views_part": Row("guard"),
    "ingest_views_poll": Row("guard"),
    "ingest_views_preview": Row("guard"),
    "ingest_views_ready": Row("guard"),
    "ingest_views_trouble": Row("guard"),
    **INSPECTIONS,
    "jobs_discard": Row("district", lambda _: {"job_id": 987_654}, status=404),
    "jobs_list": Row("district"),
    "notice_channels_create": Row("district", body=lambda _: _NO_CHANNEL, status=422),
    "notice_channels_delete": Row("district", lambda _: {"channel_id": 987_654}, status=404),
    "notice_channels_list": Row("district"),
    "notice_channels_put": Row(
        "district", lambda _: {"channel_id": 987_654}, lambda _: _NO_CHANNEL, 404
    ),
    "notice_channels_test": Row("district", lambda _: {"channel_id": 987_654}, status=404),
    "notice_push_delete": Row("guard"),
    "notice_push_get": Row("guard"),
    "notice_push_put": Row("guard"),
    "notice_rules_create": Row("district", body=lambda _: _RULE, status=201),
    "notice_rules_delete": Row("district", lambda _: {"rule_id": 987_654}, status=404),
    "notice_rules_list": Row("district"),
    "notice_rules_put": Row("district", lambda _: {"rule_id": 987_654}, lambda _: _RULE, 404),
    "notices_list": Row("district"),
    "jobs_retry": Row("district", lambda _: {"job_id": 987_654}, status=404),
    "live_change": Row("guard"),
    "live_open": Row(
        "stream", body=lambda of: {"tiles": [{"channel": 0, "camera_key": of.camera_key}]}
    ),
    **MEETINGS,
    "metrics_get": Row("guard"),
    "order_photographs_add": Row(
        "object",
        lambda of: {"order_id": of.orders["get"]},
        status=201,
        content=photograph(99),
    ),
    "order_photographs_get": Row(
        "object",
        lambda of: {"order_id": of.orders["photograph"], "photograph_id": of.photograph_id},
    ),
    "orders_assign": _order("assign", lambda _: {"subject": "canteen"}),
    "orders_begin": _order("begin"),
    "orders_close": _order("close"),
    "orders_comment": _order("comment", _explained),
    "orders_create": Row("object", body=_finding, status=201),
    "orders_feedback": _order("feedback", _explained),
    "orders_get": _order("get"),
    "orders_list": Row("list"),
    "orders_merge": _order(
        "merge", lambda of: {"orders": [{"order_id": of.orders["merged"], "version": 1}]}
    ),
    "orders_propose": _alert("get"),
    "orders_reopen": _order("reopen", _explained),
    "orders_return": _order("return", _explained),
    "orders_split": _order("split", lambda of: {"source_ids": of.sources}, 201),
    "orders_submit": _order("submit", _explained),
    "places_create": Row(
        "object",
        lambda of: {"school_id": of.school_id},
        lambda _: {"kind": "entrance", "name": f"gate {next(_number)}"},
        201,
    ),
    "places_delete": _place("delete", status=204),
    "places_list": _school(),
    "places_put": _place("put", _GATE),
    "precision_alerts": Row("list"),
    "precision_csv": Row("list"),
    "precision_report": Row("list"),
    **PRIVACY,
    "recordings_day": _camera(),
    "recordings_play": Row(
        "stream",
        lambda of: {"camera_key": of.camera_key},
        lambda _: {"from_at": T0.isoformat(), "reason": "inspection"},
    ),
    "register_get": _camera(),
    "register_list": Row("list"),
    "register_put": Row(
        "object",
        lambda of: {"camera_key": of.camera_key},
        lambda of: {"vendor": f"of {of.school_id}"},
    ),
    "rules_list": Row("list"),
    # A person's own, whatever their school; test_report_schedules tries those of others.
    "report_schedules_create": Row(
        "object",
        body=lambda of: {
            "kind": "school_audit",
            "format": "xlsx",
            "school_id": of.school_id,
            "every": "month",
        },
        status=201,
    ),
    "report_schedules_delete": Row("guard"),
    "report_schedules_list": Row("guard"),
    "report_schedules_pause": Row("guard"),
    "report_schedules_run": Row("guard"),
    "reports_ask": Row(
        "object",
        body=lambda of: {"kind": "school_audit", "format": "xlsx", "school_id": of.school_id},
        status=201,
    ),
    "reports_file": Row("object", lambda of: {"report_id": of.report_id}),
    "reports_get": Row("object", lambda of: {"report_id": of.report_id}),
    "reports_list": Row("list"),
    "reports_verify": Row("guard"),  # In tests/api/test_reports.py: by what was printed.
    # A person's own, whatever their school; test_saved_filters tries those of others.
    "saved_filters_create": Row("guard"),
    "saved_filters_delete": Row("guard"),
    "saved_filters_list": Row("guard"),
    "saved_filters_put": Row("guard"),
    "schools_close": _school(),
    "schools_create": Row(
        "district",
        body=lambda _: {"school_id": f"no-{next(_number)}", "name_zh": "新校"},
        status=201,
    ),
    "schools_get": _school(),
    "schools_list": Row("list"),
    "schools_put": _school({"name_zh": "改名"}),
    "schools_reopen": _school(),
    "stream_events": Row("guard"),
    "users_create": Row(
        "object", body=lambda of: {"username": f"new-{next(_number)}", **_leader(of)}, status=201
    ),
    "users_disable": _person("disable"),
    "users_enable": _person("enable"),
    "users_end_sessions": _person("put", status=204),
    "users_list": Row("list"),
    "users_put": _person("put", _leader),
    "users_put_mail": _person("put", lambda _: {"mail": "a@b.cn"}),
    "users_reset_password": _person("put"),
    "users_sessions": _person("put"),
    "workbook_export": Row("guard"),  # In tests/api/test_workbooks.py: a file is read there.
    "workbook_import": Row("guard"),
    "workbook_preview": Row("guard"),
}
ADDRESSES = {operation: (method, path) for operation, method, path in OPERATIONS}
_TELLS_ITS_SCHOOL = {operation for operation, row in ROWS.items() if row.kind == "list"}
_LAST = ("boxes_take_over", "boxes_revoke", "schools_close", "schools_reopen", "users_disable")


def test_every_route_has_a_row() -> None:
    assert set(ROWS) == set(ADDRESSES) == set(NEEDS)


_TRIED_THERE = dict.fromkeys(
    # A paper wants Typst and a font.
    ("inspection_papers_ask", "inspection_papers_file", "inspection_papers_get"),
    "test_inspection_papers.py::test_who_may_not_see_the_form_has_no_paper_of_it",
)


def test_what_names_an_object_is_tried_on_objects() -> None:
    """A route with a school's object in its address cannot be passed off as something else."""
    named = re.compile(
        r"\{(alert_id|camera_key|box_id|school_id|place_id|username|sha256|order_id|request_id|"
        r"assessment_id|report_id|inspection_id|sitting_id)\}"
    )
    for operation, (_, path) in ADDRESSES.items():
        if operation in _TRIED_THERE:
            file, _, name = _TRIED_THERE[operation].partition("::")
            assert f"def {name}(" in (Path(__file__).parent / file).read_text("utf-8")
        elif NEEDS[operation] != "worker" and named.search(path):
            assert ROWS[operation].kind in ("object", "stream"), operation


async def _call(
    centre: Centre, client: httpx.AsyncClient, operation: str, of: Objects
) -> httpx.Response:
    method, path = ADDRESSES[operation]
    row = ROWS[operation]
    values = row.path(of)
    address = re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), path)
    told: dict[str, Any] = {"json": row.body(of)} if row.content is None else {}
    address += row.query
    asked = client.request(method, address, content=row.content, headers=row.headers(of), **told)
    if row.kind != "stream":
        return await asked
    asking = asyncio.ensure_future(asked)
    hub = centre.runtime.viewing
    async with asyncio.timeout(10):
        while not asking.done():
            if hub.viewer_count:
                for each in (*hub._viewers.values(), *hub._plays.values()):
                    each.end()
            await asyncio.sleep(0.01)
    return asking.result()


def _rank(operation: str) -> int:
    return _LAST.index(operation) + 1 if operation in _LAST else 0


def _one_each_day(daily: Role, *reaches: Reach) -> list[Any]:
    """Roles that reach so far: one each day, the others in the whole run."""
    return [
        pytest.param(role, marks=() if role is daily else pytest.mark.whole)
        for role in Role
        if ROLES[role].reach in reaches
    ]


_PLACE_OF = {Subject.KITCHEN: PlaceKind.COOKING, Subject.CAMPUS: PlaceKind.ENTRANCE}


async def _in_its_places(district: District, role: Role) -> None:
    """Let both schools' cameras stand where a role of places is for."""
    subject = ROLES[role].subject
    if subject is not None:
        for of in (district.mine, district.theirs):
            await put_at(district.centre, of, _PLACE_OF[subject])


async def _given(district: District, role: Role) -> None:
    """Let the orders of both schools be those of the people of a role of places."""
    if ROLES[role].reach is Reach.PLACES:
        for of in (district.mine, district.theirs):
            await give(district.centre, of, f"{role}.{of.school_id}".replace("_", "-"))


@pytest.mark.parametrize(
    "role",
    _one_each_day(Role.SCHOOL_MANAGER, Reach.SCHOOL, Reach.PLACES, Reach.EITHER),
)
async def test_another_schools_object_is_as_none(district: District, role: Role) -> None:
    centre, mine, theirs = district.centre, district.mine, district.theirs
    await _in_its_places(district, role)
    me, them = [await centre.person(role, school_id) for school_id in (MINE, THEIRS)]
    await _given(district, role)
    for operation in sorted(ROWS, key=_rank):
        row = ROWS[operation]
        if row.kind not in ("object", "stream", "district"):
            continue
        foreign, none = [
            await _call(centre, me, operation, of) for of in (theirs, district.nobodys)
        ]
        if not may_call(role, operation):
            own = await _call(centre, me, operation, mine)
            assert own.status_code == 403, (operation, own.text)
            assert own.json()["code"] == "forbidden", operation
            assert own.text == foreign.text == none.text, operation
            continue
        if row.kind == "district":
            assert foreign.status_code == row.status, (operation, foreign.text)
            continue
        assert foreign.status_code in (404, 422), (operation, foreign.text)
        told = [theirs.plain(foreign.text), district.nobodys.plain(none.text)]
        assert (foreign.status_code, told[0]) == (none.status_code, told[1]), operation
        for who, of in ((them, theirs), (me, mine)):
            if row.before is not None:
                await who.post(f"/api/v1/alerts/{of.alerts[operation[7:]]}/{row.before}")
            own = await _call(centre, who, operation, of)
            assert own.status_code == row.status, (operation, own.text)
        after = await _call(centre, me, operation, theirs)
        assert theirs.plain(after.text) == told[0], operation


@pytest.mark.whole
@pytest.mark.parametrize(
    "role",
    _one_each_day(Role.DISTRICT_REVIEWER, Reach.DISTRICT, Reach.EITHER),
)
async def test_the_district_reaches_every_school(district: District, role: Role) -> None:
    centre = district.centre
    person = await centre.person(role)
    for operation in sorted(ROWS, key=_rank):
        row = ROWS[operation]
        if row.kind not in ("object", "stream", "district"):
            continue
        schools = (district.mine, district.theirs)
        for of in schools[: 1 if row.kind == "district" else 2]:
            if row.before is not None:
                await person.post(f"/api/v1/alerts/{of.alerts[operation[7:]]}/{row.before}")
            answer = await _call(centre, person, operation, of)
            wanted = row.status if may_call(role, operation) else 403
            assert answer.status_code == wanted, (operation, answer.text)
        if may_call(role, operation) and row.kind != "district":
            none = await _call(centre, person, operation, district.nobodys)
            assert none.status_code in (404, 422), (operation, none.text)


@pytest.mark.parametrize(
    "role",
    _one_each_day(Role.SCHOOL_MANAGER, *(each for each in Reach if each is not Reach.DISTRICT)),
)
async def test_lists_hold_ones_own_alone(district: District, role: Role) -> None:
    centre = district.centre
    await _in_its_places(district, role)
    me = await centre.person(role, MINE)
    await centre.person(role, THEIRS)
    await _given(district, role)
    await district.admin.post(f"/api/v1/alerts/{district.theirs.alerts['original']}/original")
    for school in (district.mine, district.theirs):
        told = {"reason": "adjudication"}
        await district.admin.post(f"/api/v1/alerts/{school.alerts['original']}/original", json=told)
    seen = 0
    for operation in sorted(_TELLS_ITS_SCHOOL):
        if not may_call(role, operation):
            continue
        answer = await _call(centre, me, operation, district.mine)
        assert answer.status_code == 200, (operation, answer.text)
        assert THEIRS not in answer.text, operation
        assert MINE in answer.text, operation
        everything = await _call(centre, district.admin, operation, district.mine)
        if operation != "auth_me":
            assert THEIRS in everything.text, operation
        seen += 1
    assert seen >= 3


@pytest.mark.whole
@pytest.mark.parametrize("role", [role for role in Role if ROLES[role].reach is Reach.PLACES])
@pytest.mark.parametrize("where", ["elsewhere", "nowhere", "forbidden"])
async def test_another_place_of_ones_own_school_is_as_none(
    district: District, role: Role, where: str
) -> None:
    """What a camera of other places shows is not found, and shown again once it stands there."""
    centre, mine = district.centre, district.mine
    subject = ROLES[role].subject
    assert subject is not None
    [other] = [each for each in Subject if each is not subject]
    own = await put_at(centre, district.mine, _PLACE_OF[subject])
    person = await centre.person(role, MINE, [own] if ROLES[role].is_temporary else ())
    names = [
        name
        for name, row in ROWS.items()
        if row.kind in ("object", "stream")
        and may_call(role, name)
        and (name.startswith(("alerts", "cameras", "live")) or name == "evidence_get")
    ]
    assert {"alerts_get", "cameras_get", "evidence_get"} <= set(names)
    for name in names:
        shown = await _call(centre, person, name, mine)
        assert shown.status_code == ROWS[name].status, (name, shown.text)
    kinds = {"elsewhere": _PLACE_OF[other], "forbidden": PlaceKind.TOILET}
    if where in kinds:
        await put_at(centre, mine, kinds[where])
    else:
        await take_away(centre, mine)
    for name in names:
        hidden, none = [await _call(centre, person, name, of) for of in (mine, district.nobodys)]
        told = mine.plain(hidden.text), district.nobodys.plain(none.text)
        assert hidden.status_code == none.status_code == 404, (name, hidden.text)
        assert told[0] == told[1], name
    alerts = (await person.get("/api/v1/alerts")).json()
    assert alerts["items"] == []
    assert set(alerts["counts"].values()) == {0}
    assert (await person.get("/api/v1/cameras")).json()["items"] == []
    [school] = (await person.get("/api/v1/schools")).json()["items"]
    assert school["camera_count"] == 0
    places = (await person.get(f"/api/v1/schools/{MINE}/places")).json()["items"]
    assert all(PlaceKind(place["kind"]) in KINDS[subject] for place in places)

"""Requests of those who were filmed, and impact assessments: what is kept, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.audit import service as audit
from api.db.privacy import SubjectRequest
from api.expiry import Expiry
from api.expiry_clock import ExpiryClock
from api.jobs.scheduler import Scheduler
from api.kit.errors import SettingsError
from api.privacy import watch
from api.privacy.assessments import years_later
from api.privacy.deadlines import load_deadlines
from api.privacy.expiry import kept_from
from api.privacy.schemas import RequestKind
from tests.api.centre import Centre, put_alert, put_camera
from tests.api.district import ASSESSMENT, MINE, REQUEST, THEIRS
from tests.api.messages import T0, alert_uuid, episode, registration

_REQUESTS = "/api/v1/privacy/requests"
_ASSESSMENTS = "/api/v1/privacy/assessments"
_DAY_S = 86_400


async def _school(centre: Centre, school_id: str = MINE) -> int:
    """A school with a camera and an alert; answers the camera's key."""
    admin = await centre.admin()
    worker = await centre.enrolled(admin, school_id)
    await put_camera(worker, registration(school_id=school_id))
    await put_alert(worker, episode(f"of {school_id}", school_id=school_id))
    cameras = (await admin.get("/api/v1/cameras")).json()["items"]
    [key] = [each["id"] for each in cameras if each["school"]["school_id"] == school_id]
    return int(key)


async def _ask(client: httpx.AsyncClient, **more: Any) -> Any:
    answer = await client.post(_REQUESTS, json={**REQUEST, "school_id": MINE, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _assess(client: httpx.AsyncClient, **more: Any) -> Any:
    answer = await client.post(_ASSESSMENTS, json={**ASSESSMENT, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


async def _rounds(centre: Centre) -> Expiry:
    """Rounds whose process has run for as long as the clock says."""
    rounds = Expiry(clock=ExpiryClock(lambda: centre.clock.now.timestamp()))
    await rounds.run(centre.runtime)
    return rounds


async def _actions(centre: Centre, subject: str) -> list[str]:
    entries = (await (await centre.admin()).get("/api/v1/audit?limit=200")).json()["items"]
    return [each["action"] for each in reversed(entries) if each["subject"] == subject]


async def test_a_request_is_answered_once_and_every_step_is_in_the_chain(centre: Centre) -> None:
    key = await _school(centre)
    admin, alert_id = await centre.admin(), str(alert_uuid(f"of {MINE}"))
    await admin.post(f"/api/v1/alerts/{alert_id}/hold")
    window = {"from_at": T0.isoformat(), "to_at": (T0 + timedelta(hours=1)).isoformat()}
    made = await _ask(
        admin, identity_check="unchecked", camera_keys=[key], alert_ids=[alert_id], **window
    )
    assert made["alerts"] == [{"id": alert_id, "is_held": True, "has_evidence": True}]
    assert [each["camera_key"] for each in made["cameras"]] == [key]
    assert made["due_at"] == (T0 + timedelta(days=30)).isoformat().replace("+00:00", "Z")
    assert made["deadline"]["verified"] is False

    url = f"{_REQUESTS}/{made['id']}"
    early = await admin.post(f"{url}/answer", json={"outcome": "shown"})
    assert _code(early) == (409, "identity_unchecked")
    put = await admin.put(url, json={**REQUEST, "camera_keys": [key], "applicant": "李某的家长"})
    assert put.json()["identity_check"] == "document"
    answered = await admin.post(f"{url}/answer", json={"outcome": "现场查阅，他人已遮挡"})
    assert (answered.json()["state"], answered.json()["decided_by"]) == ("answered", "admin")
    for again in (
        await admin.post(f"{url}/refuse", json={"outcome": "no"}),
        await admin.put(url, json=REQUEST),
    ):
        assert _code(again) == (409, "request_decided")
        assert again.json()["params"]["by"] == "admin"
    actions = await _actions(centre, f"request {made['id']}")
    assert actions == ["request_registered", "request_changed", "request_answered"]
    runtime = centre.runtime
    async with runtime.database.read(EVERYTHING) as session:
        assert (await audit.verify(session, runtime.audit_key, [])).finding is None


async def test_the_log_says_that_a_name_was_changed_and_no_name(centre: Centre) -> None:
    await _school(centre)
    admin = await centre.admin()
    made = await _ask(admin, applicant="赵无名", note="大门口那天")
    told = {**REQUEST, "applicant": "钱无名", "place": "大门"}
    await admin.put(f"{_REQUESTS}/{made['id']}", json=told)
    log = (await admin.get("/api/v1/audit?action=request_changed")).json()["items"]
    changed = {each["field"]: (each["old"], each["new"]) for each in log[0]["changes"]}
    assert changed == {"applicant": ("…", "…"), "note": ("…", "…"), "place": (None, "大门")}
    assert "无名" not in (await admin.get("/api/v1/audit?limit=200")).text


async def test_a_refusal_needs_a_reason_even_in_the_database(centre: Centre) -> None:
    await _school(centre)
    admin = await centre.admin()
    made = await _ask(admin)
    bare = await admin.post(f"{_REQUESTS}/{made['id']}/refuse", json={"outcome": "  "})
    assert _code(bare) == (422, "invalid")
    forced = update(SubjectRequest).values(state="refused")
    with pytest.raises(IntegrityError):
        async with centre.runtime.work(EVERYTHING) as work:
            await work.session.execute(forced)
    found = await admin.get(f"{_REQUESTS}/{made['id']}")
    assert found.json()["state"] == "received"


async def test_what_is_past_its_deadline_is_overdue_and_noted_once(centre: Centre) -> None:
    await _school(centre)
    late = await _ask(await centre.admin(), kind="deletion")
    decided = await _ask(await centre.admin())
    refused = await (await centre.admin()).post(
        f"{_REQUESTS}/{decided['id']}/refuse", json={"outcome": "not their picture"}
    )
    assert refused.status_code == 200
    scheduler = Scheduler(centre.runtime, watch.kinds())
    assert await scheduler.run_due() == 0
    centre.clock.advance(30 * _DAY_S + 1)
    admin = await centre.admin()
    assert await scheduler.run_due() == 2
    assert await scheduler.run_due() == 0
    page = (await admin.get(f"{_REQUESTS}?overdue=true")).json()
    assert [each["id"] for each in page["items"]] == [late["id"]]
    assert page["counts"] == {"received": 1, "answered": 0, "refused": 1, "overdue": 1}
    assert (await _actions(centre, f"request {late['id']}"))[-1] == "request_overdue"
    assert "request_overdue" not in await _actions(centre, f"request {decided['id']}")


async def test_a_deadline_that_was_moved_is_not_noted_at_the_old_one(centre: Centre) -> None:
    await _school(centre)
    made = await _ask(await centre.admin())
    later = (T0 + timedelta(days=60)).isoformat()
    url = f"{_REQUESTS}/{made['id']}"
    moved = await (await centre.admin()).put(url, json={**REQUEST, "due_at": later})
    assert moved.json()["deadline"] is None
    centre.clock.advance(31 * _DAY_S)
    await Scheduler(centre.runtime, watch.kinds()).run_due()
    assert "request_overdue" not in await _actions(centre, f"request {made['id']}")
    centre.clock.advance(30 * _DAY_S)
    await Scheduler(centre.runtime, watch.kinds()).run_due()
    assert (await _actions(centre, f"request {made['id']}"))[-1] == "request_overdue"


@pytest.mark.whole
async def test_what_cannot_be_is_refused_by_field(centre: Centre) -> None:
    await _school(centre)
    other = await _school(centre, THEIRS)
    admin = await centre.admin()
    wrong: dict[str, dict[str, Any]] = {
        "body.school_id": {"school_id": "nowhere"},
        "body.camera_keys": {"camera_keys": [other]},
        "body.alert_ids": {"alert_ids": [str(alert_uuid(f"of {THEIRS}"))]},
        "body.received_at": {"received_at": (T0 + timedelta(days=1)).isoformat()},
        "body.due_at": {"due_at": (T0 - timedelta(days=1)).isoformat()},
    }
    for where, told in wrong.items():
        answer = await admin.post(_REQUESTS, json={**REQUEST, "school_id": MINE, **told})
        assert _code(answer) == (422, "invalid")
        assert [each["where"] for each in answer.json()["errors"]] == [where]
    half = {**REQUEST, "school_id": MINE, "from_at": T0.isoformat()}
    assert _code(await admin.post(_REQUESTS, json=half)) == (422, "invalid")
    assert (await admin.get(_REQUESTS)).json()["items"] == []


@pytest.mark.whole
async def test_the_register_is_paged_filtered_and_exported(centre: Centre) -> None:
    await _school(centre)
    await _school(centre, THEIRS)
    admin = await centre.admin()
    made = [await _ask(admin, kind=kind) for kind in ("access", "copy", "deletion")]
    await _ask(admin, school_id=THEIRS, applicant="=1+1")
    found, cursor = [], ""
    for _ in range(3):
        page = (await admin.get(f"{_REQUESTS}?school_id={MINE}&limit=1{cursor}")).json()
        found += [each["id"] for each in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert found == [each["id"] for each in reversed(made)]
    assert page["next_cursor"] is None
    kinds = (await admin.get(f"{_REQUESTS}?school_id={MINE}&kind=copy&kind=access")).json()
    assert sorted(each["kind"] for each in kinds["items"]) == ["access", "copy"]
    sheet = (await admin.get(f"{_REQUESTS}.csv")).text
    assert sheet.count("\r\n") == 5
    assert "'=1+1" in sheet
    assert "未规定天数" in sheet
    own = await centre.person(Role.SCHOOL_MANAGER, MINE)
    assert (await own.get(f"{_REQUESTS}.csv")).text.count("\r\n") == 4
    log = (await admin.get("/api/v1/audit?action=privacy_exported")).json()["items"]
    assert [each["subject"] for each in log] == ["requests 3", "requests 4"]


async def test_an_assessment_is_replaced_and_never_changed(centre: Centre) -> None:
    await _school(centre)
    admin = await centre.admin()
    first = await _assess(admin, school_id=MINE)
    told = {"school_id": MINE, "assessed_on": "2026-11-01", "review_on": "2027-11-01"}
    second = await _assess(admin, replaces=first["id"], risk="新增食堂摄像机", **told)
    assert second["is_review_due"] is False
    items = (await admin.get(_ASSESSMENTS)).json()["items"]
    assert [each["id"] for each in items] == [second["id"], first["id"]]
    assert items[1]["ended_on"] == "2026-11-01"
    assert items[1]["keep_until"] == "2029-11-01"
    assert items[1]["risk"] == ASSESSMENT["risk"]
    again = {**ASSESSMENT, **told, "replaces": first["id"]}
    assert _code(await admin.post(_ASSESSMENTS, json=again)) == (409, "assessment_ended")
    other = {**again, "school_id": None, "replaces": second["id"]}
    assert _code(await admin.post(_ASSESSMENTS, json=other)) == (422, "invalid")


async def test_an_assessment_is_kept_three_years_and_goes_then(centre: Centre) -> None:
    admin = await centre.admin()
    in_force, ended = [(await _assess(admin))["id"] for _ in range(2)]
    await admin.post(f"{_ASSESSMENTS}/{ended}/end", json={"ended_on": "2026-11-23"})
    for each, until in ((in_force, ""), (ended, "2029-11-23")):
        refused = await admin.delete(f"{_ASSESSMENTS}/{each}")
        assert _code(refused) == (409, "assessment_kept")
        assert refused.json()["params"] == {"keep_until": until}

    rounds = await _rounds(centre)

    async def kept() -> list[int]:
        await rounds.run(centre.runtime)
        items = (await (await centre.admin()).get(_ASSESSMENTS)).json()["items"]
        return [each["id"] for each in items]

    days = (date(2029, 11, 22) - T0.date()).days
    centre.clock.advance(days * _DAY_S)
    assert await kept() == [in_force, ended]
    centre.clock.advance(_DAY_S)
    assert await kept() == [in_force]
    assert (await _actions(centre, f"assessment {ended}"))[-1] == "assessment_deleted"


@pytest.mark.whole
async def test_the_name_of_who_asked_goes_three_years_after_the_answer(centre: Centre) -> None:
    await _school(centre)
    admin = await centre.admin()
    still_open, decided = [(await _ask(admin))["id"] for _ in range(2)]
    await admin.post(f"{_REQUESTS}/{decided}/answer", json={"outcome": "shown"})

    rounds = await _rounds(centre)

    async def kept() -> set[int]:
        await rounds.run(centre.runtime)
        items = (await (await centre.admin()).get(_REQUESTS)).json()["items"]
        return {each["id"] for each in items}

    centre.clock.advance(3 * 365 * _DAY_S)
    assert await kept() == {still_open, decided}
    centre.clock.advance(3 * _DAY_S)
    assert await kept() == {still_open}


async def test_an_auditor_reads_and_writes_nothing(centre: Centre) -> None:
    await _school(centre)
    made = await _ask(await centre.admin())
    auditor = await centre.person(Role.AUDITOR)
    assert (await auditor.get(f"{_REQUESTS}/{made['id']}")).json()["applicant"] == "王某"
    told = {"outcome": "x"}
    assert _code(await auditor.post(f"{_REQUESTS}/{made['id']}/answer", json=told))[0] == 403


async def test_what_a_school_exports_its_auditor_reads_in_the_log(centre: Centre) -> None:
    """And what the district exports, which is of all schools, only the district's auditor."""
    await _school(centre)
    manager = await centre.person(Role.SCHOOL_MANAGER, MINE)
    auditor = await centre.person(Role.AUDITOR, MINE)
    admin = await centre.admin()
    for person in (manager, admin):
        for url in (_REQUESTS, _ASSESSMENTS):
            assert (await person.get(f"{url}.csv")).status_code == 200
    for person in (auditor, admin):
        assert (await person.get("/api/v1/audit/export.csv")).status_code == 200

    async def exported(person: httpx.AsyncClient) -> list[str]:
        entries = (await person.get("/api/v1/audit")).json()["items"]
        return sorted({each["username"] for each in entries if "exported" in each["action"]})

    assert await exported(auditor) == [f"auditor.{MINE}", f"school-manager.{MINE}"]
    assert len(await exported(admin)) == 3


async def test_a_school_records_no_assessment_of_the_district(centre: Centre) -> None:
    await _school(centre)
    own = await centre.person(Role.SCHOOL_MANAGER, MINE)
    district = await _assess(await centre.admin())
    assert _code(await own.post(_ASSESSMENTS, json=ASSESSMENT)) == (422, "invalid")
    assert (await own.get(_ASSESSMENTS)).json()["items"] == []
    assert _code(await own.get(f"{_ASSESSMENTS}/{district['id']}")) == (404, "not_found")


def test_nothing_goes_before_its_day() -> None:
    """Both ways of counting agree, on every day of eight years."""
    for number in range(8 * 366):
        ended = date(2023, 1, 1) + timedelta(days=number)
        until = years_later(ended, 3)
        assert kept_from(until, 3) >= ended
        assert kept_from(until - timedelta(days=1), 3) < ended


def test_the_table_shipped_names_its_sources_and_another_must_be_whole(tmp_path: Path) -> None:
    shipped = load_deadlines(None)
    assert all(shipped.row(kind).source.zh for kind in RequestKind)
    part = tmp_path / "part.yaml"
    part.write_text(
        "- {id: a, kind: copy, due_d: 15, source: {zh: 文, en: x}, verified: true}", "utf-8"
    )
    with pytest.raises(SettingsError, match="has no row for access"):
        load_deadlines(part)
    part.write_text("- {id: a, due_d: 0, source: {zh: 文, en: x}, verified: true}", "utf-8")
    with pytest.raises(SettingsError, match="greater than or equal to 1"):
        load_deadlines(part)

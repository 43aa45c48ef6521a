"""Scheduled reports: made once, on time or when somebody is back, and mailed to their person."""

from __future__ import annotations

import asyncio
import email
import email.policy
import hashlib
import ipaddress
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.jobs.scheduler import Scheduler
from api.reports import making, schedules, scheduling
from api.rounds import notice_kinds
from tests.api.centre import REVIEWER_PASSWORD, Centre, all_due, put_camera, running_centre
from tests.api.conftest import PostgresTemplate
from tests.api.messages import SCHOOL_ID, registration
from tests.api.replicas import replicas
from tests.support.fonts import why_no_pdf
from tests.support.mail_peer import Mailbox, MailServer

URL = "/api/v1/report-schedules"
REPORTS = "/api/v1/reports"
AUDIT = {"kind": "school_audit", "format": "xlsx", "school_id": SCHOOL_ID, "every": "month"}
UNTIL_DECEMBER_S = 7 * 86400.0
needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    server = MailServer(mailbox)
    server.start()
    yield server.port
    server.stop()


@asynccontextmanager
async def _mailing(folder: Path, template: Path, port: int, **more: Any) -> AsyncIterator[Centre]:
    """A centre with a channel that writes to people, at a school with a camera."""
    changes = {"networks_allowed": (ipaddress.IPv4Network("127.0.0.0/8"),)}
    address = {"console_url": "https://mingan.test"}
    async with running_centre(folder, template=template, **changes, **address, **more) as centre:
        settings = {"host": "127.0.0.1", "port": port, "security": "plain"}
        settings["sender"] = "mingan@edu.test.cn"
        told = {"name": "m", "kind": "mail_people", "per_minute": 600, "settings": settings}
        admin = await centre.admin()
        made = await admin.post("/api/v1/notices/channels", json=told)
        assert made.status_code == 201, made.text
        await put_camera(await centre.worker(), registration())
        yield centre


async def _person(centre: Centre, username: str, role: Role, school_id: str | None) -> Any:
    await centre.add_user(username, role, school_id)
    admin = await centre.admin()
    told = {"mail": f"{username}@edu.test.cn"}
    answer = await admin.put(f"/api/v1/users/{username}/mail", json=told)
    assert answer.status_code == 200, answer.text
    return await centre.signed_in(username, REVIEWER_PASSWORD)


async def _schedule(person: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    made = await person.post(URL, json={**AUDIT, **told})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def _look(centre: Centre, after_s: float = 30.0) -> None:
    """Let some time go, then do what is due of schedules, reports and notices, in that order."""
    centre.clock.advance(after_s)
    for kinds in (scheduling.kinds(), making.kinds()):
        await all_due(centre.runtime, kinds)
    centre.clock.advance(30)
    await all_due(centre.runtime, scheduling.kinds())
    await all_due(centre.runtime, notice_kinds())


async def _only(person: httpx.AsyncClient) -> dict[str, Any]:
    [found] = (await person.get(URL)).json()["items"]
    assert isinstance(found, dict)
    return found


def _mails(mailbox: Mailbox) -> list[tuple[str, EmailMessage]]:
    taken = []
    for each in mailbox.taken:
        content = each.content
        assert isinstance(content, bytes)
        taken.append(
            (each.rcpt_tos[0], email.message_from_bytes(content, policy=email.policy.default))
        )
    mailbox.taken.clear()
    return taken


async def test_on_the_first_it_is_made_and_mailed_with_a_link_alone(
    tmp_path: Path, migrated_data_dir: Path, mailbox: Mailbox, port: int
) -> None:
    async with _mailing(tmp_path / "data", migrated_data_dir, port) as centre:
        person = await _person(centre, "head", Role.SCHOOL_MANAGER, SCHOOL_ID)
        made = await _schedule(person)
        assert (made["next_at"], made["last"]) == ("2026-11-30T22:00:00Z", None)
        await _look(centre)
        assert (await person.get(REPORTS)).json()["items"] == []
        await _look(centre, UNTIL_DECEMBER_S)
        person = await centre.signed_in("head", REVIEWER_PASSWORD)
        found = await _only(person)
        last = found["last"]
        assert (last["due_at"], last["missed"], last["error"]) == ("2026-11-30T22:00:00Z", 0, "")
        assert (last["report"]["state"], last["report"]["asked_by"]) == ("ready", "head")
        assert (last["mail"], last["outcome"]) == ("sent", "delivered")
        assert found["next_at"] == "2026-12-31T22:00:00Z"
        [(to, mail)] = _mails(mailbox)
        assert to == "head@edu.test.cn"
        assert list(mail.iter_attachments()) == []
        text = mail.get_content()
        assert "定期报告已生成" in text
        assert "https://mingan.test/reports" in text
        # Neither is it made again, nor told again.
        await _look(centre, 3600)
        assert len((await person.get(REPORTS)).json()["items"]) == 1
        assert _mails(mailbox) == []
        log = (await (await centre.admin()).get("/api/v1/audit")).json()["items"]
        told = [each["action"] for each in log if "report" in each["action"]]
        assert told == ["report_asked", "report_scheduled"]


@pytest.mark.whole
@needs_pdf
async def test_where_that_is_allowed_the_pdf_goes_with_it(
    tmp_path: Path, migrated_data_dir: Path, mailbox: Mailbox, port: int
) -> None:
    changes = {"report_attachments": True}
    async with _mailing(tmp_path / "data", migrated_data_dir, port, **changes) as centre:
        person = await _person(centre, "head", Role.SCHOOL_MANAGER, SCHOOL_ID)
        await _schedule(person, format="pdf")
        await _look(centre, UNTIL_DECEMBER_S)
        [(_, mail)] = _mails(mailbox)
        [attached] = mail.iter_attachments()
        content = attached.get_content()
        person = await centre.signed_in("head", REVIEWER_PASSWORD)
        report = (await _only(person))["last"]["report"]
        assert hashlib.sha256(content).hexdigest() == report["sha256"]
        assert attached.get_filename() == f"mingan-school-audit-{report['code']}.pdf"
        [text] = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
        assert "附件 1 个" in text.get_content()
        log = (await (await centre.admin()).get("/api/v1/audit?action=report_mailed")).json()
        [entry] = log["items"]
        assert (entry["username"], entry["subject"]) == ("head", f"school_audit {report['code']}")
        assert entry["school_id"] == SCHOOL_ID


@pytest.mark.whole
async def test_who_left_meanwhile_is_sent_nothing_and_the_schedule_says_so(
    tmp_path: Path, migrated_data_dir: Path, mailbox: Mailbox, port: int
) -> None:
    async with _mailing(tmp_path / "data", migrated_data_dir, port) as centre:
        admin = await centre.admin()
        await centre.enrolled(admin, "other")
        leaver = await _person(centre, "leaver", Role.SCHOOL_MANAGER, SCHOOL_ID)
        mover = await _person(centre, "mover", Role.LEADER, SCHOOL_ID)
        await _schedule(leaver)
        await _schedule(mover)
        # It is due and made, and then they are gone before the mail is.
        centre.clock.advance(UNTIL_DECEMBER_S)
        for kinds in (scheduling.kinds(), making.kinds()):
            await all_due(centre.runtime, kinds)
        admin = await centre.admin()
        assert (await admin.post("/api/v1/users/leaver/disable")).status_code == 200
        moved = {"role": "leader", "school_id": "other"}
        assert (await admin.put("/api/v1/users/mover", json=moved)).status_code == 200
        await _look(centre)
        assert _mails(mailbox) == []
        mover = await centre.signed_in("mover", REVIEWER_PASSWORD)
        last = (await _only(mover))["last"]
        assert (last["report"], last["mail"], last["outcome"]) == (
            None,
            "not_sent",
            "no_recipient",
        )
        # At the next time nothing is made at all.
        await _look(centre, 31 * 86400)
        admin, mover = await centre.admin(), await centre.signed_in("mover", REVIEWER_PASSWORD)
        found = await _only(mover)
        assert (found["last"]["error"], found["school"]["name"]) == (
            "schedule_out_of_scope",
            SCHOOL_ID,
        )
        assert (await mover.post(f"{URL}/{found['id']}/run")).status_code == 404
        assert (await admin.post("/api/v1/users/leaver/enable")).status_code == 200
        leaver = await centre.signed_in("leaver", REVIEWER_PASSWORD)
        assert (await _only(leaver))["last"]["error"] == "schedule_person_gone"
        assert len((await admin.get(REPORTS)).json()["items"]) == 2
        assert _mails(mailbox) == []


async def test_what_was_missed_is_made_once_and_said(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _schedule(admin, kind="district_month", school_id=None)
    # Nobody ran from 24 November until after New Year.
    await _look(centre, 45 * 86400)
    admin = await centre.admin()
    last = (await _only(admin))["last"]
    assert (last["due_at"], last["missed"]) == ("2026-12-31T22:00:00Z", 1)
    assert (last["report"]["month"], last["report"]["state"]) == ("2026-12", "ready")
    assert last["mail"] == "no_channel"
    assert len((await admin.get(REPORTS)).json()["items"]) == 1
    assert (await _only(admin))["next_at"] == "2027-01-31T22:00:00Z"


async def test_a_paused_one_rests_and_goes_on_with_its_next_time(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    made = await _schedule(admin)
    url = f"{URL}/{made['id']}"
    paused = await admin.put(f"{url}/paused", json={"is_paused": True})
    assert (paused.json()["is_paused"], paused.json()["next_at"]) == (True, None)
    await _look(centre, 45 * 86400)
    admin = await centre.admin()
    assert (await _only(admin))["last"] is None
    going = (await admin.put(f"{url}/paused", json={"is_paused": False})).json()
    assert going["next_at"] == "2027-01-31T22:00:00Z"
    await _look(centre)
    assert (await admin.get(REPORTS)).json()["items"] == []
    now = (await admin.post(f"{url}/run")).json()
    assert (now["last"]["report"]["state"], now["next_at"]) == ("waiting", going["next_at"])
    await _look(centre)
    assert (await _only(admin))["last"]["report"]["state"] == "ready"
    assert (await admin.delete(url)).status_code == 204
    assert (await admin.get(URL)).json()["items"] == []
    assert len((await admin.get(REPORTS)).json()["items"]) == 1
    log = (await admin.get("/api/v1/audit")).json()["items"]
    assert [each["action"] for each in log if "report" in each["action"]] == [
        "report_schedule_deleted",
        "report_asked",
        "report_schedule_resumed",
        "report_schedule_paused",
        "report_scheduled",
    ]


async def test_one_that_cannot_be_made_says_why_and_is_tried_at_its_next_time(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    told = {"name_zh": "一小", "canteen": True}
    assert (await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)).status_code == 200
    await _schedule(admin, kind="canteen_month")
    told["canteen"] = False
    assert (await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)).status_code == 200
    await _look(centre, UNTIL_DECEMBER_S)
    found = await _only(await centre.admin())
    assert (found["last"]["error"], found["last"]["report"]) == ("no_canteen", None)
    assert found["next_at"] == "2026-12-31T22:00:00Z"


async def test_each_has_their_own_and_asks_for_what_is_theirs(
    centre: Centre,
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await put_camera(worker, registration())
    await centre.enrolled(admin, "other")
    mine = await _schedule(admin)
    manager = await centre.person(Role.SCHOOL_MANAGER, "other")
    assert (await manager.get(URL)).json()["items"] == []
    for method, path, body in (
        ("PUT", "/paused", {"is_paused": True}),
        ("POST", "/run", None),
        ("DELETE", "", None),
    ):
        answer = await manager.request(method, f"{URL}/{mine['id']}{path}", json=body)
        assert answer.status_code == 404, path
    for told, status in (
        ({}, 404),
        ({"kind": "district_month", "school_id": None}, 403),
        ({"school_id": "other", "kind": "canteen_month"}, 422),
        ({"school_id": "other", "every": "week", "day": 8}, 422),
        ({"school_id": "other", "at": "24:00"}, 422),
        ({"school_id": "other", "kind": "district_month"}, 422),
    ):
        assert (await manager.post(URL, json={**AUDIT, **told})).status_code == status, told
    monkeypatch.setattr(schedules, "MOST", 1)
    await _schedule(manager, school_id="other", every="week", day=7)
    refused = await manager.post(URL, json={**AUDIT, "school_id": "other"})
    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_schedules")
    canteen = await centre.person(Role.SCHOOL_CANTEEN, "other")
    assert (await canteen.get(URL)).status_code == 403


async def _run_together(centres: list[Centre]) -> None:
    """Let all of them do what is due at the same moment."""
    centres[0].clock.advance(UNTIL_DECEMBER_S)
    every = [Scheduler(centre.runtime, scheduling.kinds()) for centre in centres for _ in range(2)]
    await asyncio.gather(*(each.run_due() for each in every))
    await all_due(centres[0].runtime, scheduling.kinds())


async def _reports(centre: Centre) -> list[str]:
    async with centre.runtime.database.read(EVERYTHING) as session:
        page = await making.service.list_reports(session, limit=50, cursor=None)
    return [str(each.school and each.school.school_id) for each in page.items]


async def test_two_that_look_at_once_make_one(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    await _schedule(admin)
    await _run_together([centre])
    assert await _reports(centre) == [SCHOOL_ID]


async def test_two_processes_on_one_database_make_one(
    postgres_template: PostgresTemplate, tmp_path: Path
) -> None:
    async with replicas(postgres_template, tmp_path) as centres:
        admin = await centres[0].admin()
        await _schedule(admin, kind="district_month", school_id=None)
        await _schedule(admin, kind="canteen_month", school_id=None)
        await _run_together(list(centres))
        assert await _reports(centres[0]) == ["None", "None"]

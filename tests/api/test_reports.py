"""Reports: what was planted stands in the workbook and in the PDF, and both can be verified."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import BrokenPromise, EvidenceKind, FootageGap, GapCause, RetentionState
from api.contract.paper import typesetting
from api.reports import making, school_audit, service
from tests.api.centre import (
    Centre,
    all_due,
    put_alert,
    put_camera,
    put_evidence,
    put_retention,
)
from tests.api.messages import T0, episode, evidence_ref, registration, retention
from tests.support.fonts import why_no_pdf
from tests.support.paper import read_pdf, read_sheets

URL = "/api/v1/reports"
SCHOOL = "no-1-primary"
needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")
DAY = timedelta(days=1)


def _gap(from_at: datetime, lasting: timedelta, cause: GapCause = GapCause.OFFLINE) -> FootageGap:
    return FootageGap(from_at=from_at, to_at=from_at + lasting, cause=cause, detail="=1+1")


PLANTED: dict[str, dict[str, Any]] = {
    "short-gap": {
        "state": RetentionState.GAP,
        "completeness": 0.99997,
        "proven_days": 1.99,
        "gaps": (_gap(T0 - 2 * DAY, timedelta(seconds=58)),),
    },
    # The camera beside it saw that time: it has a gap all the same.
    "beside": {
        "state": RetentionState.GAP,
        "completeness": 0.9,
        "proven_days": 4.0,
        "gaps": (_gap(T0 - 5 * DAY, timedelta(hours=3), GapCause.DISK_FULL),),
    },
    "unreadable": {
        "state": RetentionState.UNKNOWN,
        "completeness": 0.0,
        "proven_days": 0.0,
        "alarms": ("folder_unreadable",),
    },
    "slow-clock": {
        "state": RetentionState.GAP,
        "completeness": 0.98,
        "proven_days": 3.0,
        "gaps": (_gap(T0 - 3 * DAY, timedelta(minutes=7), GapCause.CONTRADICTORY_TIMES),),
    },
    # The day of 25 hours in Berlin: an hour that the clocks show twice.
    "long-day": {
        "state": RetentionState.GAP,
        "completeness": 0.99,
        "proven_days": 29.0,
        "gaps": (_gap(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), timedelta(hours=1)),),
    },
    "nine-days": {
        "state": RetentionState.IMMATURE,
        "completeness": 1.0,
        "proven_days": 9.0,
        "oldest_footage_at": T0 - 9 * DAY,
    },
    "kept-200": {
        "state": RetentionState.OVER_RETAINED,
        "proven_days": 200.0,
        "max_days": 90,
        "oldest_footage_at": T0 - 200 * DAY,
    },
    "disk-full": {
        "state": RetentionState.INSUFFICIENT,
        "proven_days": 20.99,
        "completeness": 0.7,
        "oldest_footage_at": T0 - 21 * DAY,
        "broken_promises": (
            BrokenPromise(
                broken_at=T0 - DAY,
                from_at=T0 - 22 * DAY,
                to_at=T0 - 21 * DAY,
                promised_days=30,
                kept_days=21.0,
                why="disk_full",
            ),
        ),
    },
    "good": {},
}


async def _plant(worker: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    for camera_id in (*PLANTED, "silent"):
        name = "=HYPERLINK(1)" if camera_id == "good" else camera_id
        await put_camera(worker, registration(camera_id, name=name))
    for camera_id, changes in PLANTED.items():
        await put_retention(worker, retention(camera_id, **changes))
    told = {"name_zh": "第一小学", "type": "primary", "time_zone": "Europe/Berlin"}
    put = await admin.put(f"/api/v1/schools/{SCHOOL}", json=told)
    assert put.status_code == 200, put.text


async def _ask(person: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    body = {"kind": "school_audit", "format": "xlsx", "school_id": SCHOOL, **told}
    answer = await person.post(URL, json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _made(centre: Centre, person: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    asked = await _ask(person, **told)
    assert asked["state"] == "waiting"
    await all_due(centre.runtime, making.kinds())
    found: dict[str, Any] = (await person.get(f"{URL}/{asked['id']}")).json()
    assert (found["state"], found["error"], found["progress"]) == ("ready", "", 1.0), found
    return found


async def _file(person: httpx.AsyncClient, report: dict[str, Any]) -> bytes:
    answer = await person.get(f"{URL}/{report['id']}/file")
    assert answer.status_code == 200, answer.text
    assert hashlib.sha256(answer.content).hexdigest() == report["sha256"]
    assert len(answer.content) == report["size_bytes"]
    return answer.content


def _by_camera(sheet: list[list[object]], head: int) -> dict[str, list[object]]:
    return {str(row[0]).split()[-1]: row for row in sheet[head + 1 :]}


async def test_the_workbook_states_each_planted_fault(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _plant(worker, admin)
    made = await _made(centre, admin)
    sheets = read_sheets(await _file(admin, made))
    summary = [str(row[1]) for row in sheets["摘要"]]
    [sentence] = [text for text in summary if text.startswith("不合格：")]
    assert "4 台录像缺失共 4 小时 7 分" in sentence
    for part in ("1 台存储不足", "2 台无法核验", "1 台历史未成熟", "1 台超期留存"):
        assert part in sentence
    assert made["code"] in summary

    cameras = _by_camera(sheets["录像存储"], 1)
    assert {name: row[2] for name, row in cameras.items()} == {
        "short-gap": "录像缺失",
        "beside": "录像缺失",
        "silent": "无法核验",
        "unreadable": "无法核验",
        "slow-clock": "录像缺失",
        "long-day": "录像缺失",
        "nine-days": "历史未成熟",
        "kept-200": "超期留存",
        "disk-full": "存储不足",
        "good": "达标",
    }
    assert (cameras["silent"][5], cameras["silent"][6]) == (0, 0)
    assert "从未上报" in str(cameras["silent"][10])
    assert "不判定为缺失" in str(cameras["unreadable"][10])
    assert (cameras["short-gap"][5], cameras["short-gap"][6]) == (1.9, 99.99)
    assert cameras["disk-full"][5] == 20.9
    assert "1 段录像未到期即被清理（硬盘已满）" in str(cameras["disk-full"][10])
    assert "不判定为不达标" in str(cameras["nine-days"][10])
    assert "超过最长留存 90 天" in str(cameras["kept-200"][10])
    assert cameras["good"][0] == "=HYPERLINK(1) good"

    gaps = _by_camera(sheets["缺失录像"], 0)
    assert gaps["short-gap"][3:] == ["58 秒", 0.0161, "摄像机离线", "=1+1"]
    assert gaps["beside"][3:6] == ["3 小时", 3, "硬盘已满"]
    assert gaps["slow-clock"][3:6] == ["7 分", 0.1167, "文件时间自相矛盾"]
    assert gaps["long-day"][1:4] == [
        "2026-10-25 02:30:00+0200",
        "2026-10-25 02:30:00+0100",
        "1 小时",
    ]
    [broken] = sheets["未到期被清理的录像"][1:]
    assert broken[4:] == [30, 21, "硬盘已满"]
    law, target, bureau = sheets["保存期限要求"][2:5]
    assert law[:3] == ["视频录像", "30 天", "适用"]
    assert "§17" in str(law[3])
    assert law[4] == "已核原文"
    assert target[2] == "不涉及"
    assert bureau[2:5:2] == ["不涉及", "未核原文"]


@needs_pdf
async def test_the_pdf_states_them_too_and_is_made_for_the_archive(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _plant(worker, admin)
    # No clock stands at a full second.
    centre.clock.advance(0.123456)
    made = await _made(centre, admin, format="pdf")
    content = await _file(admin, made)
    pdf = read_pdf(content)
    assert "不合格：" in pdf.text
    for text in (
        "58 秒",
        "2026-10-25 02:30:00+0200",
        "文件时间自相矛盾",
        "历史未成熟",
        "超期留存",
        "从未上报",
        "=HYPERLINK(1) good",
        made["code"],
        f"第 1 页，共 {pdf.pages} 页",
        f"第 {pdf.pages} 页，共 {pdf.pages} 页",
    ):
        assert text in pdf.text, text
    assert pdf.fonts
    assert all(pdf.fonts.values()), pdf.fonts
    assert min(pdf.ink) > 0.005, "an empty page"
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in content


@needs_pdf
@pytest.mark.whole
async def test_english_is_as_complete(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _plant(worker, admin)
    made = await _made(centre, admin, format="pdf", language="en")
    pdf = read_pdf(await _file(admin, made))
    assert "Does not meet the requirements: cameras with footage missing: 4 (4 h 7 min" in pdf.text
    for text in ("Cannot be verified", "Never reported", "Not old enough yet", "1 h"):
        assert text in pdf.text, text
    chinese = {each for each in pdf.text if "\u4e00" <= each <= "\u9fff"}
    named = "第一小学国务院令号" + "三九"  # the last two number clauses
    assert chinese <= set(named), chinese - set(named)


def _picture(colour: tuple[int, int, int]) -> bytes:
    is_encoded, jpeg = cv2.imencode(".jpg", np.full((1080, 1920, 3), colour, np.uint8))
    assert is_encoded
    return bytes(jpeg.tobytes())


@needs_pdf
async def test_blurred_pictures_stand_in_it_and_originals_never(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    await put_camera(worker, registration("yard", name="操场"))
    blurred, original = _picture((200, 200, 200)), _picture((0, 0, 255))
    refs = (
        evidence_ref(blurred),
        evidence_ref(original, EvidenceKind.SNAPSHOT_ORIGINAL),
        # A box that calls an original its reference unveils nothing.
        evidence_ref(original, EvidenceKind.REFERENCE),
    )
    await put_alert(worker, episode(evidence=refs[:2]))
    await put_alert(worker, episode("two", evidence=refs))
    for content in (blurred, original):
        await put_evidence(worker, content)
    pdf = read_pdf(await _file(admin, await _made(centre, admin, format="pdf")))
    assert pdf.images == 1
    assert "最近画面 2026-11-24" in pdf.text
    assert "中心没有该摄像机的参照画面" in pdf.text
    assert "没有这些摄像机的画面：操场 yard" in pdf.text

    leader = await centre.person(Role.LEADER)
    mine = await _made(centre, leader, format="pdf")
    assert not mine["has_pictures"]
    assert read_pdf(await _file(leader, mine)).images == 0
    with_pictures = await _made(centre, admin)
    refused = await leader.get(f"{URL}/{with_pictures['id']}/file")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_report_is_verified_by_its_code_and_by_its_bytes(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _plant(worker, admin)
    made = await _made(centre, admin)
    content = await _file(admin, made)

    async def found(person: httpx.AsyncClient, **how: str) -> tuple[int, Any]:
        answer = await person.get(f"{URL}/verification", params=how)
        return answer.status_code, answer.json().get("id") or answer.json()["code"]

    typed = made["code"].replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert await found(admin, code=typed) == (200, made["id"])
    assert await found(admin, sha256=made["sha256"]) == (200, made["id"])
    changed = hashlib.sha256(content + b"\n").hexdigest()
    assert await found(admin, sha256=changed) == (404, "not_found")
    assert (await found(admin))[0] == 422
    await centre.enrolled(admin, "other-school")
    stranger = await centre.person(Role.SCHOOL_MANAGER, "other-school")
    assert await found(stranger, code=made["code"]) == (404, "not_found")

    log = (await admin.get("/api/v1/audit")).json()["items"]
    told = [(each["action"], each["subject"]) for each in log if "report" in each["action"]]
    subject = f"school_audit {made['code']}"
    assert told == [("report_downloaded", subject), ("report_asked", subject)]

    [file] = (centre.runtime.settings.data_dir / "reports").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    file.write_bytes(content + b"\n")
    gone = await admin.get(f"{URL}/{made['id']}/file")
    assert (gone.status_code, gone.json()["code"]) == (404, "report_gone")


async def test_a_file_goes_in_its_time_and_what_is_known_of_it_stays(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    made = await _made(centre, admin)
    files = service.files_of(centre.runtime.settings)
    for days, state in ((365, "ready"), (366, "removed")):
        async with centre.runtime.work(EVERYTHING) as work:
            await service.delete_files(work, files, T0 + (days - 365) * DAY)
        answer = await admin.get(f"{URL}/verification", params={"sha256": made["sha256"]})
        assert answer.json()["state"] == state
    assert list((centre.runtime.settings.data_dir / "reports").iterdir()) == []
    refused = await admin.get(f"{URL}/{made['id']}/file")
    assert (refused.status_code, refused.json()["code"]) == (409, "report_not_ready")


async def test_without_a_font_a_pdf_is_refused_and_a_workbook_made(
    centre: Centre,
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await put_camera(worker, registration())
    monkeypatch.setattr(typesetting, "FONTS", ("Not Of This Machine",))
    body = {"kind": "school_audit", "format": "pdf", "school_id": SCHOOL}
    refused = await admin.post(URL, json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_font")
    assert "fonts" in refused.json()["detail"]
    await _made(centre, admin)


async def test_what_is_asked_wrongly_is_refused(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    right = {"kind": "school_audit", "format": "xlsx", "school_id": SCHOOL}
    for wrong in ({"school_id": None}, {"month": "2026-10"}, {"kind": "x"}, {"language": "fr"}):
        assert (await admin.post(URL, json={**right, **wrong})).status_code == 422, wrong
    unknown = await admin.post(URL, json={**right, "school_id": "nowhere"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (await admin.get(URL)).json()["items"] == []


async def test_a_report_that_cannot_be_made_says_why(
    centre: Centre,
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await put_camera(worker, registration())
    monkeypatch.setattr(school_audit, "MOST_CAMERAS", 0)
    too_large = await _ask(admin)
    await all_due(centre.runtime, making.kinds())
    # What stands where the folder should be: no attempt can succeed.
    monkeypatch.undo()
    (centre.runtime.settings.data_dir / "reports").write_text("")
    no_room = await _ask(admin)
    await all_due(centre.runtime, making.kinds())
    listed = (await admin.get(URL)).json()["items"]
    assert [(each["id"], each["state"], each["error"]) for each in listed] == [
        (no_room["id"], "failed", "storage_unavailable"),
        (too_large["id"], "failed", "report_too_large"),
    ]

"""Reports: asked for, made, verified, downloaded, and gone in their time."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import cv2
import httpx
import numpy as np
import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import EvidenceKind
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
from tests.api.messages import SCHOOL_ID, T0, episode, evidence_ref, registration, retention
from tests.api.reporting import REPORTS, ask_report, made_report, report_file
from tests.support.fonts import why_no_pdf
from tests.support.paper import read_pdf

needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")
DAY = timedelta(days=1)


async def _plant(worker: httpx.AsyncClient) -> None:
    await put_camera(worker, registration())
    await put_retention(worker, retention())


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
    pdf = read_pdf(await report_file(admin, await made_report(centre, admin, format="pdf")))
    assert pdf.images == 1
    assert "最近画面 2026-11-24" in pdf.text
    assert "中心没有该摄像机的参照画面" in pdf.text
    assert "没有这些摄像机的画面：操场 yard" in pdf.text

    leader = await centre.person(Role.LEADER)
    mine = await made_report(centre, leader, format="pdf")
    assert not mine["has_pictures"]
    assert read_pdf(await report_file(leader, mine)).images == 0
    with_pictures = await made_report(centre, admin)
    refused = await leader.get(f"{REPORTS}/{with_pictures['id']}/file")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_report_is_verified_by_its_code_and_by_its_bytes(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _plant(worker)
    made = await made_report(centre, admin)
    content = await report_file(admin, made)

    async def found(person: httpx.AsyncClient, **how: str) -> tuple[int, Any]:
        answer = await person.get(f"{REPORTS}/verification", params=how)
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
    gone = await admin.get(f"{REPORTS}/{made['id']}/file")
    assert (gone.status_code, gone.json()["code"]) == (404, "report_gone")


async def test_a_file_goes_in_its_time_and_what_is_known_of_it_stays(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    made = await made_report(centre, admin)
    files = service.files_of(centre.runtime.settings)
    for days, state in ((365, "ready"), (366, "removed")):
        async with centre.runtime.work(EVERYTHING) as work:
            await service.delete_files(work, files, T0 + (days - 365) * DAY)
        answer = await admin.get(f"{REPORTS}/verification", params={"sha256": made["sha256"]})
        assert answer.json()["state"] == state
    assert list((centre.runtime.settings.data_dir / "reports").iterdir()) == []
    refused = await admin.get(f"{REPORTS}/{made['id']}/file")
    assert (refused.status_code, refused.json()["code"]) == (409, "report_not_ready")


async def test_without_a_font_a_pdf_is_refused_and_a_workbook_made(
    centre: Centre,
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await put_camera(worker, registration())
    monkeypatch.setattr(typesetting, "FONTS", ("Not Of This Machine",))
    body = {"kind": "school_audit", "format": "pdf", "school_id": SCHOOL_ID}
    refused = await admin.post(REPORTS, json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "no_font")
    assert "fonts" in refused.json()["detail"]
    await made_report(centre, admin)


async def test_what_is_asked_wrongly_is_refused(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    right = {"kind": "school_audit", "format": "xlsx", "school_id": SCHOOL_ID}
    for wrong in ({"school_id": None}, {"month": "2026-10"}, {"kind": "x"}, {"language": "fr"}):
        assert (await admin.post(REPORTS, json={**right, **wrong})).status_code == 422, wrong
    unknown = await admin.post(REPORTS, json={**right, "school_id": "nowhere"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (await admin.get(REPORTS)).json()["items"] == []


async def test_a_report_that_cannot_be_made_says_why(
    centre: Centre,
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await put_camera(worker, registration())
    monkeypatch.setattr(school_audit, "MOST_CAMERAS", 0)
    too_large = await ask_report(admin)
    await all_due(centre.runtime, making.kinds())
    # What stands where the folder should be: no attempt can succeed.
    monkeypatch.undo()
    (centre.runtime.settings.data_dir / "reports").write_text("")
    no_room = await ask_report(admin)
    await all_due(centre.runtime, making.kinds())
    listed = (await admin.get(REPORTS)).json()["items"]
    assert [(each["id"], each["state"], each["error"]) for each in listed] == [
        (no_room["id"], "failed", "storage_unavailable"),
        (too_large["id"], "failed", "report_too_large"),
    ]

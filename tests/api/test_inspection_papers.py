"""The paper of a form: what it says, what is on it, and who may have it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import delete, update

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.db.inspection import InspectionItem, InspectionPhotograph
from api.reports import making
from tests.api.centre import Centre, all_due, beat, put_camera
from tests.api.district import MINE, photograph
from tests.api.messages import camera_beat, heartbeat, registration
from tests.api.order_people import codes
from tests.api.reporting import report_file
from tests.api.test_inspections import BROKEN, Schools, answers, put, schools, sign
from tests.support.fonts import why_no_pdf
from tests.support.paper import ReadPdf, read_pdf

__all__ = ["schools"]
pytestmark = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")
PARTLY = {"result": "mostly_met", "note": "一处锈蚀", "hazard": {"grade": "general"}}


async def made(
    centre: Centre, person: httpx.AsyncClient, form: Any, **told: Any
) -> tuple[dict[str, Any], str]:
    url = f"/api/v1/inspections/{form['id']}/papers"
    asked = await person.post(url, json=told)
    assert asked.status_code == 201, asked.text
    await all_due(centre.runtime, making.kinds())
    url = f"{url}/{asked.json()['id']}"
    paper: dict[str, Any] = (await person.get(url)).json()
    assert (paper["state"], paper["error"], paper["kind"]) == ("ready", "", "inspection_form")
    assert paper["inspection_id"] == form["id"]
    return paper, f"{url}/file"


async def read(
    centre: Centre, person: httpx.AsyncClient, form: Any, **told: Any
) -> tuple[dict[str, Any], ReadPdf]:
    paper, url = await made(centre, person, form, **told)
    answer = await person.get(url)
    assert answer.status_code == 200, answer.text
    return paper, read_pdf(answer.content)


async def photographed(person: httpx.AsyncClient, form: Any, of_each: int) -> int:
    for number, item in enumerate(form["items"]):
        for at in range(of_each):
            sent = await person.post(
                f"/api/v1/inspection-photographs/{form['id']}/{item['id']}",
                content=photograph(1 + number * of_each + at),
            )
            assert sent.status_code == 201, sent.text
    return len(form["items"]) * of_each


async def test_a_signed_form_has_all_on_paper_in_both_languages(schools: Schools) -> None:
    centre, school = schools.centre, schools.school
    worker = schools.workers[MINE]
    await put_camera(worker, registration(school_id=MINE))
    await beat(worker, heartbeat(camera_beat(), school_id=MINE))
    form = await schools.form()
    count = await photographed(school, form, 10)
    assert count == 40
    assert (await put(school, form, answers(form, BROKEN, PARTLY))).status_code == 200
    signed = await sign(school, form, 2)
    assert signed.status_code == 200, signed.text
    order = signed.json()["items"][0]["hazard"]["order"]
    demand = form["items"][0]["demand"]

    paper, pdf = await read(centre, school, form)
    assert pdf.images == count, "every photograph, once"
    assert pdf.pages > 2
    assert all(pdf.fonts.values())
    for said in (
        f"{MINE} 学校",
        "每日自查 · 安全保卫",
        "落实 2 项，基本落实 1 项，未落实 1 项，不涉及 0 项；隐患 2 项，其中重大 1 项",
        demand["zh"],
        "灭火器过期",
        "重大隐患",
        f"整改工单 {order['order_id']} 号",
        "照片 10 张",
        "李安（",
        "检查人",
        "学校负责人",
        "单位盖章",
        "受检单位意见",
        paper["code"],
        f"第 {pdf.pages} 页，共 {pdf.pages} 页",
    ):
        # Where a line of a cell ends its text goes on without a space.
        assert said.replace(" ", "") in pdf.text.replace(" ", ""), said
    assert "1 台摄像机，1 台近" in pdf.text, "what the cameras knew"
    assert "尚未在系统中签字" not in pdf.text

    _, english = await read(centre, school, form, language="en", with_photographs=False)
    assert english.images == 0
    assert "The form has 40 photographs" in english.text
    assert "4 items: 2 met, 1 mostly met, 1 not met" in english.text
    assert "cameras online and analysed" in english.text
    assert f"Page 1 of {english.pages}" in english.text

    log = (await schools.admin.get("/api/v1/audit?limit=200")).json()["items"]
    told = [(each["action"], each["subject"], each["username"]) for each in log]
    subject = f"inspection_form {paper['code']} inspection {form['id']}"
    for action in ("report_asked", "report_downloaded"):
        assert (action, subject, f"school-manager.{MINE}") in told, told
    # It is a report like others: a copy is told from a forged one by its code or its hash.
    found = await school.get(f"/api/v1/reports/verification?sha256={paper['sha256']}")
    assert found.json()["code"] == paper["code"]


@pytest.mark.whole
async def test_a_form_that_is_not_signed_says_so_and_one_without_items_is_a_page(
    schools: Schools,
) -> None:
    centre, school = schools.centre, schools.school
    form = await schools.form()
    assert (await put(school, form, answers(form, PARTLY)[:1])).status_code == 200
    _, pdf = await read(centre, school, form)
    assert "尚未在系统中签字，已填 1 / 4 项" in pdf.text
    assert pdf.text.count("未填写") >= 3
    assert pdf.images == 0
    async with centre.runtime.work(EVERYTHING) as work:
        await work.session.execute(delete(InspectionItem))
    _, pdf = await read(centre, school, form, language="en")
    assert "This form has no items" in pdf.text
    assert (pdf.pages, pdf.images) == (1, 0)


async def test_who_may_not_see_the_form_has_no_paper_of_it(schools: Schools) -> None:
    centre, school = schools.centre, schools.school
    form = await schools.form()
    await photographed(school, form, 1)
    paper, file = await made(centre, school, form)
    url = f"/api/v1/inspections/{form['id']}/papers"
    # Another school, and a guard whom it was not given.
    guard = await centre.person(Role.SCHOOL_SECURITY, MINE)
    for person in (schools.neighbour, guard):
        for answer in (
            await person.post(url, json={}),
            await person.get(f"{url}/{paper['id']}"),
            await person.get(file),
        ):
            assert codes(answer) == [(404, "not_found")]
    # A paper is had by the form it is of, and by no other.
    other = await schools.form("weekly")
    wrong = f"/api/v1/inspections/{other['id']}/papers/{paper['id']}/file"
    assert codes(await school.get(wrong)) == [(404, "not_found")]
    # Who may not see pictures has a paper without, and not that of somebody else.
    leader = await centre.person(Role.LEADER, MINE)
    assert codes(await leader.get(file)) == [(403, "forbidden")]
    own, pdf = await read(centre, leader, form)
    assert (own["has_pictures"], pdf.images) == (False, 0)
    # And it is asked for where the form is: not as a report on a school.
    body = {"kind": "inspection_form", "format": "pdf", "school_id": MINE}
    assert (await school.post("/api/v1/reports", json=body)).status_code == 422


@pytest.mark.whole
async def test_who_inspects_a_neighbour_has_the_paper_and_nothing_else_of_it(
    schools: Schools,
) -> None:
    form = await schools.form("mutual")
    assert form["visitor"]["school_id"] != MINE
    paper, pdf = await read(schools.centre, schools.neighbour, form)
    assert "检查学校" in pdf.text
    for url in (f"/api/v1/reports/{paper['id']}", f"/api/v1/reports/{paper['id']}/file"):
        assert codes(await schools.neighbour.get(url)) == [(404, "not_found")]
    # The inspected school's own people find it among their reports.
    assert await report_file(schools.school, paper)


@pytest.mark.whole
async def test_a_photograph_that_cannot_be_read_is_named(schools: Schools) -> None:
    form = await schools.form()
    await photographed(schools.school, form, 1)
    async with schools.centre.runtime.work(EVERYTHING) as work:
        first = form["items"][0]["id"]
        broken = update(InspectionPhotograph).where(InspectionPhotograph.item_id == first)
        await work.session.execute(broken.values(jpeg=b"no picture"))
    _, pdf = await read(schools.centre, schools.school, form)
    assert pdf.images == 3
    assert "照片无法读取" in pdf.text

"""A district's month: by hours that were looked at, so that a dark school never looks best."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import GapCause, RetentionState, RetentionStatus, RiskLevel
from api.contract.paper.typesetting import Typesetter
from api.db.camera import AnalysedHour
from api.db.order import WorkOrder
from api.organisations.schemas import BureauView, SchoolName
from api.reports import making
from api.reports.district_month import DistrictMonth, Figures, Month
from api.reports.month_document import month_document
from tests.api.centre import Centre, all_due, key_of, put_alert, put_camera, put_retention
from tests.api.district import MINE, THEIRS
from tests.api.footage import judged, report
from tests.api.messages import T0, episode, registration, retention
from tests.support.fonts import why_no_pdf
from tests.support.paper import read_pdf, read_sheets

URL = "/api/v1/reports"
ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER = Month(dt.date(2026, 10, 1), ZONE)
HOUR = dt.timedelta(hours=1)
needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")


async def _watch(centre: Centre, key: int, begin: dt.datetime, hours: int) -> None:
    async with centre.runtime.work(EVERYTHING) as work:
        for rule_id, seconds in (("wall", 3600.0), ("gate", 1800.0)):
            work.session.add_all(
                AnalysedHour(
                    camera_key=key,
                    rule_id=rule_id,
                    hour_at=begin + number * HOUR,
                    reason="",
                    rule="perimeter_intrusion",
                    seconds=seconds,
                )
                for number in range(hours)
            )


async def _judged(
    worker: httpx.AsyncClient, admin: httpx.AsyncClient, name: str, at: dt.datetime, **how: Any
) -> None:
    told = episode(
        name,
        school_id=MINE,
        started_at=at,
        raised_at=at,
        ended_at=at + dt.timedelta(seconds=30),
        **how,
    )
    await put_alert(worker, told)
    verdict = "false-positive" if name.startswith("false") else "confirm"
    body = {"reason": "animal"} if name.startswith("false") else {}
    answer = await admin.post(f"/api/v1/alerts/{told.id}/{verdict}", json=body)
    assert answer.status_code == 200, answer.text


def _as_told(held: RetentionStatus) -> dict[str, Any]:
    """By a box that finds nothing wrong with it."""
    told = dict(held) | {"school_id": MINE, "state": RetentionState.COMPLIANT}
    return {key: value for key, value in told.items() if key != "camera_id"}


def _order(due_at: dt.datetime, rectified_at: dt.datetime | None) -> WorkOrder:
    return WorkOrder(
        school_id=MINE,
        version=1,
        state="assigned",
        round=0,
        risk=RiskLevel.CLASS_2,
        subject="safety",
        created_at=due_at - dt.timedelta(days=2),
        created_by="admin",
        due_at=due_at,
        rectified_at=rectified_at,
    )


async def _district(centre: Centre, admin: httpx.AsyncClient) -> None:
    mine = await centre.enrolled(admin, MINE, name_zh="明亮小学")
    theirs = await centre.enrolled(admin, THEIRS, name_zh="失联中学")
    await put_camera(mine, registration("bright", school_id=MINE))
    await put_camera(theirs, registration("dark", school_id=THEIRS))
    bright, dark = [await key_of(admin, name) for name in ("bright", "dark")]
    await _watch(centre, bright, OCTOBER.begin, 600)
    await _watch(centre, dark, OCTOBER.begin, 10)
    await _watch(centre, bright, OCTOBER.before.begin, 100)
    moments = [OCTOBER.begin + number * HOUR for number in range(6)]
    for number, at in enumerate(moments):
        await _judged(mine, admin, f"true {number}", at, camera_id="bright")
    # The last second of September by the district's clocks, which is not midnight in UTC.
    september = OCTOBER.begin - dt.timedelta(seconds=1)
    await _judged(mine, admin, "true before", september, camera_id="bright")
    await _judged(mine, admin, "true before 2", september - HOUR, camera_id="bright")
    for number in range(2):
        await _judged(mine, admin, f"false {number}", OCTOBER.begin, camera_id="bright")
    # By its own word the box kept it every day.
    for number in range(5):
        at = OCTOBER.begin + dt.timedelta(days=number, hours=1)
        gap = (at - HOUR, at - HOUR / 2, GapCause.OFFLINE)
        gaps, unknown = ((gap,) if number == 3 else ()), number == 4
        held = report(0.5 if unknown else 31, as_of=at, gaps=gaps, is_incomplete=unknown)
        await put_retention(mine, retention("bright", **_as_told(held)))
    await judged(centre)
    async with centre.runtime.work(EVERYTHING) as work:
        due = OCTOBER.begin + dt.timedelta(days=3)
        work.session.add_all([_order(due, due), _order(due, due + HOUR), _order(due, None)])


@pytest.mark.whole
async def test_the_month_counts_by_what_was_looked_at(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await _district(centre, admin)
    body = {"kind": "district_month", "format": "xlsx", "month": "2026-10"}
    asked = await admin.post(URL, json=body)
    assert asked.status_code == 201, asked.text
    await all_due(centre.runtime, making.kinds())
    made = (await admin.get(f"{URL}/{asked.json()['id']}")).json()
    assert (made["state"], made["school"], made["month"]) == ("ready", None, "2026-10")
    sheets = read_sheets((await admin.get(f"{URL}/{made['id']}/file")).content)
    summary = {str(row[0]): row[1] for row in sheets["摘要"]}
    assert summary["属实告警 / 百监测小时"] == "0.98（上月 2.00，下降 1.02）"
    assert summary["误报率"] == "25.0 %（上月 0.0 %，上升 25.0 个百分点）"
    assert summary["按期整改率"] == "33.3 %（上月无数据）"
    assert summary["存储达标率"] == "75.0 %（上月无数据）"
    # Two cameras of 31 days each, of which four days were judged.
    assert summary["录像结论"] == "4 个摄像机日有结论，另有 58 个无法核验，不计入达标率"
    [ranking] = [rows for title, rows in sheets.items() if title.startswith("学校排序")]
    of = {row[1]: row for row in ranking[2:]}
    bright, dark = of["明亮小学"], of["失联中学"]
    assert bright[:3] == [1, "明亮小学", 1]
    low, high = bright[4:6]
    assert isinstance(low, float)
    assert isinstance(high, float)
    # Garwood's interval of 6 in 600 hours, from his table: 2.202 and 13.06.
    assert (round(low * 6, 2), round(high * 6, 1)) == (2.2, 13.1)
    assert bright[6:8] == [6, 80.6]
    assert dark[1:3] == ["失联中学", "监测不足"]
    assert dark[0] is None

    leader = await centre.person(Role.LEADER, MINE)
    assert (await leader.post(URL, json=body)).status_code == 403
    assert (await leader.get(f"{URL}/{made['id']}")).status_code == 404


async def test_a_month_that_is_not_known_is_refused(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    for month, why in (("2026-11", "not_over"), ("2026-08", "too_old")):
        body = {"kind": "district_month", "format": "xlsx", "month": month}
        refused = await admin.post(URL, json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "month_not_known")
        assert refused.json()["params"] == {"why": why}


@needs_pdf
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_hundred_schools_are_one_page(language: Any) -> None:
    schools = {
        f"s{number:03}": SchoolName(
            school_id=f"s{number:03}", name=f"泰州市海陵区实验小学教育集团第{number}小学"
        )
        for number in range(100)
    }
    figures = {
        key: Figures(
            hours=0.0 if number % 9 == 0 else 900.0,
            of_hours=1488.0,
            confirmed=number % 17,
            false_positive=3,
            due=4,
            on_time=3,
            days_kept=30,
            days_short=number % 5,
        )
        for number, key in enumerate(schools)
    }
    figures["s001"].by_rule.update({"no_mask": 9, "smoking": 4, "fall": 2, "climbing": 1})
    before = {key: Figures(hours=900.0, confirmed=2) for key in schools}
    before["s001"].by_rule.update({"no_mask": 90, "smoking": 1, "fall": 7, "rodent": 3})
    month = DistrictMonth(
        OCTOBER, T0, BureauView(name_zh="海陵区教育局", name_en=""), schools, figures, before
    )
    document = month_document(
        month, language, code="7K3M-Q2XA-9TZC", asked_by="admin", most_schools=20
    )
    pdf = read_pdf(Typesetter().pdf(document))
    assert pdf.pages == 1
    assert all(pdf.fonts.values())
    assert "第0小学" in pdf.text.replace(" ", ""), "a school that nobody watched is named"
    assert "第16小学" in pdf.text.replace(" ", ""), "and the one with the most alerts"
    assert Typesetter().pdf(document) == Typesetter().pdf(document)

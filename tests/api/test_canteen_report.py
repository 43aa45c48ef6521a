"""A canteen's month: what its kitchen cameras really looked at, by rule and place."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import httpx
import numpy as np
import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.alerts.figures import ConfirmedAlert
from api.contract import MissingReason, RiskLevel
from api.contract.places import PlaceKind
from api.db.camera import AnalysedHour, CameraRecord
from api.db.order import OrderSource, WorkOrder
from api.db.organisation import Place
from api.reports import canteen_month, making
from api.reports.canteen_facts import (
    KITCHEN_RULES,
    KitchenCamera,
    by_weekday,
    gravest_of,
    repeated_at,
)
from api.reports.district_month import Month
from tests.api.centre import Centre, all_due, key_of, put_alert, put_camera, put_evidence
from tests.api.messages import SCHOOL_ID, T0, alert_uuid, episode, evidence_ref, registration
from tests.api.reporting import REPORTS, ask_report, report_file
from tests.support.fonts import why_no_pdf
from tests.support.paper import read_pdf, read_sheets

ZONE = ZoneInfo("Asia/Shanghai")
OCTOBER = Month(dt.date(2026, 10, 1), ZONE)
HOUR = dt.timedelta(hours=1)
needs_pdf = pytest.mark.skipif(why_no_pdf() is not None, reason=why_no_pdf() or "")


def _at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 10, day, hour, tzinfo=ZONE).astimezone(dt.UTC)


def _hour(key: int, rule: str, at: dt.datetime, seconds: float, reason: str = "") -> AnalysedHour:
    return AnalysedHour(
        camera_key=key, rule_id=rule, hour_at=at, reason=reason, rule=rule, seconds=seconds
    )


async def _watch(centre: Centre, stove: int, cut: int) -> None:
    """The stove by day and out of schedule by night; the cutting room for 200 hours on end."""
    off = MissingReason.OUT_OF_SCHEDULE
    async with centre.runtime.work(EVERYTHING) as work:
        for day in range(1, 32):
            for hour in range(24):
                at = _at(day, hour)
                for rule, seconds in (("no_chef_hat", 3600.0), ("no_mask", 1800.0)):
                    is_open = 6 <= hour < 16
                    told = (seconds, "") if is_open else (3600.0, off)
                    work.session.add(_hour(stove, rule, at, *told))
        begin = _at(8, 0)
        work.session.add_all(
            _hour(cut, "no_chef_hat", begin + number * HOUR, 3600.0) for number in range(200)
        )


async def _place(centre: Centre, key: int, kind: PlaceKind, name: str) -> None:
    async with centre.runtime.work(EVERYTHING) as work:
        place = Place(school_id=SCHOOL_ID, kind=kind, name=name, created_at=T0)
        work.session.add(place)
        await work.session.flush()
        record = CameraRecord(
            camera_key=key, place_id=place.id, manager="张三", updated_at=T0, updated_by="test"
        )
        work.session.add(record)


def _picture() -> bytes:
    is_encoded, jpeg = cv2.imencode(".jpg", np.full((1080, 1920, 3), 200, np.uint8))
    assert is_encoded
    return bytes(jpeg.tobytes())


async def _alert(
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    name: str,
    at: dt.datetime,
    rule: str,
    camera_id: str,
    **more: Any,
) -> None:
    told = episode(name, raised_at=at, rule=rule, camera_id=camera_id, **more)
    await put_alert(worker, told)
    if not name.startswith("open"):
        verdict = "false-positive" if name.startswith("false") else "confirm"
        body = {"reason": "animal"} if name.startswith("false") else {}
        answer = await admin.post(f"/api/v1/alerts/{told.id}/{verdict}", json=body)
        assert answer.status_code == 200, answer.text


def _order(due_at: dt.datetime) -> WorkOrder:
    return WorkOrder(
        school_id=SCHOOL_ID,
        version=1,
        state="assigned",
        round=0,
        risk=RiskLevel.CLASS_3,
        subject="canteen",
        created_at=due_at - dt.timedelta(days=2),
        created_by="admin",
        due_at=due_at,
        rectified_at=due_at,
        rectified_by="李四",
    )


async def _describe(admin: httpx.AsyncClient, **more: Any) -> None:
    holidays = [f"2026-10-0{day}" for day in range(1, 8)]
    told = {"name_zh": "明亮小学", "name_en": "Bright Primary", "canteen": True}
    told |= {"holidays": holidays, "workdays": ["2026-10-10"], **more}
    answer = await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)
    assert answer.status_code == 200, answer.text


async def _plant(centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    await put_camera(worker, registration())
    await put_camera(worker, registration("stove", name="灶台"))
    await put_camera(worker, registration("cut", name="切配", rules=("no_chef_hat", "rodent")))
    await _describe(admin)
    stove, cut = [await key_of(admin, name) for name in ("stove", "cut")]
    await _place(centre, stove, PlaceKind.COOKING, "一号烹饪间")
    await _watch(centre, stove, cut)
    hats = [_at(8, 8), _at(9, 8), _at(9, 12)]
    for number, at in enumerate(hats):
        await _alert(worker, admin, f"hat {number}", at, "no_chef_hat", "stove")
    blurred = _picture()
    night, rat = _at(11, 2), {"risk": RiskLevel.CLASS_1, "evidence": (evidence_ref(blurred),)}
    await _alert(worker, admin, "rat", night, "rodent", "cut", **rat)
    await put_evidence(worker, blurred)
    await _alert(worker, admin, "false mask", _at(8, 9), "no_mask", "stove")
    await _alert(worker, admin, "open hat", _at(8, 9), "no_chef_hat", "cut")
    # What is not a kitchen's, and what is another month's.
    await _alert(worker, admin, "wall", _at(8, 9), "perimeter_intrusion", "stove")
    await _alert(worker, admin, "hat at the gate", _at(8, 9), "no_chef_hat", "gate-north")
    await _alert(worker, admin, "before", _at(1, 0) - HOUR / 60, "no_chef_hat", "stove")
    async with centre.runtime.work(EVERYTHING) as work:
        of_alert, of_call = _order(_at(12, 0)), _order(_at(12, 0))
        work.session.add_all([of_alert, of_call])
        await work.session.flush()
        source = {"kind": "alert", "text": ""}
        work.session.add(OrderSource(order_id=of_alert.id, alert_id=alert_uuid("hat 0"), **source))


async def _made(centre: Centre, person: httpx.AsyncClient, **told: Any) -> dict[str, Any]:
    asked = await ask_report(person, kind="canteen_month", month="2026-10", **told)
    await all_due(centre.runtime, making.kinds())
    made: dict[str, Any] = (await person.get(f"{REPORTS}/{asked['id']}")).json()
    assert (made["state"], made["error"]) == ("ready", "")
    return made


async def test_a_canteens_month_counts_what_was_looked_at_and_names_nobody(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _plant(centre, worker, admin)
    sheets = read_sheets(await report_file(admin, await _made(centre, admin)))
    summary = {str(row[0]): row[1] for row in sheets["摘要"]}
    assert sheets["摘要"][2][1] == (
        "18 个供餐日，2 台后厨摄像机有效监测 510 小时；属实 4 起，误报 1 起，待研判 1 起"
    )
    assert summary["属实告警 / 百监测小时"] == "0.78（上月无数据）"
    assert summary["误报率"] == "20.0 %（上月 0.0 %，上升 20.0 个百分点）"
    assert summary["按期整改率"] == "100.0 %（上月无数据）"
    # 356 of 612 hours: of the closed days none counts, and of the night none of the stove.
    assert str(summary["监测时长占比"]).startswith("58.1 %")
    assert summary["供餐日"] == "18 天；不涉及 13（节假日 7，周末 6）"
    assert summary["后厨摄像机"] == "2 台（1 台未登记点位，按所用规则归入）"
    assert summary["由此派发的工单"] == "本月到期 1 件，按期提交 1 件（100.0 %）"
    assert "整改意见" in summary
    rules = {str(row[0]): row[1:] for row in sheets["按告警类型"][2:]}
    assert rules["未戴厨师帽"][:5] == [3, 0, 1, 510, round(300 / 510, 4)]
    assert rules["未戴口罩"][:4] == [0, 1, 0, 155]
    assert rules["鼠患"][:5] == [1, 0, 0, 0, "监测不足"]
    assert "没有摄像机监测" in str(sheets["按告警类型"][0][0])
    assert "吸烟" in str(sheets["按告警类型"][0][0])
    when = {str(row[0]): row[1:] for row in sheets["属实告警的时段分布"][1:]}
    assert when["星期日"] == [1, 0, 0, 0, 0, 1]
    assert when["星期五"] == [0, 1, 1, 0, 0, 2]
    assert sheets["同一点位反复出现"][1:] == [["一号烹饪间", "未戴厨师帽", 3, 2]]
    worst = [str(row[0]) for row in next(v for k, v in sheets.items() if k.startswith("最严重"))]
    assert worst[1].startswith("切配 · 鼠患（一类风险）\n2026-10-11 02:00:00")
    everything = str(sheets)
    assert not [name for name in ("admin", "张三", "李四", "test") if name in everything]


@needs_pdf
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.whole)])
async def test_on_paper_it_is_one_page_with_a_blurred_picture(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient, language: str
) -> None:
    await _plant(centre, worker, admin)
    made = await _made(centre, admin, format="pdf", language=language)
    assert made["has_pictures"]
    content = await report_file(admin, made)
    assert b"pdfaid:part" in content or b"<pdfaid:part>2" in content
    pdf = read_pdf(content)
    assert (pdf.pages, pdf.images) == (1, 1)
    assert all(pdf.fonts.values())
    text = pdf.text.replace(" ", "")
    wanted = {
        "zh": ("明亮小学", "510小时", "整改意见", "食堂负责人", "未戴厨师帽"),
        "en": ("BrightPrimary", "510hours", "Comment", "Headofthecanteen", "Nochef'shat"),
    }
    assert [each for each in wanted[language] if each not in text.replace("’", "'")] == []
    leader = await centre.person(Role.LEADER)
    without = await _made(centre, leader, format="pdf", language=language)
    assert not without["has_pictures"]
    assert read_pdf(await report_file(leader, without)).images == 0


async def test_a_kitchen_that_was_hardly_watched_is_not_judged(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration("stove", name="灶台", rules=("no_chef_hat",)))
    await _describe(admin)
    stove = await key_of(admin, "stove")
    async with centre.runtime.work(EVERYTHING) as work:
        # On Sundays all day long, which nobody asks for; on Mondays an hour.
        sundays = [_hour(stove, "no_chef_hat", _at(11, 0) + n * HOUR, 3600.0) for n in range(24)]
        work.session.add_all([*sundays, _hour(stove, "no_chef_hat", _at(12, 8), 3600.0)])
    sheets = read_sheets(await report_file(admin, await _made(centre, admin)))
    assert str(sheets["摘要"][2][1]).startswith("监测不足（应监测时长的 0.2 %），不作评价")
    summary = {str(row[0]): row[1] for row in sheets["摘要"]}
    assert summary["属实告警 / 百监测小时"] == "—（监测不足）"
    assert sheets["按告警类型"][2][5] == "监测不足"


@pytest.mark.whole
async def test_a_closed_kitchen_is_not_applicable_and_one_without_cameras_unknown(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await put_camera(worker, registration())
    terms = [{"name": "秋", "first_day": "2026-11-01", "last_day": "2027-01-20"}]
    await _describe(admin, terms=terms, holidays=[], workdays=[])
    sheets = read_sheets(await report_file(admin, await _made(centre, admin)))
    assert sheets["摘要"][2][1] == "没有后厨摄像机，本月情况未知"
    await put_camera(worker, registration("stove", rules=("no_uniform",)))
    sheets = read_sheets(await report_file(admin, await _made(centre, admin)))
    assert str(sheets["摘要"][2][1]).startswith("本月食堂未供餐，不涉及")
    summary = {str(row[0]): row[1] for row in sheets["摘要"]}
    assert summary["供餐日"] == "0 天；不涉及 31（不在学期内 31）"


@pytest.mark.whole
async def test_the_districts_canteens_are_ranked_and_those_without_stay_out(
    centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient
) -> None:
    await _plant(centre, worker, admin)
    await centre.enrolled(admin, "dark", name_zh="失联中学")
    await centre.enrolled(admin, "none", name_zh="无食堂小学")
    told = {"name_zh": "失联中学", "canteen": True}
    assert (await admin.put("/api/v1/schools/dark", json=told)).status_code == 200
    made = await _made(centre, admin, school_id=None)
    assert (made["school"], made["has_pictures"]) == (None, False)
    sheets = read_sheets(await report_file(admin, made))
    [ranking] = [rows for title, rows in sheets.items() if title.startswith("食堂排序")]
    of = {row[1]: row for row in ranking[2:]}
    assert of["明亮小学"][:6] == [1, "明亮小学", 2, 18, 58.1, 0.7843]
    assert of["明亮小学"][7:] == [4, 1, 1, 100]
    assert of["失联中学"][5] == "无摄像机"
    assert "无食堂小学" not in of
    assert "2 所学校有食堂" in str(sheets["摘要"][2][1])

    manager = await centre.person(Role.SCHOOL_MANAGER, "none")
    body = {"kind": "canteen_month", "format": "xlsx", "month": "2026-10"}
    assert (await manager.post(REPORTS, json=body)).status_code == 403
    other = await manager.post(REPORTS, json={**body, "school_id": SCHOOL_ID})
    assert other.status_code == 404
    refused = await manager.post(REPORTS, json={**body, "school_id": "none"})
    assert (refused.status_code, refused.json()["code"]) == (422, "no_canteen")


@pytest.mark.whole
async def test_more_alerts_than_a_report_holds_are_refused_in_words(
    centre: Centre,
    worker: httpx.AsyncClient,
    admin: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await _plant(centre, worker, admin)
    monkeypatch.setattr(canteen_month, "MOST_ALERTS", 3)
    asked = await ask_report(admin, kind="canteen_month", month="2026-10")
    await all_due(centre.runtime, making.kinds())
    made = (await admin.get(f"{REPORTS}/{asked['id']}")).json()
    assert (made["state"], made["error"]) == ("failed", "report_too_large")


def _confirmed(at: dt.datetime, rule: str, risk: str, lasted_s: float, key: int) -> ConfirmedAlert:
    return ConfirmedAlert(uuid.uuid4(), key, rule, risk, at, lasted_s)


def test_the_gravest_are_of_different_kinds_and_places_and_hours_are_the_schools() -> None:
    kitchens = {key: KitchenCamera(key, "s", name, True) for key, name in ((1, "a"), (2, "b"))}
    found = [
        _confirmed(_at(8, 23), "no_mask", "class_3", 900.0, 1),
        _confirmed(_at(9, 23), "no_mask", "class_3", 9.0, 1),
        _confirmed(_at(9, 1), "rodent", "class_1", 1.0, 2),
        _confirmed(_at(9, 1), "smoking", "class_2", 1.0, 2),
        _confirmed(_at(9, 1), "phone_use", "class_3", 5.0, 2),
    ]
    assert [each.rule for each in gravest_of(found, kitchens)] == ["rodent", "smoking", "no_mask"]
    assert gravest_of(found, kitchens)[2].lasted_s == 900.0
    assert [(each.place, each.count, each.days) for each in repeated_at(found, kitchens, ZONE)] == [
        ("a", 2, 2)
    ]
    assert by_weekday(found, ZONE) == {(3, 4): 1, (4, 4): 1, (4, 0): 3}
    assert {"smoking", "rodent", "fire_smoke", "no_chef_hat"} <= set(KITCHEN_RULES)
    assert "fall" not in KITCHEN_RULES

"""What people do in a demo, so that every page of the console has something to show.

Done once on a running demo whose cameras have raised alerts; what is there already is left.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import cv2
import httpx
import numpy as np
from demo_exam import sit
from demo_plan import hang
from demo_site import FIRST, SECOND

NEWCOMER = "newcomer"
_SIGNED = "冬季防火"
_NOTE = "已设置隔离带，并安排专人值守。"


@dataclass(frozen=True, slots=True)
class People:
    """Clients of those who act in the demo, signed in."""

    admin: httpx.Client
    reviewer: httpx.Client
    school: httpx.Client
    """Of the second school."""


def fill(people: People) -> None:
    """Confirm alerts, give them away as orders, put some right; write registers and channels."""
    school_user = _get(people.school, "/auth/me")["username"]
    for subject in ("safety", "canteen", "equipment"):
        duty = f"/api/v1/schools/{SECOND.id}/duties/{subject}"
        people.admin.put(duty, json={"username": school_user}).raise_for_status()
    if not _get(people.admin, "/notices/channels")["items"]:
        _channels(people.admin)
    if not _get(people.admin, "/orders")["items"]:
        _orders(people)
    if not _get(people.admin, "/inspection-plans")["items"]:
        _inspections(people)
    if not _get(people.admin, "/privacy/requests")["items"]:
        _registers(people.admin)
    hang(people.admin)
    sit(people.admin)
    _allow_key(people.admin)
    if not _get(people.admin, "/communities")["items"]:
        told = {"community_id": "east", "name_zh": "城东学区", "name_en": "East"}
        _post(people.admin, "/communities", told)
        _post(people.admin, "/boxes", {"school_id": FIRST.id, "name": "spare"})


def new_password(admin: httpx.Client) -> str:
    """Of somebody who has to choose another one first."""
    told = {"username": NEWCOMER, "role": "leader"}
    made = admin.post("/api/v1/users", json=told)
    if made.status_code == httpx.codes.CONFLICT:
        made = admin.post(f"/api/v1/users/{NEWCOMER}/reset-password")
    return str(made.raise_for_status().json()["password"])


def _orders(people: People) -> None:
    pending = _get(people.reviewer, "/alerts?limit=100&status=pending_review")["items"]
    of_school = [each for each in pending if each["school"]["school_id"] == SECOND.id]
    others = [each for each in pending if each["school"]["school_id"] != SECOND.id]
    # The oldest of them, so that the queue still begins with what came last.
    for alert in (*of_school[-4:], *others[-2:]):
        _post(people.reviewer, f"/alerts/{alert['id']}/confirm")
        _post(people.reviewer, "/orders", {"alert_ids": [alert["id"]]})
    for alert in others[-4:-2]:
        _post(people.reviewer, f"/alerts/{alert['id']}/confirm")
    for alert in others[-5:-4]:
        told = {"reason": "weather_light"}
        _post(people.reviewer, f"/alerts/{alert['id']}/false-positive", told)
    found = {"school_id": SECOND.id, "subject": "safety"}
    for kind, text, risk in (
        ("finding", "教学楼二层灭火器压力不足", "class_2"),
        ("phone", "家长反映放学时北门外车辆拥堵", "class_3"),
        ("finding", "北门应急照明不亮", "class_2"),
        ("finding", "一层安全出口堆放杂物", "class_1"),
    ):
        _post(people.reviewer, "/orders", {**found, "kind": kind, "text": text, "risk": risk})
    told_of = _get(people.school, "/orders")["items"]
    findings = [each for each in told_of if each["alert"] is None]
    merged = [{"order_id": each["id"], "version": each["version"]} for each in findings[1:2]]
    _step(people.reviewer, findings[0], "merge", orders=merged)
    alerts = [each for each in told_of if each["alert"] is not None]
    _comment(people.reviewer, told_of[0])
    for order in alerts[1:2]:
        _step(people.school, order, "feedback", note="已通知值班保安到场查看。")
    for order in alerts[2:]:
        _put_right(people.school, order, 1)
    _put_right(people.school, findings[2], 2)
    _step(people.reviewer, findings[2], "close")


def _inspections(people: People) -> None:
    """A rhythm, and two dates that matter: of one the second school has signed its form."""
    today = datetime.now(UTC).date()
    for kind in ("daily", "weekly", "monthly"):
        told = {"kind": kind, "subject": "safety", "first_day": str(today - timedelta(days=7))}
        _post(people.admin, "/inspection-plans", told)
    days = {"first_day": str(today - timedelta(days=2)), "last_day": str(today + timedelta(days=9))}
    for name in (_SIGNED, "元旦"):
        told = {"kind": "key_moment", "subject": "safety", "name": name, **days}
        _post(people.admin, "/inspection-plans", told)
    form = _form_of(people.school, _SIGNED)
    address = f"/api/v1/inspections/{form['id']}"
    items = people.school.get(address).raise_for_status().json()["items"]
    answers = [{"item_id": item["id"], "result": "met"} for item in items]
    due = {"rectify_by": str(today + timedelta(days=7))}
    answers[1] |= {"result": "mostly_met", "note": "东侧一台画面偏暗，已报修"}
    answers[2] |= {
        "result": "not_met",
        "note": "三楼西侧灭火器压力不足",
        "hazard": {"grade": "general", **due},
    }
    item = items[2]["id"]
    shown = people.school.post(
        f"/api/v1/inspection-photographs/{form['id']}/{item}", content=_after(b"", 3)
    )
    shown.raise_for_status()
    put = people.school.put(
        f"{address}/answers", json={"answers": answers}, headers={"If-Match": '"1"'}
    )
    version = put.raise_for_status().json()["version"]
    signed = people.school.post(
        f"{address}/sign", json={"signer": "陈安"}, headers={"If-Match": f'"{version}"'}
    )
    signed.raise_for_status()


def _form_of(client: httpx.Client, name: str) -> Any:
    """A form of a date that matters, once the command centre has made it."""
    for _ in range(100):
        for form in _get(client, "/inspections?kind=key_moment&signed=false")["items"]:
            if form["name"] == name:
                return form
        time.sleep(0.2)
    raise RuntimeError(f"no form was made of {name}")


def _comment(client: httpx.Client, order: dict[str, Any]) -> None:
    told = {"text": "请今天放学前处理。"}
    client.post(f"/api/v1/orders/{order['id']}/comments", json=told)


def _put_right(school: httpx.Client, order: dict[str, Any], seed: int) -> None:
    snapshot = order["alert"] and order["alert"]["snapshot_url"]
    before = school.get(snapshot).content if snapshot else b""
    send = school.post(f"/api/v1/order-photographs/{order['id']}", content=_after(before, seed))
    send.raise_for_status()
    _step(school, order, "submit", note=_NOTE)


def _after(before: bytes, seed: int) -> bytes:
    """A photograph of the place, put right: with a barrier across it."""
    read = cv2.imdecode(np.frombuffer(before, np.uint8), cv2.IMREAD_COLOR) if before else None
    picture = np.full((480, 640, 3), 150 + 10 * seed, np.uint8) if read is None else read
    picture = cv2.GaussianBlur(picture, (0, 0), 3)
    height, width = picture.shape[:2]
    top, left, right = height * 5 // 8, width // 12, width * 11 // 12
    cv2.rectangle(picture, (left, top), (right, top + height // 16), (40, 150, 240), -1)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def _registers(admin: httpx.Client) -> None:
    asked = {"school_id": SECOND.id, "identity_check": "document", "place": "北门"}
    for kind, applicant in (("access", "王女士"), ("copy", "李先生"), ("access", "赵女士")):
        _post(admin, "/privacy/requests", {**asked, "kind": kind, "applicant": applicant})
    first = _get(admin, "/privacy/requests")["items"][-1]
    told = {"outcome": "已在值班室当面查阅，未提供复制件。"}
    _post(admin, f"/privacy/requests/{first['id']}/answer", told)
    today = datetime.now(UTC).date()
    assessed = {
        "subject": "校园公共区域视频监控",
        "purpose": "校园安全；依据国务院令第799号",
        "necessity": "人工巡查不能覆盖全时段",
        "risk": "涉及不满十四周岁未成年人",
        "measures": "默认脱敏，查看原图须登记理由并留痕",
        "author": "李主任",
        "assessed_on": str(today - timedelta(days=30)),
        "review_on": str(today + timedelta(days=335)),
    }
    _post(admin, "/privacy/assessments", {**assessed, "school_id": SECOND.id})


def _allow_key(admin: httpx.Client) -> None:
    """Of the first box that reports; the other's waits to be compared."""
    heard = next(each for each in _get(admin, "/boxes")["items"] if each["workers"])
    address = f"/boxes/{heard['id']}/credentials"
    key = _get(admin, address)["key"]
    if key["state"] == "new":
        _post(admin, f"{address}/key", {"key": key["key"]})


def _channels(admin: httpx.Client) -> None:
    """To nobody: an address inside, which is refused, and a name that nobody has."""
    hook = {"name": "值班群", "kind": "wecom", "settings": {"url": "https://127.0.0.1/notice"}}
    mail = {
        "name": "值班邮箱",
        "kind": "mail",
        "settings": {
            "host": "mail.invalid",
            "port": 465,
            "sender": "mingan@example.org",
            "recipients": ["duty@example.org"],
        },
    }
    made = [_post(admin, "/notices/channels", told)["id"] for told in (hook, mail)]
    told = {"name": "派发与逾期", "events": ["order_assigned", "order_overdue"]}
    _post(admin, "/notices/rules", {**told, "channel_ids": made})
    night = {"name": "夜间一类", "events": ["alert_confirmed"], "risks": ["class_1"]}
    hours = {"hours_from": "22:00", "hours_to": "06:00"}
    _post(admin, "/notices/rules", {**night, **hours, "channel_ids": made[:1]})


def _step(client: httpx.Client, order: dict[str, Any], step: str, **body: object) -> None:
    address = f"/api/v1/orders/{order['id']}"
    seen = {"If-Match": client.get(address).headers["ETag"]}
    client.post(f"{address}/{step}", json=body, headers=seen).raise_for_status()


def _get(client: httpx.Client, path: str) -> Any:
    return client.get(f"/api/v1{path}").raise_for_status().json()


def _post(client: httpx.Client, path: str, body: object = None) -> Any:
    answer = client.post(f"/api/v1{path}", json=body)
    if answer.is_error:
        raise RuntimeError(f"{path} was answered {answer.status_code}: {answer.text:.300}")
    return answer.json()

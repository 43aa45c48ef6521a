"""The district whose lists ``scripts/bench api`` reads: how much of what there is, and its rows.

What there was already before there were schools is written with the schema of then, so that an
older build can be asked for the same; :func:`fill` adds the rest to the migrated database.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from bench_rows import filling, put
from sqlalchemy.engine import Connection

from api.access.roles import Role
from api.db.camera import Camera, CameraRecord
from api.db.inspection import Inspection, InspectionItem, InspectionPlan
from api.db.job import Job
from api.db.migrate import sync_engine
from api.db.models import User, UserPlace
from api.db.notice import Notice, NoticeChannel, NoticeItem, NoticeRule
from api.db.order import Duty, OrderHistory, OrderPhotograph, OrderSource, WorkOrder
from api.db.organisation import Box, Community, Place, School
from api.db.privacy import ImpactAssessment, SubjectRequest
from api.db.report import Report
from api.orders.machine import WITH_SCHOOL, OrderState
from api.orders.subjects import Subject
from tests.support import v1_database

ADMIN = "wang.li"
"""The administrator of the generated database."""
MANAGER = "manager.7"
"""Of one school."""
COOK = "cook.7"
"""Of its kitchen's places alone."""
_NOW = datetime.now(UTC).replace(microsecond=0)
_RULES = ("perimeter_intrusion", "climbing", "no_chef_hat", "no_mask", "rodent", "video_loss")
_ZONES = ("north_wall", "south_gate", "kitchen", "stairs")
_RISKS = ("class_3", "class_2", "class_3", "class_2", "class_3", "class_2", "class_3", "class_1")
_STATUSES = ("confirmed", "pending_review", "false_positive", "confirmed", "false_positive")
_PLACES = (
    ("gate_outside", "校门外"),
    ("perimeter", "北围墙"),
    ("stairs_corridor", "教学楼走廊"),
    ("cooking", "一食堂烹饪间"),
    ("cutting", "一食堂切配间"),
)
_INSPECTED = ("safety", "canteen")
_JPEG = bytes(range(256)) * 64
"""So long is a small photograph; lists do not read it."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is.

    Attributes:
        alerts: In the last weeks, one every twenty seconds; a fifth waits to be judged.
        orders: About confirmed alerts; every tenth about three of them, if there are so many.
        schools: Each with a box, five places, four people and three duties.
        cameras: Of all schools.
    """

    alerts: int
    orders: int
    schools: int
    cameras: int

    def school(self, number: int) -> str:
        """The id of the school of the n-th row of anything."""
        return f"school-{number % self.schools}"


def make_before(url: str, size: Size) -> None:
    """Fill an empty database as a build of before there were schools has it."""
    cameras = [
        (f"camera-{n}", size.school(n), f"第{n % size.schools}学校") for n in range(size.cameras)
    ]
    hour = _NOW.replace(minute=0, second=0)
    v1_database.make(url, size.alerts, cameras, differing=_alert, logged=size.alerts, at=hour)
    engine = sync_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE users SET role = 'admin'"))
        _number_on(connection)
    engine.dispose()


def _number_on(connection: Connection) -> None:
    """Let PostgreSQL number rows behind those whose numbers were given; SQLite does by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in sa.inspect(connection).get_table_names():
        named = sa.text("SELECT pg_get_serial_sequence(:table, 'id')")
        columns = [each["name"] for each in sa.inspect(connection).get_columns(table)]
        sequence = connection.scalar(named, {"table": table}) if "id" in columns else None
        if sequence is not None:
            last = connection.scalar(sa.text(f"SELECT max(id) FROM {table}"))
            connection.execute(sa.select(sa.func.setval(sequence, last or 1)))


def _alert(number: int) -> dict[str, Any]:
    status = _STATUSES[number // 11 % len(_STATUSES)]
    is_judged = status != "pending_review"
    raised_at = _NOW - timedelta(seconds=20 * number + 60)
    return {
        "rule": _RULES[number // 7 % len(_RULES)],
        "zone": _ZONES[number // 3 % len(_ZONES)],
        "risk": _RISKS[number // 5 % len(_RISKS)],
        "started_at": raised_at - timedelta(seconds=2),
        "raised_at": raised_at,
        "ended_at": raised_at + timedelta(seconds=28),
        "received_at": raised_at + timedelta(seconds=1),
        "updated_at": raised_at + timedelta(seconds=29),
        "status": status,
        "reason": "animal" if status == "false_positive" else None,
        "note": "看过" if is_judged else "",
        "reviewed_by": ADMIN if is_judged else None,
        "reviewed_at": raised_at + timedelta(minutes=5) if is_judged else None,
    }


def fill(url: str, size: Size) -> None:
    """Add what today's build has beyond that to its migrated database, and gather statistics."""
    with filling(url) as connection:
        _schools(connection, size)
        _people(connection, size)
        _orders(connection, size)
        _notices(connection, size)
        _privacy(connection, size)
        _reports(connection, size)
        _inspections(connection, size)
        _number_on(connection)


def _schools(connection: Connection, size: Size) -> None:
    schools = range(size.schools)
    communities = [
        {"community_id": f"community-{n}", "name_zh": f"第{n}共同体", "created_at": _NOW}
        for n in range(5)
    ]
    put(connection, Community, iter(communities))
    for n in schools:
        described = {"community_id": f"community-{n % 5}", "name_en": f"School No. {n}"}
        connection.execute(
            sa.update(School).where(School.school_id == size.school(n)).values(**described)
        )
    places = (
        {"id": 5 * n + m + 1, "school_id": size.school(n), "kind": kind, "name": name}
        | {"created_at": _NOW}
        for n in schools
        for m, (kind, name) in enumerate(_PLACES)
    )
    put(connection, Place, places)
    boxes = (
        {"school_id": size.school(n), "name": f"box-{n}", "token_sha256": f"{n:064x}"}
        | {"created_at": _NOW}
        for n in schools
    )
    put(connection, Box, boxes)
    cameras = sa.select(Camera.id, Camera.school_id)
    records = (
        {
            "camera_key": key,
            "place_id": 5 * int(school_id.removeprefix("school-")) + number // size.schools % 5 + 1,
            "vendor": "海康威视",
            "address": "和平路 1 号",
            "updated_at": _NOW,
            "updated_by": ADMIN,
        }
        for number, (key, school_id) in enumerate(list(connection.execute(cameras)))
        if school_id.startswith("school-")
    )
    put(connection, CameraRecord, records)


def _people(connection: Connection, size: Size) -> None:
    roles = (
        ("manager", Role.SCHOOL_MANAGER),
        ("cook", Role.SCHOOL_CANTEEN),
        ("guard", Role.SCHOOL_SECURITY),
        ("leader", Role.LEADER),
    )
    people = (
        {"username": f"{name}.{n}", "role": role, "school_id": size.school(n), "created_at": _NOW}
        for n in range(size.schools)
        for name, role in roles
    )
    put(connection, User, people)
    # A cook sees the kitchen, which are the last two places of each school.
    places = (
        {"username": f"cook.{n}", "place_id": 5 * n + m}
        for n in range(size.schools)
        for m in (4, 5)
    )
    put(connection, UserPlace, places)
    duties = (
        {"school_id": size.school(n), "subject": subject, "username": f"{holder}.{n}"}
        for n in range(size.schools)
        for subject, holder in zip(Subject, ("guard", "cook", "manager"), strict=True)
    )
    put(connection, Duty, duties)


def _orders(connection: Connection, size: Size) -> None:
    columns: Sequence[sa.ColumnClause[Any]] = (
        sa.column("id", sa.Uuid()),
        sa.column("school_id"),
        sa.column("risk"),
        sa.column("status", sa.Text),
        sa.column("queued_at"),
    )
    alerts = sa.table("alerts", *columns)
    confirmed = sa.select(alerts.c.id, alerts.c.school_id, alerts.c.risk).where(
        alerts.c.status == "confirmed"
    )
    found = list(connection.execute(confirmed.order_by(alerts.c.queued_at)))
    spare: dict[str, list[uuid.UUID]] = {}
    for alert_id, school_id, _ in found[size.orders :]:
        spare.setdefault(school_id, []).append(alert_id)
    given = list(enumerate(found[: size.orders], 1))
    orders = [_order(number, school_id, risk) for number, (_, school_id, risk) in given]
    put(connection, WorkOrder, iter(orders))
    sources = []
    for number, (alert_id, school_id, _) in given:
        more = spare.get(school_id, [])
        about = [alert_id, *(more.pop() for _ in range(2 if number % 10 == 0 else 0) if more)]
        sources += [
            {"order_id": number, "kind": "alert", "alert_id": each, "text": ""} for each in about
        ]
    put(connection, OrderSource, iter(sources))
    put(connection, OrderHistory, (row for order in orders for row in _history(order)))
    shown = (_photograph(each) for each in orders if each["rectified_at"])
    put(connection, OrderPhotograph, shown)
    waiting = (
        _job("order_overdue", f"{each['id']} 0", created_at=each["created_at"])
        | {"due_at": each["due_at"]}
        for each in orders
        if each["state"] in WITH_SCHOOL and each["due_at"] > _NOW
    )
    put(connection, Job, waiting)


def _order(number: int, school_id: str, risk: str) -> dict[str, Any]:
    # Most are closed, as after some months; a fiftieth was merged into the one before.
    states = list(OrderState)
    state = states[number % 5] if number % 3 == 0 else OrderState.CLOSED
    n = school_id.removeprefix("school-")
    created_at = _NOW - timedelta(minutes=7 * number)
    is_put_right = state in (OrderState.PENDING_VERIFICATION, OrderState.CLOSED)
    is_closed = state == OrderState.CLOSED
    return {
        "id": number,
        "school_id": school_id,
        "version": 1 + states.index(state),
        "state": state,
        "round": 0,
        "risk": risk,
        "subject": list(Subject)[number % 3],
        "assignee": f"cook.{n}" if number % 4 == 0 else None,
        "created_at": created_at,
        "created_by": ADMIN,
        # Every second one that is open was due some hours ago.
        "due_at": _NOW + timedelta(minutes=number % 10_000 + 60) * (1 if number % 2 else -1),
        "due_rule": None,
        "rectified_by": f"cook.{n}" if is_put_right else None,
        "rectified_at": created_at + timedelta(hours=5) if is_put_right else None,
        "closed_by": ADMIN if is_closed else None,
        "closed_at": created_at + timedelta(hours=9) if is_closed else None,
        "escalated_at": None,
        "merged_into": None,
    }


def _history(order: dict[str, Any]) -> Iterator[dict[str, Any]]:
    actions = ("assigned", "feedback", "begin", "submit", "close")
    states = list(OrderState)
    for step in range(states.index(order["state"]) + 1):
        yield {
            "order_id": order["id"],
            "at": order["created_at"] + timedelta(hours=step),
            "action": actions[step],
            "by": ADMIN,
            "state": states[step],
            "note": "",
        }


def _photograph(order: dict[str, Any]) -> dict[str, Any]:
    return {
        "order_id": order["id"],
        "sent_sha256": f"{order['id']:064x}",
        "round": 0,
        "at": order["rectified_at"],
        "by": order["rectified_by"],
        "width": 640,
        "height": 480,
        "jpeg": _JPEG,
    }


def _job(kind: str, key: str, *, created_at: datetime) -> dict[str, Any]:
    return {
        "kind": kind,
        "key": key,
        "payload": {},
        "created_at": created_at,
        "due_at": None,
        "attempts": 0,
        "done_at": None,
        "failed_at": None,
        "error": "",
    }


def _notices(connection: Connection, size: Size) -> None:
    """A channel of each school, fifty rules, and a message for each order, each fiftieth dead."""
    channels = (
        {"name": f"第{n}学校群", "kind": "wecom", "school_id": size.school(n), "language": "zh"}
        | {"is_enabled": False, "per_minute": 20, "sealed": "", "created_at": _NOW}
        for n in range(size.schools)
    )
    put(connection, NoticeChannel, channels)
    rules = (
        {"name": f"规则 {n}", "is_enabled": False, "events": ["alert_confirmed"], "risks": []}
        | {"school_ids": [size.school(n)], "channel_ids": [n + 1], "to_school": False}
        | {"digest_min": 0, "roles": [], "created_at": _NOW}
        for n in range(50)
    )
    put(connection, NoticeRule, rules)
    messages = [
        (f"{n:032x}", n, _NOW - timedelta(minutes=3 * n + 3000), n % 50 == 0)
        for n in range(size.orders)
    ]
    notices = (
        {"id": name, "channel_id": n % size.schools + 1, "created_at": at, "answer": "ok"}
        | {"sent_at": None if is_dead else at, "attempts": 1, "last_at": at}
        | {"outcome": "refused" if is_dead else "delivered"}
        for name, n, at, is_dead in messages
    )
    put(connection, Notice, notices)
    items = (
        {"notice_id": name, "school_id": size.school(n), "event": "order_assigned"}
        | {"risk": "class_2", "at": at, "about": str(n + 1), "text": f"整改工单 {n + 1} 已派发"}
        for name, n, at, _ in messages
        for _ in range(2)
    )
    put(connection, NoticeItem, items)
    # What was done is forgotten after a week, what was given up stays.
    jobs = (
        _job("notice_send", name, created_at=at)
        | ({"failed_at": at, "error": "refused"} if is_dead else {"done_at": at})
        for name, _, at, is_dead in messages
        if is_dead or at > _NOW - timedelta(days=7)
    )
    put(connection, Job, jobs)


def _reports(connection: Connection, size: Size) -> None:
    """Twelve reports of each school."""
    reports = (
        {
            "school_id": size.school(n),
            "kind": "school_audit",
            "period": None,
            "format": ("pdf", "xlsx")[n % 2],
            "language": "zh",
            "code": f"{n:016X}",
            "has_pictures": True,
            "asked_by": ADMIN,
            "asked_at": _NOW - timedelta(hours=n),
            "progress": 1.0,
            "as_of": _NOW - timedelta(hours=n),
            "made_at": _NOW - timedelta(hours=n),
            "sha256": f"{n:064x}",
            "size_bytes": 400_000,
        }
        for n in range(12 * size.schools)
    )
    put(connection, Report, reports)


def _inspections(connection: Connection, size: Size) -> None:
    """Two forms of each school on each of sixty days, of ten items; every 199th found a hazard."""
    first = _NOW.date() - timedelta(days=59)
    plans = (
        {"kind": "daily", "subject": subject, "name": "", "first_day": first, "last_day": None}
        | {"school_ids": [], "created_at": _NOW, "created_by": ADMIN, "ended_at": None}
        for subject in _INSPECTED
    )
    put(connection, InspectionPlan, plans)
    forms = [_form(number, size) for number in range(120 * size.schools)]
    put(connection, Inspection, iter(forms))
    items = [_item(form, number) for form in forms for number in range(10)]
    put(connection, InspectionItem, iter(items))
    found = [each for each in items if each["hazard"] is not None]
    orders = {
        each["id"]: _order(size.orders + number, size.school(each["inspection_id"] - 1), "class_2")
        for number, each in enumerate(found, 1)
    }
    put(connection, WorkOrder, iter(orders.values()))
    sources = (
        {"order_id": order["id"], "kind": "inspection", "item_id": item_id, "text": "灭火器过期"}
        for item_id, order in orders.items()
    )
    put(connection, OrderSource, sources)


def _form(number: int, size: Size) -> dict[str, Any]:
    # Of a day the forms of all schools stand together; today's are open.
    ago, which = divmod(number // size.schools, 2)
    day = _NOW.date() - timedelta(days=ago)
    due_at = datetime.combine(day + timedelta(days=1), time(), UTC)
    holder = ("guard", "cook")[which]
    return {
        "id": number + 1,
        "school_id": size.school(number),
        "visitor_school_id": None,
        "school_name": f"第{number % size.schools}学校",
        "visitor_name": "",
        "kind": "daily",
        "subject": _INSPECTED[which],
        "name": "",
        "first_day": day,
        "last_day": day,
        "due_at": due_at,
        "profiles": ["cn-school 2025-04-01"],
        "inspector": f"{holder}.{number % size.schools}",
        "version": 1 if ago == 0 else 2,
        "created_at": due_at - timedelta(days=1),
        "changed_at": due_at - timedelta(hours=9),
        "changed_by": ADMIN,
        "signed_at": None if ago == 0 else due_at - timedelta(hours=9),
        "signed_by": None if ago == 0 else ADMIN,
        "signer": "" if ago == 0 else "李安",
    }


def _item(form: dict[str, Any], number: int) -> dict[str, Any]:
    item_id = 10 * (form["id"] - 1) + number + 1
    is_answered = form["signed_at"] is not None
    is_hazard = is_answered and item_id % 199 == 0
    return {
        "id": item_id,
        "inspection_id": form["id"],
        "check_id": f"check_{number}",
        "rank": "second",
        "demand_zh": "消防通道、安全出口畅通，消防器材完好有效",
        "demand_en": "Fire lanes and exits are clear, extinguishers are in order",
        "about": "nothing",
        "places": [],
        "source_zh": "通行做法",
        "source_en": "Practice",
        "clause": "",
        "reading": "unverified",
        "result": ("not_met" if is_hazard else "met") if is_answered else None,
        "note": "灭火器过期" if is_hazard else "",
        "facts": "[]" if is_answered else None,
        "answered_at": form["signed_at"],
        "answered_by": form["signed_by"],
        "hazard": "major" if is_hazard else None,
        "rectify_by": None,
    }


def _privacy(connection: Connection, size: Size) -> None:
    """Two registers: twenty requests and five assessments of each school."""
    decided = {"decided_at": _NOW, "decided_by": ADMIN, "outcome": "已答复"}
    requests = (
        {
            "school_id": size.school(n),
            "kind": ("access", "copy", "correction", "deletion")[n % 4],
            "applicant": "家长",
            "identity_check": "guardian",
            "place": "校门",
            "note": "",
            "alert_ids": [],
            "camera_keys": [],
            "received_at": _NOW - timedelta(hours=n),
            "due_at": _NOW - timedelta(hours=n) + timedelta(days=15),
            "state": "received" if n % 3 == 0 else "answered",
            "outcome": "",
            "decided_at": None,
            "decided_by": None,
            "registered_at": _NOW,
            "registered_by": ADMIN,
        }
        | ({} if n % 3 == 0 else decided)
        for n in range(20 * size.schools)
    )
    put(connection, SubjectRequest, requests)
    assessments = (
        {
            "school_id": size.school(n),
            "subject": "食堂后厨监控",
            "purpose": "食品安全",
            "necessity": "必要",
            "risk": "低",
            "measures": "默认脱敏",
            "author": "安全办",
            "document": "",
            "assessed_on": _NOW.date(),
            "review_on": _NOW.date() + timedelta(days=365),
            "recorded_at": _NOW,
            "recorded_by": ADMIN,
        }
        for n in range(5 * size.schools)
    )
    put(connection, ImpactAssessment, assessments)

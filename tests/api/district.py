"""Two schools side by side, each with something of everything, and what does not exist."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import NAMESPACE_URL, uuid4, uuid5

import cv2
import httpx
import numpy as np
from sqlalchemy import update

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.bus.work import UnitOfWork
from api.contract import EvidenceKind, PictureFacts, RuleReadiness, RuleState
from api.contract.places import PlaceKind
from api.db.camera import Camera, CameraRecord
from api.db.exam import Exam, ExamRoom, ExamRoomCamera, ExamSession, ExamSitting
from api.db.exam_keeping import ExamHold, ExamPackage, ExamRelease
from api.db.inspection import Inspection
from api.db.order import WorkOrder
from api.db.organisation import Place
from api.inspections.making import make_forms
from api.reports import making as reports
from tests.api.centre import (
    REVIEWER_PASSWORD,
    Centre,
    all_due,
    beat,
    put_alert,
    put_camera,
    put_retention,
)
from tests.api.configuring import BOX, DISCOVERY, Console
from tests.api.footage import judged, report
from tests.api.messages import (
    T0,
    camera_beat,
    episode,
    evidence_ref,
    heartbeat,
    registration,
    sha256,
)

MINE, THEIRS = "school-a", "school-b"
ALERTS = (
    "get",
    "confirm",
    "false_positive",
    "undo",
    "revise",
    "bulk",
    "hold",
    "release",
    "original",
    "note",
    "seen",
)
PEOPLE = ("put", "disable", "enable")
BOXES = ("get", "code", "revoke", "take_over")
CONFIGURED = ("seen", "save", "save_camera", "restore", "find")
"""Boxes with one version of their configuration."""
PLACES = ("put", "delete")
ORDERS = ("get", "assign", "feedback", "begin", "submit", "return", "close", "reopen")
ORDERS += ("comment", "merge", "merged", "split", "photograph")
INSPECTIONS = ("get", "answer", "sign", "give", "photograph", "signed")
"""Each a date that matters: as many forms of one day as there are names."""
SITTINGS = ("present", "order", "facts", "seal")
"""Two in a session that is over, two in one to come."""
EXAM_KEPT = ("change", "lift", "ask", "decide", "fetch")
FLOOR_PLANS = ("get", "put", "picture", "delete")
REQUESTS = ("get", "put", "answer", "refuse")
ASSESSMENTS = ("get", "end", "delete")
REQUEST = {"kind": "access", "applicant": "王某", "identity_check": "document"}
ASSESSMENT = {
    "subject": "校园视频监控",
    "purpose": "校园安全",
    "necessity": "无其他方式",
    "risk": "未成年人影像",
    "measures": "默认脱敏",
    "author": "李某",
    "assessed_on": "2020-03-01",
    "review_on": "2021-03-01",
}
OVERRIDE = {"min_days": 60, "from_day": "2026-01-01", "reason": "重点目标"}
_PHOTOGRAPHED = ("submit", "return", "close", "reopen", "photograph")
_SUBMITTED = ("return", "close", "reopen")


@dataclass(slots=True)
class Objects:
    """What belongs to one school, by the operation it is for; of no school, what does not exist."""

    school_id: str = "school-x"
    camera_key: int = 987_654
    sha256: str = "ab" * 32
    alerts: dict[str, str] = field(
        default_factory=lambda: {name: str(uuid5(NAMESPACE_URL, f"x {name}")) for name in ALERTS}
    )
    boxes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(BOXES, 987_655))
    configured: dict[str, int] = field(default_factory=lambda: dict.fromkeys(CONFIGURED, 987_662))
    places: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PLACES, 987_656))
    people: dict[str, str] = field(
        default_factory=lambda: {name: f"nobody-{name}" for name in PEOPLE}
    )
    orders: dict[str, int] = field(
        default_factory=lambda: {name: 887_000 + at for at, name in enumerate(ORDERS)}
    )
    """Each in the state its operation begins in, at version ``versions`` says."""
    versions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ORDERS, 1))
    photograph_id: int = 987_658
    report_id: int = 987_659
    """Without pictures, and made."""
    inspections: dict[str, int] = field(
        default_factory=lambda: {name: 587_000 + at for at, name in enumerate(INSPECTIONS)}
    )
    form_versions: dict[str, int] = field(default_factory=lambda: dict.fromkeys(INSPECTIONS, 1))
    items: dict[str, int] = field(default_factory=lambda: dict.fromkeys(INSPECTIONS, 987_660))
    """The first of each form."""
    form_photograph_id: int = 987_661
    floor_plans: dict[str, int] = field(
        default_factory=lambda: {name: 487_000 + at for at, name in enumerate(FLOOR_PLANS)}
    )
    exam_id: int = 987_663
    exam_session_id: int = 987_664
    sittings: dict[str, int] = field(
        default_factory=lambda: {name: 387_000 + at for at, name in enumerate(SITTINGS)}
    )
    exam_kept: dict[str, int] = field(
        default_factory=lambda: {name: 287_000 + at for at, name in enumerate(EXAM_KEPT)}
    )
    """Holds, packages and requests for them, by what is done with each."""
    requests: dict[str, int] = field(
        default_factory=lambda: {name: 787_000 + at for at, name in enumerate(REQUESTS)}
    )
    assessments: dict[str, int] = field(
        default_factory=lambda: {name: 687_000 + at for at, name in enumerate(ASSESSMENTS)}
    )
    """The one to be deleted ended long ago."""
    override_id: int = 587_000
    sources: list[int] = field(default_factory=lambda: [987_659])
    worker: httpx.AsyncClient | None = None

    def plain(self, text: str) -> str:
        """A text without what tells these objects from others."""
        names = [self.school_id, self.sha256, *self.alerts.values(), *self.people.values()]
        for name in sorted(names, key=len, reverse=True):
            text = text.replace(name, "·")
        return text


@dataclass(slots=True)
class District:
    """Two schools side by side, and what does not exist."""

    centre: Centre
    admin: httpx.AsyncClient
    mine: Objects
    theirs: Objects
    nobodys: Objects = field(default_factory=Objects)


async def seed(centre: Centre, admin: httpx.AsyncClient, school_id: str) -> Objects:
    of = {"school_id": school_id}
    worker = await centre.enrolled(admin, school_id, name_zh=f"name of {school_id}")
    await put_camera(worker, registration(name=f"gate of {school_id}", **of))
    ready = RuleReadiness(rule="perimeter_intrusion", state=RuleState.READY)
    picture = PictureFacts(reference_at=T0)
    await beat(worker, heartbeat(camera_beat(picture=picture), rules=(ready,), **of))
    pictures = {kind: f"{kind} of {school_id}".encode() for kind in EvidenceKind}
    for content in (pictures[EvidenceKind.SNAPSHOT], pictures[EvidenceKind.SNAPSHOT_ORIGINAL]):
        answer = await worker.put(
            f"/api/v2/ingest/evidence/{sha256(content)}?school_id={school_id}",
            content=content,
            headers={"Content-Type": "image/jpeg"},
        )
        assert answer.status_code == 200, answer.text
    references = tuple(
        evidence_ref(pictures[kind], kind)
        for kind in (EvidenceKind.SNAPSHOT, EvidenceKind.SNAPSHOT_ORIGINAL)
    )
    objects = Objects(school_id, sha256=references[0].sha256, worker=worker)
    for name in ALERTS:
        rule = "alert_digest" if name == "seen" else "perimeter_intrusion"
        told = episode(f"{school_id} {name}", evidence=references, zone=name, rule=rule, **of)
        objects.alerts[name] = str(told.id)
        await put_alert(worker, told)
    await put_retention(worker, report(31, **of))
    await judged(centre)
    [objects.camera_key] = [
        each["id"]
        for each in (await admin.get("/api/v1/cameras")).json()["items"]
        if each["school"]["school_id"] == school_id
    ]
    for name in BOXES:
        made = await admin.post("/api/v1/boxes", json={**of, "name": name})
        objects.boxes[name] = made.json()["box"]["id"]
    for name in CONFIGURED:
        made = await admin.post("/api/v1/boxes", json={**of, "name": f"configured-{name}"})
        objects.configured[name] = made.json()["box"]["id"]
        text = f"{BOX}{DISCOVERY}" if name == "find" else BOX
        saved = await Console(admin, objects.configured[name]).save(text, 0)
        assert saved.status_code == 201, saved.text
    for name in PLACES:
        place = {"kind": "entrance", "name": name}
        made = await admin.post(f"/api/v1/schools/{school_id}/places", json=place)
        objects.places[name] = made.json()["id"]
    for name in PEOPLE:
        objects.people[name] = f"{name}-{school_id}"
        await centre.add_user(objects.people[name], Role.LEADER, school_id)
    await _seed_orders(centre, admin, objects)
    await _seed_privacy(admin, objects)
    await _seed_report(centre, objects)
    await _seed_floor_plans(admin, objects)
    asked = await admin.post(f"/api/v1/compliance/schools/{school_id}/overrides", json=OVERRIDE)
    assert asked.status_code == 201, asked.text
    objects.override_id = asked.json()["id"]
    return objects


async def _seed_report(centre: Centre, of: Objects) -> None:
    leader = await centre.signed_in(of.people[PEOPLE[0]], REVIEWER_PASSWORD)
    told = {"kind": "school_audit", "format": "xlsx", "school_id": of.school_id}
    made = await leader.post("/api/v1/reports", json=told)
    assert made.status_code == 201, made.text
    of.report_id = made.json()["id"]
    await all_due(centre.runtime, reports.kinds())


async def _seed_floor_plans(admin: httpx.AsyncClient, of: Objects) -> None:
    for name in FLOOR_PLANS:
        url = f"/api/v1/floor-plan-pictures/{of.school_id}?title_zh={name}"
        made = await admin.post(url, content=photograph(8))
        assert made.status_code == 201, made.text
        of.floor_plans[name] = made.json()["id"]


async def _seed_privacy(admin: httpx.AsyncClient, of: Objects) -> None:
    for name in REQUESTS:
        told = {**REQUEST, "school_id": of.school_id, "note": f"of {of.school_id}"}
        made = await admin.post("/api/v1/privacy/requests", json=told)
        assert made.status_code == 201, made.text
        of.requests[name] = made.json()["id"]
    for name in ASSESSMENTS:
        told = {**ASSESSMENT, "school_id": of.school_id}
        made = await admin.post("/api/v1/privacy/assessments", json=told)
        assert made.status_code == 201, made.text
        of.assessments[name] = made.json()["id"]
    gone = f"/api/v1/privacy/assessments/{of.assessments['delete']}/end"
    assert (await admin.post(gone, json={"ended_on": "2021-03-01"})).status_code == 200


async def _seed_inspections(
    centre: Centre, admin: httpx.AsyncClient, schools: tuple[Objects, Objects]
) -> None:
    day = T0.date().isoformat()
    for name in INSPECTIONS:
        told = {"kind": "key_moment", "subject": "safety", "name": name}
        days = {"first_day": day, "last_day": day}
        of = {"school_ids": [each.school_id for each in schools]}
        made = await admin.post("/api/v1/inspection-plans", json=told | days | of)
        assert made.status_code == 201, made.text
    await make_forms(centre.runtime)
    found = (await admin.get("/api/v1/inspections?limit=200")).json()["items"]
    for each in schools:
        ours = [form for form in found if form["school"]["school_id"] == each.school_id]
        each.inspections = {form["name"]: form["id"] for form in ours}
        await _fill_inspections(admin, each)


async def _fill_inspections(admin: httpx.AsyncClient, of: Objects) -> None:
    for name, form_id in of.inspections.items():
        url = f"/api/v1/inspections/{form_id}"
        form = (await admin.get(url)).json()
        of.items[name] = form["items"][0]["id"]
        if name == "photograph":
            url = f"/api/v1/inspection-photographs/{form_id}/{of.items[name]}"
            sent = await admin.post(url, content=photograph(7))
            assert sent.status_code == 201, sent.text
            of.form_photograph_id = sent.json()["id"]
        if name not in ("sign", "signed"):
            continue
        answers = [{"item_id": item["id"], "result": "met"} for item in form["items"]]
        hazard = {"result": "not_met", "note": f"of {of.school_id}", "hazard": {"grade": "major"}}
        answers[0] |= hazard
        seen = {"If-Match": '"1"'}
        put = await admin.put(f"{url}/answers", json={"answers": answers}, headers=seen)
        assert put.status_code == 200, put.text
        of.form_versions[name] = 2
        if name == "signed":
            seen = {"If-Match": '"2"'}
            told = await admin.post(f"{url}/sign", json={"signer": "李某"}, headers=seen)
            assert told.status_code == 200, told.text


async def _seed_orders(centre: Centre, admin: httpx.AsyncClient, of: Objects) -> None:
    """Through the service's own steps, by people who are nobody else in a test."""
    seeder, checker = f"seeder-{of.school_id}", f"checker-{of.school_id}"
    await centre.add_user(seeder, Role.SCHOOL_MANAGER, of.school_id)
    await centre.add_user(checker, Role.SCHOOL_MANAGER, of.school_id)
    school = await centre.signed_in(seeder, REVIEWER_PASSWORD)
    other = await centre.signed_in(checker, REVIEWER_PASSWORD)
    told = {"kind": "finding", "text": f"of {of.school_id}", "school_id": of.school_id}
    for number, name in enumerate(ORDERS):
        body = {**told, "risk": "class_2", "subject": "safety"}
        made = await admin.post("/api/v1/orders", json=body)
        assert made.status_code == 201, made.text
        order_id = of.orders[name] = made.json()["id"]
        if name in _PHOTOGRAPHED:
            sent = await school.post(
                f"/api/v1/order-photographs/{order_id}", content=photograph(number)
            )
            assert sent.status_code == 201, sent.text
            of.photograph_id = sent.json()["id"]
        if name in _SUBMITTED:
            await decide(school, order_id, "submit", 1, note="done")
            of.versions[name] = 2
        if name == "reopen":
            await decide(other, order_id, "close", 2)
            of.versions[name] = 3
    await _merge_two(admin, of)


async def _merge_two(admin: httpx.AsyncClient, of: Objects) -> None:
    """So that one order is about two things, and can be split."""
    into = of.orders["split"]
    again = await admin.post(
        "/api/v1/orders",
        json={
            "kind": "phone",
            "text": f"to {of.school_id}",
            "school_id": of.school_id,
            "risk": "class_3",
            "subject": "canteen",
        },
    )
    orders = [{"order_id": again.json()["id"], "version": 1}]
    answer = await decide(admin, into, "merge", 1, orders=orders)
    assert answer.status_code == 200, answer.text
    of.versions["split"] = 2
    found = await admin.get(f"/api/v1/orders/{into}")
    of.sources = [each["id"] for each in found.json()["sources"]][1:]


async def decide(
    client: httpx.AsyncClient, order_id: int, step: str, version: int, **body: object
) -> httpx.Response:
    """Take a step of an order as somebody who saw it at a version."""
    return await client.post(
        f"/api/v1/orders/{order_id}/{step}", json=body, headers={"If-Match": f'"{version}"'}
    )


def photograph(seed: int = 0, size: tuple[int, int] = (64, 48)) -> bytes:
    """A small JPEG, another one for each seed."""
    picture = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


def worker_of(of: Objects) -> httpx.AsyncClient:
    assert of.worker is not None
    return of.worker


async def until(is_true: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


async def two_schools(centre: Centre, admin: httpx.AsyncClient) -> District:
    """A command centre with two schools that have the same camera ids."""
    for community_id in ("west", "middle"):
        told = {"community_id": community_id, "name_zh": community_id}
        await admin.post("/api/v1/communities", json=told)
    mine, theirs = [await seed(centre, admin, school_id) for school_id in (MINE, THEIRS)]
    await _seed_inspections(centre, admin, (mine, theirs))
    await _seed_exam(centre, (mine, theirs))
    return District(centre, admin, mine, theirs)


async def _seed_exam(centre: Centre, schools: tuple[Objects, Objects]) -> None:
    """One exam that both schools sit, each in two rooms: one is seen by its camera."""
    hour = timedelta(hours=1)
    async with centre.runtime.work(EVERYTHING) as work:
        exam = Exam(
            name="期末",
            time_zone="Asia/Shanghai",
            tolerance_source="",
            created_at=T0,
            created_by="",
        )
        work.session.add(exam)
        await work.session.flush()
        over, ahead = [
            ExamSession(exam_id=exam.id, name=name, starts_at=T0 + start, ends_at=T0 + start + hour)
            for name, start in (("语文", -3 * hour), ("数学", 24 * hour))
        ]
        work.session.add_all([over, ahead])
        await work.session.flush()
        for of in schools:
            seen, bare = [
                ExamRoom(school_id=of.school_id, code=code, name=code, seats=30)
                for code in ("001", "002")
            ]
            work.session.add_all([seen, bare])
            await work.session.flush()
            work.session.add(ExamRoomCamera(room_id=seen.id, camera_key=of.camera_key))
            places = {"present": (ahead, seen), "order": (ahead, bare)}
            places |= {"facts": (over, seen), "seal": (over, bare)}
            for name, (session, room) in places.items():
                sitting = ExamSitting(
                    school_id=of.school_id, session_id=session.id, room_id=room.id, expected=30
                )
                work.session.add(sitting)
                await work.session.flush()
                of.sittings[name] = sitting.id
            of.exam_id, of.exam_session_id = exam.id, ahead.id
            await _seed_kept(work, of)


async def _seed_kept(work: UnitOfWork, of: Objects) -> None:
    """Footage of its rooms that is held, sealed and asked for."""
    camera = await work.session.get(Camera, of.camera_key)
    assert camera is not None
    assert camera.box_id is not None
    until = T0 + timedelta(days=30)
    said = {"school_id": of.school_id, "reason": "x"}
    sitting_id = of.sittings["present"]
    for name in ("change", "lift"):
        row = ExamHold(**said, sitting_id=sitting_id, until=until, made_at=T0, made_by="x")
        work.session.add(row)
        await work.session.flush()
        of.exam_kept[name] = row.id
    keys = {}
    for name, sitting in (("ask", "order"), ("handed", "present")):
        package = ExamPackage(
            package_id=uuid4(),
            school_id=of.school_id,
            sitting_id=of.sittings[sitting],
            box_id=camera.box_id,
            state="sealed",
            detail="",
            ordered_at=T0,
            ordered_by="x",
            changed_at=T0,
            facts="{}",
            manifest_sha256="0" * 64,
            chain_head="0" * 64,
            segment_count=0,
            size_bytes=0,
        )
        work.session.add(package)
        await work.session.flush()
        keys[name] = package.id
    of.exam_kept["ask"] = keys["ask"]
    decided = {"decided_at": T0, "decided_by": "y", "decision_reason": "x"}
    for name, more in (("decide", {"state": "asked"}), ("fetch", {"state": "agreed", **decided})):
        release = ExamRelease(
            **said,
            **more,
            package_key=keys["handed"],
            recipient="x",
            asked_at=T0,
            asked_by="x",
            expires_at=until,
        )
        work.session.add(release)
        await work.session.flush()
        of.exam_kept[name] = release.id


async def put_at(centre: Centre, of: Objects, kind: PlaceKind) -> int:
    """Let a school's camera stand at a place of a kind; answers the place's number."""
    async with centre.runtime.work(EVERYTHING) as work:
        name = f"{kind} of {of.school_id}"
        place = Place(school_id=of.school_id, kind=kind, name=name, created_at=T0)
        work.session.add(place)
        await work.session.flush()
        record = await work.session.get(CameraRecord, of.camera_key)
        if record is None:
            record = CameraRecord(camera_key=of.camera_key, updated_at=T0, updated_by="test")
            work.session.add(record)
        record.place_id = place.id
    return place.id


async def give(centre: Centre, of: Objects, username: str) -> None:
    """Give all orders and forms of a school to one person, whether they may see what these are
    about.
    """
    async with centre.runtime.work(EVERYTHING) as work:
        await work.session.execute(
            update(WorkOrder).where(WorkOrder.school_id == of.school_id).values(assignee=username)
        )
        forms = update(Inspection).where(Inspection.school_id == of.school_id)
        await work.session.execute(forms.values(inspector=username))


async def take_away(centre: Centre, of: Objects) -> None:
    """Let a school's camera stand nowhere that anybody wrote down."""
    async with centre.runtime.work(EVERYTHING) as work:
        record = await work.session.get(CameraRecord, of.camera_key)
        assert record is not None
        record.place_id = None

"""An exam day of three schools and 40 rooms with faults planted: each is stated to the second.

Six rooms have real cameras, a real worker and real footage; boxes of the others tell what theirs
would. One clock is off by 40 s, one cable is pulled for two minutes and a real one for some
seconds, one picture is turned, and one of the patrolled rooms is never shown.
"""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import demo_processes
import demo_site
import httpx
import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Browser, expect

from api.contract import CameraClock, GapCause, PictureFacts, PictureFault
from tests.api.footage import report
from tests.api.messages import camera_beat, heartbeat, registration
from tests.e2e.stack import ROOT, Stack, free_port, until
from tests.video.media import make_video

pytestmark = [pytest.mark.e2e, pytest.mark.whole, pytest.mark.timeout(420)]
_ZONE = ZoneInfo("Asia/Shanghai")
_LENGTH = timedelta(seconds=130)
_S = timedelta(seconds=1)
REAL = [f"real-{n}" for n in range(1, 7)]
PULLED, NEVER_SHOWN = REAL[4], REAL[5]
SCRIPTED = {school: [f"{school}-room-{n}" for n in range(1, 18)] for school in ("no-2", "no-3")}
CLOCK_OFF, CABLE_OUT, TURNED = SCRIPTED["no-2"][3], SCRIPTED["no-2"][7], SCRIPTED["no-3"][5]


@dataclass(slots=True)
class Day:
    """What happened, as those who planted it know, and who asks."""

    stack: Stack
    admin: httpx.Client
    boxes: dict[str, httpx.Client]
    begin: datetime
    table: str = ""
    killed_at: datetime | None = None
    back_at: datetime | None = None
    turned_at: datetime | None = None

    @property
    def end(self) -> datetime:
        """Of the session."""
        return self.begin + _LENGTH

    def rows(self) -> dict[str, Any]:
        """The table, by room."""
        items = self.admin.get(self.table).raise_for_status().json()["items"]
        return {row["room"]: row for row in items}

    def tell(self) -> None:
        """The scripted boxes beat."""
        now = datetime.now(UTC)
        for school, rooms in SCRIPTED.items():
            beats = []
            for room in rooms:
                fault = PictureFault(fault="scene_change", since=self.turned_at or now)
                is_turned = room == TURNED and self.turned_at is not None
                picture = PictureFacts(reference_at=now, faults=(fault,) if is_turned else ())
                offset_s = 40.0 if room == CLOCK_OFF else 0.2
                clock = CameraClock(offset_s=offset_s, measured_at=now)
                beats.append(camera_beat(room, picture=picture, clock=clock, last_frame_at=now))
            told = heartbeat(*beats, school_id=school, worker_id=school, sent_at=now)
            body = told.model_dump(mode="json")
            self.boxes[school].post("/heartbeat", json=body).raise_for_status()

    def report(self) -> None:
        """The scripted boxes tell of their footage."""
        now = datetime.now(UTC)
        pulled = (self.begin + 5 * _S, self.begin + 125 * _S, GapCause.OFFLINE)
        for school, rooms in SCRIPTED.items():
            for room in rooms:
                told = report(
                    31,
                    as_of=now,
                    camera_id=room,
                    school_id=school,
                    gaps=(pulled,) if room == CABLE_OUT else (),
                    life_since_at=now - timedelta(days=200),
                )
                body = told.model_dump(mode="json")
                self.boxes[school].put(f"/retention/{room}", json=body).raise_for_status()


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    home = tmp_path_factory.mktemp("exam-day")
    other_port = free_port()
    stack = Stack(home)
    stack.recording = {"keep_days": 30, "source": "国务院令799号 §17"}
    stack.cameras = [
        _camera(name, other_port if name == PULLED else stack.rtsp_port) for name in REAL
    ]
    film = make_video(home / "room.mp4", count=500, gop=25)
    boxes: list[httpx.Client] = []
    try:
        stack.start_rtsp(film, [name for name in REAL if name != PULLED])
        cable = _pullable(stack, film, other_port)
        stack.start_api()
        admin = stack.sign_in()
        of = {school: _box(stack, school) for school in SCRIPTED}
        boxes += of.values()
        worker = stack.start_worker()
        until("six cameras that are watched", lambda: _watched(admin) == len(REAL), 120)
        now = datetime.now(UTC).replace(microsecond=0)
        made = Day(stack, admin, of, now + 4 * _S)
        made.tell()
        made.table = _sit(made)
        _happens(made, film, other_port, cable, worker)
        yield made
    finally:
        for box in boxes:
            box.close()
        stack.stop()


def _camera(name: str, port: int) -> demo_site.Camera:
    return {
        "id": name,
        "name": name,
        "location": "",
        "source": {"type": "rtsp", "url": f"rtsp://127.0.0.1:{port}/{name}"},
        "model": "campus_objects",
        "analysis_fps": 1,
        "rules": [
            {
                "type": "perimeter_intrusion",
                "zone": {"name": "all", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]},
                "dwell_s": 5.0,
            }
        ],
    }


def _pullable(stack: Stack, film: Path, port: int) -> demo_processes.Child:
    command = [sys.executable, "scripts/demo_rtsp.py", "--port", str(port)]
    return stack.processes.start(
        f"cable-{time.monotonic_ns()}", [*command, "--path", f"{PULLED}={film}"]
    )


def _box(stack: Stack, school: str) -> httpx.Client:
    """Enrolled, with its cameras registered."""
    token = stack.enrol(school, f"第{school[-1]}中学")
    client = httpx.Client(
        base_url=f"{stack.url}/api/v2/ingest",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        trust_env=False,
    )
    for room in SCRIPTED[school]:
        told = registration(room, name=room, school_id=school, school_name=school)
        client.put(f"/cameras/{room}", json=told.model_dump(mode="json")).raise_for_status()
    return client


def _all_watched(day: Day) -> bool:
    day.tell()
    return _watched(day.admin) == 40


def _watched(admin: httpx.Client) -> int:
    return sum(c["state"] == "watching" for c in admin.get("/cameras").json()["items"])


def _local(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%Y-%m-%d %H:%M:%S}"


def _sit(day: Day) -> str:
    """Forty rooms, named as their cameras; the address of the table."""
    told = {"name": "期末考试", "clock_tolerance_s": 5, "tolerance_source": "教育局通知"}
    exam = day.admin.post("/exams", json=told).raise_for_status().json()["id"]
    rooms = [(demo_site.FIRST.id, name) for name in REAL]
    rooms += [(school, name) for school, own in SCRIPTED.items() for name in own]
    assert len(rooms) == 40
    sheets: dict[str, list[tuple[object, ...]]] = {
        "场次": [
            ("场次名称", "开始时间", "结束时间"),
            ("语文", _local(day.begin), _local(day.end)),
        ],
        "考场": [
            ("学校编号", "考场编号", "考场名称", "座位数", "摄像机编号"),
            *((school, name, "考场", 30, name) for school, name in rooms),
        ],
        "考场编排": [
            ("学校编号", "考场编号", "场次名称", "应到人数"),
            *((school, name, "语文", 30) for school, name in rooms),
        ],
    }
    book, out = Workbook(write_only=True), io.BytesIO()
    for title, rows in sheets.items():
        page = book.create_sheet(title)
        for row in rows:
            page.append(row)
    book.save(out)
    day.admin.post(f"/exams/{exam}/import", content=out.getvalue()).raise_for_status()
    [session] = day.admin.get(f"/exams/{exam}").json()["sessions"]
    return f"/exams/{exam}/sessions/{session['id']}/table"


def _happens(
    day: Day,
    film: Path,
    port: int,
    cable: demo_processes.Child,
    worker: demo_processes.Child,
) -> None:
    """The session: a patrol that leaves one room out, a turned picture, a pulled cable."""
    _wait_until(day.begin + 10 * _S)
    day.turned_at = datetime.now(UTC).replace(microsecond=0)
    day.tell()
    _patrol(day, [name for name in REAL if name != NEVER_SHOWN])
    _wait_until(day.begin + 45 * _S)
    day.killed_at = datetime.now(UTC)
    cable.kill(signal.SIGKILL)
    cable.process.wait()
    _wait_until(day.begin + 60 * _S)
    _pullable(day.stack, film, port)
    day.back_at = datetime.now(UTC)
    while datetime.now(UTC) < day.end + 2 * _S:
        day.tell()
        time.sleep(5)
    day.tell()
    day.report()
    # A box tells everything each hour; one that begins anew does it at once.
    worker.kill(signal.SIGTERM)
    worker.process.wait(60)
    day.stack.start_worker()
    until("footage of the whole session", lambda: _is_told(day), 90)
    until("cameras that are watched again", lambda: _all_watched(day), 90)


def _wait_until(at: datetime) -> None:
    time.sleep(max(0.0, (at - datetime.now(UTC)).total_seconds()))


def _is_told(day: Day) -> bool:
    return all(
        row["told_until"] is not None and datetime.fromisoformat(row["told_until"]) >= day.end
        for row in day.rows().values()
    )


def _patrol(day: Day, names: list[str]) -> None:
    """As a page would: asks for live pictures, and tells which it showed."""
    rows = day.rows()
    sent, enough = 0, threading.Event()

    def look() -> None:
        nonlocal sent
        tiles = [
            {"channel": n, "camera_key": rows[name]["cameras"][0]} for n, name in enumerate(names)
        ]
        with day.admin.stream("POST", "/live", json={"tiles": tiles}, timeout=30) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                sent += len(chunk)
                if enough.is_set():
                    return

    looking = threading.Thread(target=look)
    looking.start()
    until("live pictures", lambda: sent > 20_000, 60)
    time.sleep(8)
    told = [
        {
            "id": f"00000000-0000-4000-8000-00000000000{n}",
            "sitting_id": rows[name]["id"],
            "camera_key": rows[name]["cameras"][0],
            "began_ms_ago": 7000,
            "ended_ms_ago": 1000,
            "frames": 100,
        }
        for n, name in enumerate(names)
    ]
    teller = day.stack.sign_in()
    answer = teller.post(f"{day.table.removesuffix('table')}showings", json={"showings": told})
    answer.raise_for_status()
    assert answer.json() == {"counted": len(names), "refused": []}
    enough.set()
    looking.join(30)


def _check(row: Any, name: str) -> Any:
    return next(each for each in row["checks"] if each["check"] == name)


def _gap(row: Any) -> tuple[datetime, datetime, str]:
    [gap] = row["gaps"]
    return (
        datetime.fromisoformat(gap["from_at"]),
        datetime.fromisoformat(gap["to_at"]),
        gap["cause"],
    )


def test_the_table_states_every_fault_to_the_second_and_nothing_else(day: Day) -> None:
    day.tell()
    rows = day.rows()
    assert len(rows) == 40
    assert rows[CLOCK_OFF]["clock_offset_s"] == 40.0
    assert rows[CABLE_OUT]["missing_s"] == 120.0
    assert _gap(rows[CABLE_OUT]) == (day.begin + 5 * _S, day.begin + 125 * _S, "offline")
    turned = _check(rows[TURNED], "picture")
    assert (turned["state"], turned["faults"]) == ("bad", ["scene_change"])
    assert datetime.fromisoformat(turned["since"]) == day.turned_at

    assert day.killed_at is not None
    assert day.back_at is not None
    begin, end, cause = _gap(rows[PULLED])
    assert abs((begin - day.killed_at).total_seconds()) <= 2.5
    assert timedelta() <= end - day.back_at <= timedelta(seconds=30), "until it is watched again"
    assert cause in ("offline", "stalled")
    assert rows[PULLED]["missing_s"] == pytest.approx((end - begin).total_seconds(), abs=0.01)

    never = rows[NEVER_SHOWN]["shown"]
    assert (never["times"], never["last_at"]) == (0, None)
    assert never["longest_unseen_s"] == _LENGTH.total_seconds()
    for name in REAL[:5]:
        assert rows[name]["shown"]["times"] == 1
        assert rows[name]["shown"]["seconds"] == pytest.approx(6, abs=0.01)

    red = {name for name, row in rows.items() if any(c["state"] == "bad" for c in row["checks"])}
    assert red == {CLOCK_OFF, TURNED}
    gaps = {name for name, row in rows.items() if row["missing_s"]}
    assert gaps == {CABLE_OUT, PULLED}


@pytest.mark.parametrize(("language", "scene"), [("zh", "场景变更"), ("en", "Scene changed")])
def test_it_goes_out_and_stands_on_paper(
    day: Day, browser: Browser, language: str, scene: str
) -> None:
    begin, end, _ = _gap(day.rows()[PULLED])
    turned = _local(day.turned_at or day.begin)
    answer = day.admin.get(f"{day.table}.xlsx", params={"language": language})
    book = load_workbook(io.BytesIO(answer.raise_for_status().content))
    told = {str(row[2]): row for row in book.worksheets[0].values if row[2]}
    assert f"{PULLED} {_local(begin)}-{_local(end)[11:]}" in " ".join(map(str, told[PULLED]))
    assert 40.0 in told[CLOCK_OFF]
    assert f"{scene} {turned}" in " ".join(map(str, told[TURNED]))

    _, _, exam, _, session, _ = day.table.split("/")
    context = browser.new_context(
        base_url=day.stack.url,
        viewport={"width": 1366, "height": 768},
        timezone_id=_ZONE.key,
    )
    context.add_init_script(f"localStorage.setItem('mingan.language', '{language}')")
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_test_id("username").fill("admin")
    page.get_by_test_id("password").fill(day.stack.password)
    page.get_by_test_id("sign-in-submit").click()
    expect(page.get_by_test_id("sign-in-submit")).to_have_count(0)
    page.goto(f"/exams?exam={exam}&session={session}")
    expect(page.get_by_test_id("sitting")).to_have_count(40)
    page.emulate_media(media="print")
    row = page.locator(f"[data-sitting='{day.rows()[PULLED]['id']}']")
    expect(row).to_contain_text(f"{_local(begin)[11:]}–{_local(end)[11:]}")
    day.tell()
    row = page.locator(f"[data-sitting='{day.rows()[TURNED]['id']}']")
    expect(row).to_contain_text(scene)
    expect(row).to_contain_text(turned[11:])
    context.close()


def _mingan(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipeline.cli", "exam", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_is_sealed_states_them_and_is_proven_without_the_centre(
    day: Day, tmp_path: Path
) -> None:
    day.tell()
    rows = day.rows()

    def facts(name: str) -> Any:
        return day.admin.post(f"/exam-sittings/{rows[name]['id']}/facts").raise_for_status().json()

    [camera] = facts(CLOCK_OFF)["cameras"]
    assert camera["clock_offset_s"] == 40.0
    assert facts(NEVER_SHOWN)["showings"] == []
    told = facts(PULLED)
    [showing] = told["showings"]
    assert (showing["username"], showing["camera_id"]) == ("admin", PULLED)

    path, package, key = tmp_path / "facts.json", tmp_path / "package", tmp_path / "bureau.key"
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    root = day.stack.home / "footage"
    until("the end of the session in a file", lambda: _collects(path, root, package), 60)
    fingerprint = _mingan("key", key).stdout.strip()
    assert _mingan("sign", package, "--key", key).returncode == 0
    proven = _mingan("verify", package, "--key", fingerprint)
    assert proven.returncode == 0, proven.stdout + proven.stderr

    manifest = json.loads((package / "manifest.json").read_bytes())
    [missing] = manifest["missing"]
    begin, end, cause = _gap(rows[PULLED])
    assert missing["cause"] == cause
    assert abs((datetime.fromisoformat(missing["starts_at"]) - begin).total_seconds()) < 1
    assert abs((datetime.fromisoformat(missing["ends_at"]) - end).total_seconds()) < 1

    body = {
        "manifest": b64encode((package / "manifest.json").read_bytes()).decode(),
        "signature": b64encode((package / "manifest.sig").read_bytes()).decode(),
        "fingerprint": fingerprint,
    }
    url = f"/exam-sittings/{rows[PULLED]['id']}/seal"
    day.admin.post(url, json=body).raise_for_status()
    assert day.rows()[PULLED]["seal"]["chain_head"] == manifest["head"]

    segment = next(each for each in sorted(package.rglob("*.mp4")))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    assert _mingan("verify", package, "--key", fingerprint).returncode == 3


def _collects(facts: Path, root: Path, package: Path) -> bool:
    """Whether the box has written the last of it; a package that lacks the end is thrown away."""
    answer = _mingan("collect", "--facts", facts, "--root", root, "--out", package)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    manifest = json.loads((package / "manifest.json").read_bytes())
    if len(manifest["missing"]) == 1:
        return True
    package.rename(package.with_name(f"early-{time.monotonic_ns()}"))
    return False

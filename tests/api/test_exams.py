"""Exams: their workbook, the table of the day, what is put right before, what is sealed after."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from api.contract import CameraClock, CameraState, FootageSpan, GapCause, PictureFacts, PictureFault
from api.contract.exam_package.manifest import SealingFacts
from api.contract.exam_profile import load_exam_profile
from api.contract.profile import ProfileError, Reading
from api.exams.local_time import BadMomentError, read_moment
from api.exams.profiles import in_force
from api.workbooks.endpoints import XLSX
from tests.api.centre import Centre, beat, put_camera, put_retention
from tests.api.footage import report
from tests.api.matrix_exams import FINGERPRINT, seal_of
from tests.api.messages import T0, camera_beat, heartbeat, registration

SCHOOL = "no-1-primary"
HOUR = timedelta(hours=1)
SHANGHAI = ZoneInfo("Asia/Shanghai")
SESSIONS = ("场次", ("场次名称", "开始时间", "结束时间"))
ROOMS = ("考场", ("学校编号", "考场编号", "考场名称", "座位数", "摄像机编号"))
SITTINGS = ("考场编排", ("学校编号", "考场编号", "场次名称", "应到人数"))
Rows = Sequence[Sequence[object]]


def book(sessions: Rows = (), rooms: Rows = (), sittings: Rows = ()) -> bytes:
    made = Workbook()
    assert made.active is not None
    made.remove(made.active)
    for (title, head), rows in ((SESSIONS, sessions), (ROOMS, rooms), (SITTINGS, sittings)):
        page = made.create_sheet(title)
        for row in (head, *rows):
            page.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def session(name: str, start: datetime, length: timedelta = 2 * HOUR) -> tuple[str, str, str]:
    return name, local(start), local(start + length)


async def made(admin: httpx.AsyncClient, name: str = "期末", **more: Any) -> int:
    answer = await admin.post("/api/v1/exams", json={"name": name, **more})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


async def take(admin: httpx.AsyncClient, exam_id: int, content: bytes) -> httpx.Response:
    return await admin.post(
        f"/api/v1/exams/{exam_id}/import", content=content, headers={"Content-Type": XLSX}
    )


async def taken(admin: httpx.AsyncClient, exam_id: int, content: bytes) -> dict[str, int]:
    answer = await take(admin, exam_id, content)
    assert answer.status_code == 200, answer.text
    told: dict[str, int] = answer.json()
    return told


def faults(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == "workbook_invalid"
    return [(each["where"], each["what"]) for each in answer.json()["errors"]]


async def table(client: httpx.AsyncClient, exam_id: int, at: int = 0) -> Any:
    exam = (await client.get(f"/api/v1/exams/{exam_id}")).json()
    found = await client.get(f"/api/v1/exams/{exam_id}/sessions/{exam['sessions'][at]['id']}/table")
    assert found.status_code == 200, found.text
    return found.json()


async def camera(centre: Centre, admin: httpx.AsyncClient, **told: Any) -> httpx.AsyncClient:
    worker = await centre.enrolled(admin, SCHOOL)
    await put_camera(worker, registration("room1"))
    await beat(worker, heartbeat(camera_beat("room1", **told)))
    return worker


WELL = {
    "picture": PictureFacts(reference_at=T0),
    "clock": CameraClock(offset_s=0.4, measured_at=T0),
}
ONE_ROOM = [(SCHOOL, "001", "第一考场", 30, "room1")]


def one(start: datetime = T0 + 24 * HOUR, expected: int = 30) -> bytes:
    return book([session("语文", start)], ONE_ROOM, [(SCHOOL, "001", "语文", expected)])


async def test_a_workbook_taken_in_twice_makes_nothing_double(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin)
    exam = await made(admin)
    assert await taken(admin, exam, one()) == {"created": 3, "changed": 0, "unchanged": 0}
    assert await taken(admin, exam, one()) == {"created": 0, "changed": 0, "unchanged": 3}
    assert await taken(admin, exam, one(expected=29)) == {
        "created": 0,
        "changed": 1,
        "unchanged": 2,
    }
    [row] = (await table(admin, exam))["items"]
    assert (row["room"], row["room_name"], row["seats"]) == ("001", "第一考场", 30)
    assert (row["expected"], row["present"], len(row["cameras"])) == (29, None, 1)


async def test_a_workbook_taken_out_and_in_again_changes_nothing(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin)
    exam = await made(admin, time_zone="Europe/Berlin")
    night = ("夜", "2027-10-31 02:30+02:00", "2027-10-31 02:30+01:00")
    sittings = [(SCHOOL, "001", "夜", 30), (SCHOOL, "001", "晨", 28)]
    day = ("晨", "2027-10-31 08:00", "2027-10-31 10:00")
    await taken(admin, exam, book([night, day], ONE_ROOM, sittings))
    for language in ("zh", "en"):
        out = await admin.get(f"/api/v1/exams/{exam}/workbook?language={language}")
        assert out.status_code == 200, out.text
        assert await taken(admin, exam, out.content) == {
            "created": 0,
            "changed": 0,
            "unchanged": 5,
        }
    empty = await made(admin, "空")
    out = await admin.get(f"/api/v1/exams/{empty}/workbook")
    assert await taken(admin, empty, out.content) == {"created": 0, "changed": 0, "unchanged": 0}


@pytest.mark.whole
async def test_a_district_is_taken_in_twice(centre: Centre, admin: httpx.AsyncClient) -> None:
    """As many rooms as a district of thirteen schools has, four sessions each."""
    schools = [f"school-{number}" for number in range(13)]
    for school_id in schools:
        told = {"school_id": school_id, "name_zh": school_id}
        assert (await admin.post("/api/v1/schools", json=told)).status_code == 201
    names = [f"第{number}场" for number in range(4)]
    starts = [T0 + 24 * HOUR + number * 3 * HOUR for number in range(4)]
    codes = [f"{number:03}" for number in range(100)]
    content = book(
        [session(name, start) for name, start in zip(names, starts, strict=True)],
        [(school, code, code, 30, "") for school in schools for code in codes],
        [(school, code, name, 30) for school in schools for code in codes for name in names],
    )
    exam = await made(admin)
    everything = 4 + 1300 + 5200
    assert (await taken(admin, exam, content))["created"] == everything
    assert await taken(admin, exam, content) == {
        "created": 0,
        "changed": 0,
        "unchanged": everything,
    }
    assert len((await table(admin, exam))["items"]) == 1300


async def test_two_sessions_at_once_in_one_room_are_refused(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin)
    start = T0 + 24 * HOUR
    exam = await made(admin)
    both = [(SCHOOL, "001", "语文", 30), (SCHOOL, "001", "数学", 30)]
    at_once = book([session("语文", start), session("数学", start + HOUR)], ONE_ROOM, both)
    assert faults(await take(admin, exam, at_once)) == [("考场编排!C3", "overlap")]
    assert (await admin.get(f"/api/v1/exams/{exam}")).json()["sessions"] == [], "nothing was kept"
    behind = book([session("语文", start), session("数学", start + 2 * HOUR)], ONE_ROOM, both)
    await taken(admin, exam, behind)
    # Another exam in the same room, and a session that is moved onto another.
    other = await made(admin, "月考")
    clash = book([session("英语", start + HOUR)], (), [(SCHOOL, "001", "英语", 1)])
    assert faults(await take(admin, other, clash)) == [("考场编排!C2", "overlap")]
    moved = book([session("数学", start + HOUR)])
    [(_, what)] = faults(await take(admin, exam, moved))
    assert what == "overlap"


async def test_a_short_session_within_a_long_one_is_found(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin)
    start = T0 + 24 * HOUR
    names = ("长", "短", "后")
    content = book(
        [
            session("长", start, 8 * HOUR),
            session("短", start + HOUR, HOUR),
            session("后", start + 3 * HOUR, HOUR),
        ],
        ONE_ROOM,
        [(SCHOOL, "001", name, 1) for name in names],
    )
    found = faults(await take(admin, await made(admin), content))
    assert found == [("考场编排!C3", "overlap"), ("考场编排!C4", "overlap")]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (book([("语文", "明天", "2026-12-01 11:00")]), ("场次!B2", "not_a_moment")),
        (book([("语文", "", "2026-12-01 11:00")]), ("场次!B2", "required")),
        (book([("语文", "2026-12-01 11:00", "2026-12-01 11:00")]), ("场次!C2", "ends_before")),
        (book((), [("nowhere", "001", "x", 30, "")]), ("考场!A2", "unknown_school")),
        (book((), [(SCHOOL, "001", "x", 30, "room9")]), ("考场!E2", "unknown_camera")),
        (book((), [(SCHOOL, "001", "x", 0, "")]), ("考场!D2", "invalid")),
        (book((), [(SCHOOL, "001", "x", None, "")]), ("考场!D2", "required")),
        (book((), [*ONE_ROOM, *ONE_ROOM]), ("考场!B3", "duplicate")),
        (book((), ONE_ROOM, [(SCHOOL, "001", "语文", 1)]), ("考场编排!C2", "unknown_session")),
        (
            book([session("语文", T0)], ONE_ROOM, [(SCHOOL, "009", "语文", 1)]),
            ("考场编排!B2", "unknown_room"),
        ),
        (
            book([session("语文", T0)], ONE_ROOM, [(SCHOOL, "001", "语文", 31)]),
            ("考场编排!D2", "more_than_seats"),
        ),
    ],
)  # fmt: skip
async def test_what_cannot_be_taken_is_told_by_its_cell(
    centre: Centre, admin: httpx.AsyncClient, content: bytes, expected: tuple[str, str]
) -> None:
    await camera(centre, admin)
    assert faults(await take(admin, await made(admin), content)) == [expected]


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2026-06-07 09:00", "Asia/Shanghai", "2026-06-07T01:00:00+00:00"),
        ("2026/06/07 09：00", "Asia/Shanghai", "2026-06-07T01:00:00+00:00"),
        ("2026-10-25 02:30+02:00", "Europe/Berlin", "2026-10-25T00:30:00+00:00"),
        ("2026-10-25 02:30+01:00", "Europe/Berlin", "2026-10-25T01:30:00+00:00"),
        ("2026-10-25 03:00", "Europe/Berlin", "2026-10-25T02:00:00+00:00"),
        ("2026-10-25 02:30", "Europe/Berlin", "moment_twice"),
        ("2026-03-29 02:30", "Europe/Berlin", "moment_skipped"),
        ("2026-02-30 09:00", "Asia/Shanghai", "not_a_moment"),
        ("", "Asia/Shanghai", "not_a_moment"),
    ],
)
def test_a_moment_on_the_day_clocks_change(text: str, zone: str, expected: str) -> None:
    if "T" in expected:
        assert read_moment(text, ZoneInfo(zone)).isoformat() == expected
        return
    with pytest.raises(BadMomentError) as caught:
        read_moment(text, ZoneInfo(zone))
    assert caught.value.code == expected


async def test_a_session_over_a_clock_change_lasts_as_long_as_it_does(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin)
    exam = await made(admin, time_zone="Europe/Berlin")
    night = ("夜", "2027-10-31 01:30", "2027-10-31 03:30")
    await taken(admin, exam, book([night]))
    [told] = (await admin.get(f"/api/v1/exams/{exam}")).json()["sessions"]
    begin, end = (datetime.fromisoformat(told[name]) for name in ("starts_at", "ends_at"))
    assert end - begin == 3 * HOUR


async def states(admin: httpx.AsyncClient, exam: int) -> dict[str, tuple[str, str | None]]:
    [row] = (await table(admin, exam))["items"]
    return {each["check"]: (each["state"], each["why"]) for each in row["checks"]}


async def test_a_room_is_checked_by_what_is_known(centre: Centre, admin: httpx.AsyncClient) -> None:
    worker = await camera(centre, admin, **WELL)
    exam = await made(admin, clock_tolerance_s=1.0, tolerance_source="教育局通知")
    await taken(admin, exam, one())
    assert await states(admin, exam) == {
        "online": ("good", None),
        "picture": ("good", None),
        "clock": ("good", None),
        "recording": ("unknown", "never_reported"),
        "space": ("unknown", "space_unknown"),
    }
    await put_retention(worker, report(31, camera_id="room1"))
    assert (await states(admin, exam))["recording"] == ("good", None)
    # What was true this morning says nothing of now.
    centre.clock.advance(4 * 3600)
    await beat(worker, heartbeat(camera_beat("room1", **WELL), sent_at=centre.clock()))
    assert (await states(admin, exam))["recording"] == ("unknown", "stale")


async def test_what_is_wrong_is_red_and_becomes_one_order_before_the_session(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    worker = await camera(
        centre,
        admin,
        state=CameraState.NOT_WATCHING,
        reason="stream_lost",
        picture=PictureFacts(reference_at=T0, faults=(PictureFault(fault="blur", since=T0),)),
        clock=CameraClock(offset_s=-40.0, measured_at=T0),
    )
    await put_retention(
        worker,
        report(
            31,
            camera_id="room1",
            spans=(FootageSpan(from_at=T0 - 31 * 24 * HOUR, to_at=T0 - HOUR),),
            is_offline=True,
        ),
    )
    exam = await made(admin, clock_tolerance_s=1.0, tolerance_source="教育局通知")
    await taken(admin, exam, one())
    red = {
        check: why for check, (state, why) in (await states(admin, exam)).items() if state == "bad"
    }
    assert red == {
        "online": "not_online",
        "picture": "picture_fault",
        "clock": "clock_wrong",
        "recording": "not_recording",
    }
    [row] = (await table(admin, exam))["items"]
    assert row["clock_offset_s"] == -40.0
    url = f"/api/v1/exam-sittings/{row['id']}/order"
    late = await admin.post(url, json={"due_at": (T0 + 25 * HOUR).isoformat()})
    assert (late.status_code, late.json()["code"]) == (409, "exam_begun")
    due = (T0 + 12 * HOUR).isoformat()
    answer = await admin.post(url, json={"due_at": due})
    assert answer.status_code == 201, answer.text
    order = (await admin.get(f"/api/v1/orders/{answer.json()['order_id']}")).json()
    assert order["subject"] == "equipment"
    assert datetime.fromisoformat(order["due_at"]) == T0 + 12 * HOUR
    assert "校时：时钟偏差超过容许值（room1）" in order["text"]
    again = await admin.post(url, json={"due_at": due})
    assert (again.status_code, again.json()["code"]) == (409, "conflict")


async def test_without_a_tolerance_no_clock_is_called_right_or_wrong(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin, clock=CameraClock(offset_s=40.0, measured_at=T0))
    exam = await made(admin)
    await taken(admin, exam, one())
    assert (await states(admin, exam))["clock"] == ("unknown", "no_tolerance")


async def test_footage_of_a_session_is_told_to_the_second(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    worker = await camera(centre, admin, **WELL)
    exam = await made(admin)
    await taken(admin, exam, one(T0 - 3 * HOUR))
    pulled = (T0 - 2 * HOUR, T0 - 2 * HOUR + timedelta(seconds=121), GapCause.OFFLINE)
    before = (T0 - 5 * HOUR, T0 - 4 * HOUR, GapCause.DISK_FULL)
    await put_retention(worker, report(31, camera_id="room1", gaps=(before, pulled)))
    [row] = (await table(admin, exam))["items"]
    assert row["missing_s"] == 121.0
    assert row["completeness"] == pytest.approx(1 - 121 / 7200)
    [gap] = row["gaps"]
    assert (gap["camera_id"], gap["cause"]) == ("room1", "offline")
    assert datetime.fromisoformat(gap["from_at"]) == pulled[0]
    assert datetime.fromisoformat(gap["to_at"]) == pulled[1]
    exported = await admin.get(
        f"/api/v1/exams/{exam}/sessions/{(await table(admin, exam))['session']['id']}/table.csv"
    )
    assert exported.status_code == 200
    assert "98.31" in exported.text, "never rounded up"
    assert "摄像机离线" in exported.text
    as_book = await admin.get(str(exported.url).replace("table.csv", "table.xlsx?language=en"))
    assert as_book.status_code == 200, as_book.text
    page = load_workbook(io.BytesIO(as_book.content))["Table of the day"]
    head, _, told = page.iter_rows(max_row=3, values_only=True)
    row = dict(zip(head, told, strict=True))
    assert (row["录像完整率（%）"], row["应到人数"], row["实到人数"]) == (98.31, 30, None)


async def test_footage_nobody_told_of_is_unknown_and_never_whole(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin, **WELL)
    exam = await made(admin)
    await taken(admin, exam, one(T0 - 3 * HOUR))
    [row] = (await table(admin, exam))["items"]
    assert (row["completeness"], row["missing_s"], row["told_until"]) == (None, None, None)


async def test_numbers_and_rosters_are_kept_and_logged(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin)
    exam = await made(admin)
    await taken(admin, exam, one())
    found = await table(admin, exam)
    url = f"/api/v1/exam-sittings/{found['items'][0]['id']}/present"
    assert (await admin.put(url, json={"present": 28})).json()["present"] == 28
    assert (await admin.put(url, json={"present": 31})).status_code == 422
    roster = f"/api/v1/exams/{exam}/sessions/{found['session']['id']}/roster"
    told = await admin.put(roster, json={"usernames": ["admin"]})
    assert told.json()["sessions"][0]["roster"] == ["admin"]
    assert (await admin.put(roster, json={"usernames": ["nobody"]})).status_code == 422
    log = (await admin.get("/api/v1/audit")).json()["items"]
    actions = {each["action"] for each in log}
    assert {"exam_created", "exam_imported", "exam_roster_changed", "exam_present_told"} <= actions


async def test_a_seal_is_noted_once_and_only_of_its_room(
    centre: Centre, admin: httpx.AsyncClient
) -> None:
    await camera(centre, admin, **WELL)
    exam = await made(admin)
    await taken(admin, exam, one(T0 - HOUR))
    [row] = (await table(admin, exam))["items"]
    url = f"/api/v1/exam-sittings/{row['id']}"
    early = await admin.post(f"{url}/facts")
    assert (early.status_code, early.json()["code"]) == (409, "exam_not_over")
    centre.clock.advance(2 * 3600)
    told = await admin.post(f"{url}/facts")
    assert told.status_code == 200, told.text
    facts = SealingFacts.model_validate(told.json())
    assert (facts.room, facts.cameras[0].camera_id) == ("001 第一考场", "room1")

    async def seal(**body: str) -> tuple[int, str]:
        answer = await admin.post(f"{url}/seal", json=body)
        return answer.status_code, answer.json().get("params", {}).get("why", "")

    good = seal_of(facts)
    assert await seal(**{**good, "signature": good["manifest"][:128]}) == (422, "not_signed")
    assert await seal(**{**good, "fingerprint": "0" * 32}) == (422, "other_key")
    assert await seal(**{**good, "manifest": "A"}) == (422, "not_base64")
    foreign = facts.model_copy(update={"sitting_id": facts.sitting_id + 1})
    assert await seal(**seal_of(foreign)) == (422, "other_room")
    assert await seal(**good) == (200, "")
    assert await seal(**good) == (200, "")
    later = facts.model_copy(update={"made_at": facts.made_at + HOUR})
    answer = await admin.post(f"{url}/seal", json=seal_of(later))
    assert (answer.status_code, answer.json()["code"]) == (409, "exam_sealed")
    [row] = (await table(admin, exam))["items"]
    assert (row["seal"]["key_fingerprint"], row["seal"]["segment_count"]) == (FINGERPRINT, 0)
    moved = await take(admin, exam, book([session("语文", T0 + 50 * HOUR)]))
    assert faults(moved) == [("场次!A2", "session_sealed")]


def test_nothing_unread_is_shown_as_law(tmp_path: Any) -> None:
    profile = in_force(T0.date())
    assert profile is not None
    for row in profile.rows:
        assert row.text in profile.texts
        assert (row.reading is not Reading.VERIFIED) or row.clause
        assert row.value is not None or row.reading is Reading.UNVERIFIED
    assert in_force(date(2000, 1, 1)) is None
    path = tmp_path / "exam.yaml"
    path.write_text(
        "profile: x\nname: {zh: x, en: x}\nfrom_day: 2026-01-01\ntexts: {t: {zh: t, en: t}}\n"
        "rows:\n  - {id: a, text: t, reading: verified, asks: sound, value: 1}\n",
        "utf-8",
    )
    with pytest.raises(ProfileError, match="clause"):
        load_exam_profile(path)

"""Footage of an exam's room: held, sealed by the box that has it, handed out by two people.

The box is a real recorder with its real desk, the command centre is asked over a real socket.
"""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract.exam_package.manifest import MANIFEST_NAME
from api.contract.exam_package.verifying import PackageFault, verify_package
from api.contract.exam_package.writing import collect_package
from api.contract.retention import RetentionState
from api.contract.signing_keys import make_key
from api.exams import keeping
from pipeline.core.clock import ManualClock
from pipeline.core.errors import DeliveryError
from pipeline.delivery.client import CentreClient, HeldError
from pipeline.recorders.recorder import Recorder, RecorderSettings
from pipeline.recorders.retention import RetentionPolicy
from pipeline.runtime.exam_desk import PACKAGES_NAME, ExamDesk
from tests.api.centre import REVIEWER_PASSWORD, Centre, over_network, put_camera
from tests.api.messages import T0, registration
from tests.api.test_exams import SCHOOL, book, made, session, table, taken
from tests.recorders.film import stream
from tests.recorders.scripted_disk import ScriptedDisk
from tests.recorders.test_recorder import Box

MINUTES = timedelta(minutes=1)
BEGIN = T0 - 4 * MINUTES
POLICY = RetentionPolicy(1, 2)
HOLD: dict[str, Any] = {"reason": "复核录像", "until": (T0 + timedelta(days=200)).isoformat()}
ROOM = [(SCHOOL, "001", "第一考场", 30, "room1")]


@dataclass
class Exam:
    """An exam of one room, of three minutes that are over, and the box that recorded them."""

    centre: Centre
    admin: httpx.AsyncClient
    desk: ExamDesk
    box: Box
    data_dir: Path
    exam_id: int
    sitting_id: int

    @property
    def url(self) -> str:
        return f"/api/v1/exam-sittings/{self.sitting_id}"

    async def asks(self) -> None:
        assert await asyncio.to_thread(self.desk.ask)

    async def kept(self) -> Any:
        answer = await self.admin.get(f"{self.url}/kept")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, by: httpx.AsyncClient | None = None, **body: Any) -> Any:
        answer = await (by or self.admin).post(path, json=body or None)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    async def sealed(self) -> Any:
        await self.post(f"{self.url}/package")
        await self.asks()
        return (await self.kept())["package"]

    async def another(self) -> httpx.AsyncClient:
        await self.centre.add_user("zhao.min", Role.DISTRICT_ADMIN, None)
        return await self.centre.signed_in("zhao.min", REVIEWER_PASSWORD)


def recorded(folder: Path) -> Box:
    """Two minutes of the room, half a minute away, half a minute more."""
    clock, disk = ManualClock(BEGIN.timestamp()), ScriptedDisk()
    settings = RecorderSettings(folder, ZoneInfo("Asia/Shanghai"), reserve_bytes=0)
    recorder = Recorder(settings, {"room1": POLICY}, clock, disk=disk)
    recorder.recover()
    box = Box(folder, clock, disk, recorder, settings)
    box.watch(120, "room1", stream(10))
    box.away(30, camera="room1")
    box.watch(30, "room1", stream(10))
    box.recorder.camera("room1").session_ended("timeout")
    box.recorder.pump()
    clock.advance((T0 - BEGIN).total_seconds() + 3600 + BEGIN.timestamp() - clock.utc_s())
    return box


@asynccontextmanager
async def exam_of(
    centre: Centre, admin: httpx.AsyncClient, tmp_path: Path, camera: str = "room1"
) -> AsyncIterator[Exam]:
    worker = await centre.enrolled(admin, SCHOOL)
    await put_camera(worker, registration(camera))
    exam_id = await made(admin)
    # A workbook writes whole minutes.
    start = BEGIN.replace(second=0, microsecond=0)
    sat = book(
        [session("语文", start, 3 * MINUTES)],
        [(SCHOOL, "001", "第一考场", 30, camera)],
        [(SCHOOL, "001", "语文", 30)],
    )
    await taken(admin, exam_id, sat)
    [row] = (await table(admin, exam_id))["items"]
    token = worker.headers["Authorization"].removeprefix("Bearer ")
    box = recorded(tmp_path / "recordings")
    async with over_network(centre) as url:
        client = CentreClient(url, lambda: token, SCHOOL)
        desk = ExamDesk(box.recorder, tmp_path / "box", client, box.clock)
        yield Exam(centre, admin, desk, box, tmp_path / "box", exam_id, row["id"])
        await asyncio.to_thread(desk.stop, 1.0)
    box.recorder.stop()
    box.recorder.index.close()


@pytest.fixture
async def exam(centre: Centre, admin: httpx.AsyncClient, tmp_path: Path) -> AsyncIterator[Exam]:
    key_file = tmp_path / "bureau.key"
    make_key(key_file)
    changed = centre.runtime.settings.model_copy(update={"exam_key_file": key_file})
    centre.runtime.settings = changed
    async with exam_of(centre, admin, tmp_path) as found:
        yield found


async def test_a_package_is_ordered_made_sealed_and_handed_out_by_two(
    exam: Exam, tmp_path: Path
) -> None:
    package = await exam.post(f"{exam.url}/package")
    assert package["state"] == "ordered"
    again = await exam.admin.post(f"{exam.url}/package")
    assert (again.status_code, again.json()["params"]["why"]) == (409, "on_its_way")
    await exam.asks()
    package = (await exam.kept())["package"]
    assert (package["state"], package["trouble"]) == ("sealed", None)
    [row] = (await table(exam.admin, exam.exam_id))["items"]
    assert row["package"] == "sealed"
    assert row["seal"]["chain_head"] == package["chain_head"]
    assert row["seal"]["key_fingerprint"] == package["key_fingerprint"]

    ask = f"/api/v1/exam-packages/{package['id']}/releases"
    asked = await exam.post(ask, recipient="市教育考试院", reason="复核 001 考场")
    twice = await exam.admin.post(ask, json={"recipient": "他人", "reason": "再次"})
    assert twice.status_code == 409
    decision = f"/api/v1/exam-releases/{asked['id']}/decision"
    file = f"/api/v1/exam-releases/{asked['id']}/package.zip"
    alone = await exam.admin.post(decision, json={"agrees": True, "reason": "同意"})
    assert (alone.status_code, alone.json()["code"]) == (409, "exam_same_person")
    too_early = await exam.admin.get(file)
    assert (too_early.status_code, too_early.json()["params"]["state"]) == (409, "asked")
    await exam.asks()
    assert not list(exam.centre.runtime.exam_packages.with_segments()), "nobody agreed yet"

    second = await exam.another()
    agreed = await exam.post(decision, second, agrees=True, reason="已核公函")
    assert (agreed["state"], agreed["is_ready"]) == ("agreed", False)
    waiting = await exam.admin.get(file)
    assert waiting.json()["params"]["state"] == "on_its_way"
    await exam.asks()
    [release] = (await exam.kept())["releases"]
    assert release["is_ready"] is True
    fetched = await exam.admin.get(file)
    assert fetched.status_code == 200
    with zipfile.ZipFile(io.BytesIO(fetched.content)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "stick")
    folder = tmp_path / "stick" / f"package-{exam.sitting_id}"
    verdict = verify_package(folder, package["key_fingerprint"])
    assert verdict.is_proven, verdict.findings
    assert verdict.manifest is not None
    assert verdict.manifest.head == package["chain_head"]
    [gap] = verdict.manifest.missing
    assert abs((gap.ends_at - gap.starts_at).total_seconds() - 30) < 3
    one = sorted((folder / "segments").iterdir())[0]
    one.write_bytes(one.read_bytes()[:-1] + b"x")
    spoiled = verify_package(folder, package["key_fingerprint"])
    assert [each.fault for each in spoiled.findings] == [PackageFault.CHANGED]

    log = (await exam.admin.get("/api/v1/audit?limit=100")).json()["items"]
    told = [each for each in log if each["action"].startswith("exam_")]
    assert [each["action"] for each in reversed(told)][2:] == [
        "exam_package_ordered",
        "exam_sealed",
        "exam_package_made",
        "exam_release_asked",
        "exam_release_agreed",
        "exam_package_handed_out",
    ]
    handed = {each["field"]: each["new"] for each in told[0]["changes"]}
    assert handed == {"recipient": "市教育考试院", "reason": "复核 001 考场"}

    # When the week is over nothing of it stays here, and it cannot be fetched.
    exam.centre.clock.advance(8 * 86_400)
    late = await (await exam.centre.admin()).get(file)
    assert (late.status_code, late.json()["params"]["state"]) == (409, "expired")
    async with exam.centre.runtime.work(EVERYTHING) as work:
        assert await keeping.delete_copies(work, exam.centre.runtime.exam_packages) == 1
    assert not exam.centre.runtime.exam_packages.with_segments()


async def test_what_is_refused_or_over_is_never_handed_out(exam: Exam) -> None:
    package = await exam.sealed()
    second = await exam.another()
    ask = f"/api/v1/exam-packages/{package['id']}/releases"
    asked = await exam.post(ask, recipient="市教育考试院", reason="复核")
    url = f"/api/v1/exam-releases/{asked['id']}"
    refused = await exam.post(f"{url}/decision", second, agrees=False, reason="没有公函")
    assert (refused["state"], refused["decision_reason"]) == ("refused", "没有公函")
    late = await second.post(f"{url}/decision", json={"agrees": True, "reason": "同意"})
    assert (late.status_code, late.json()["params"]["state"]) == (409, "refused")
    assert (await exam.admin.get(f"{url}/package.zip")).status_code == 409

    again = await exam.post(ask, recipient="市教育考试院", reason="复核")
    exam.centre.clock.advance(4 * 86_400)
    second = await exam.centre.signed_in("zhao.min", REVIEWER_PASSWORD)
    url = f"/api/v1/exam-releases/{again['id']}"
    over = await second.post(f"{url}/decision", json={"agrees": True, "reason": "同意"})
    assert (over.status_code, over.json()["params"]["state"]) == (409, "expired")


async def test_a_hold_outranks_deletion_until_it_is_lifted(exam: Exam) -> None:
    hold = await exam.post(f"{exam.url}/holds", **HOLD)
    await exam.asks()
    index, clock = exam.box.recorder.index, exam.box.clock
    before = len(index.segments("room1"))
    assert before > 0
    [row] = (await table(exam.admin, exam.exam_id))["items"]
    assert row["is_held"] is True

    def keep_house() -> None:
        recorder = exam.box.recorder
        recorder._keeper.sweep(recorder._policies, clock.utc_s())

    clock.advance(10 * 86_400)
    keep_house()
    assert len(index.segments("room1")) == before, "older than its maximum, and held"
    status = exam.box.recorder.status("room1")
    assert status.state is not RetentionState.OVER_RETAINED
    assert status.oldest_footage_at is None
    # A box that hears nothing keeps everything.
    deaf = ExamDesk(
        exam.box.recorder,
        exam.data_dir,
        CentreClient("http://127.0.0.1:9", lambda: "x", SCHOOL),
        clock,
    )
    assert await asyncio.to_thread(deaf.ask) is False
    assert len(index.holds()) == 1

    url = f"/api/v1/exam-holds/{hold['id']}"
    later = (T0 + timedelta(days=300)).isoformat()
    changed = await exam.admin.put(url, json={"reason": "延期", "until": later})
    assert datetime.fromisoformat(changed.json()["until"]) == datetime.fromisoformat(later)
    [listed] = (await exam.admin.get("/api/v1/exam-holds")).json()["items"]
    assert (listed["reason"], listed["is_active"], listed["of"]["room"]) == ("延期", True, "001")
    await exam.post(f"{url}/lift", reason="已结案")
    assert (await exam.admin.post(f"{url}/lift", json={"reason": "再次"})).status_code == 409
    await exam.asks()
    assert index.holds() == []
    keep_house()
    assert index.segments("room1") == []
    log = (await exam.admin.get("/api/v1/audit?limit=100")).json()["items"]
    actions = [each["action"] for each in log]
    assert actions.index("exam_hold_lifted") < actions.index("exam_hold_changed")
    assert actions.index("exam_hold_changed") < actions.index("exam_held")


async def test_a_hold_ends_by_itself(exam: Exam) -> None:
    until = (T0 + timedelta(days=2)).isoformat()
    await exam.post(f"{exam.url}/holds", reason="复核", until=until)
    await exam.asks()
    assert len(exam.box.recorder.index.holds()) == 1
    exam.centre.clock.advance(3 * 86_400)
    await exam.asks()
    assert exam.box.recorder.index.holds() == []


@pytest.mark.parametrize("until", [T0 - 2 * MINUTES, T0, T0 + timedelta(days=4000)])
async def test_a_hold_ends_after_the_session_and_within_ten_years(
    exam: Exam, until: datetime
) -> None:
    body = {"reason": "复核", "until": until.astimezone(UTC).isoformat()}
    answer = await exam.admin.post(f"{exam.url}/holds", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "body.until"


async def test_without_the_bureaus_key_a_package_waits_for_its_signature(
    centre: Centre, admin: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with exam_of(centre, admin, tmp_path) as exam:
        package = await exam.sealed()
        assert (package["state"], package["key_fingerprint"]) == ("collected", None)
        [row] = (await table(admin, exam.exam_id))["items"]
        assert (row["package"], row["seal"]) == ("collected", None)


async def test_a_box_that_did_not_record_the_room_says_so_and_is_asked_again(
    centre: Centre, admin: httpx.AsyncClient, tmp_path: Path
) -> None:
    async with exam_of(centre, admin, tmp_path, "room2") as exam:
        package = await exam.sealed()
        assert (package["state"], package["trouble"]) == ("failed", "not_recorded_here")
        assert package["detail"] == "room2"
        assert (await exam.post(f"{exam.url}/package"))["state"] == "ordered"


async def test_another_manifest_than_was_ordered_is_refused(exam: Exam, tmp_path: Path) -> None:
    await exam.post(f"{exam.url}/package")
    client = exam.desk._client
    [order] = (await asyncio.to_thread(client.exam_orders)).make
    # The same box brings the facts of another room.
    other = order.facts.model_copy(update={"room": "002"})
    collect_package(tmp_path / "other", other, [], [], T0)
    written = (tmp_path / "other" / MANIFEST_NAME).read_bytes()
    await asyncio.to_thread(client.bring_exam_manifest, order.package_id, written)
    package = (await exam.kept())["package"]
    assert (package["state"], package["trouble"]) == ("failed", "other_facts")
    [row] = (await table(exam.admin, exam.exam_id))["items"]
    assert row["seal"] is None


async def test_a_segment_comes_only_when_two_agreed_and_only_as_it_was_sealed(exam: Exam) -> None:
    package = await exam.sealed()
    client, package_id = exam.desk._client, UUID(package["package_id"])

    def bring(number: int, data: bytes) -> None:
        client.bring_exam_segment(package_id, number, iter([data]))

    with pytest.raises(HeldError, match="404"):
        await asyncio.to_thread(bring, 1, b"x")
    ask = f"/api/v1/exam-packages/{package['id']}/releases"
    asked = await exam.post(ask, recipient="市教育考试院", reason="复核")
    decision = f"/api/v1/exam-releases/{asked['id']}/decision"
    await exam.post(decision, await exam.another(), agrees=True, reason="已核公函")
    with pytest.raises(DeliveryError, match="422"):
        await asyncio.to_thread(bring, 1, b"x")
    with pytest.raises(HeldError, match="404"):
        await asyncio.to_thread(bring, 4000, b"x")
    assert not exam.centre.runtime.exam_packages.numbers(package_id)


async def test_a_session_is_ordered_and_held_as_a_whole(exam: Exam) -> None:
    session_id = (await table(exam.admin, exam.exam_id))["session"]["id"]
    url = f"/api/v1/exams/{exam.exam_id}/sessions/{session_id}"
    assert await exam.post(f"{url}/holds", **HOLD) == {"made": 1}
    assert await exam.post(f"{url}/packages") == {"ordered": 1, "not_ordered": []}
    told = await exam.post(f"{url}/packages")
    assert told["ordered"] == 0
    assert [(each["room"], each["why"]) for each in told["not_ordered"]] == [("001", "on_its_way")]
    [room] = (await table(exam.admin, exam.exam_id))["items"]
    assert room["package"] == "ordered"


async def test_a_package_on_the_box_goes_when_nobody_needs_it(exam: Exam) -> None:
    await exam.sealed()
    folder = exam.data_dir / PACKAGES_NAME
    assert len(list(folder.iterdir())) == 1
    exam.centre.clock.advance(366 * 86_400)
    await exam.asks()
    assert list(folder.iterdir()) == []

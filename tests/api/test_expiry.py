"""What is deleted after its time, and above all what is not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import EvidenceKind, MissingReason, MissingTime
from api.db.camera import AnalysedInterval, MissingInterval, RetentionVerdict
from api.db.models import AccessLogEntry, Alert, AlertEvidence, AlertHistory, Base, EvidenceFile
from api.expiry import Expiry
from api.expiry_clock import ExpiryClock
from tests.api.centre import (
    Centre,
    beat,
    put_alert,
    put_analysed,
    put_evidence,
    put_retention,
    running_centre,
)
from tests.api.messages import (
    T0,
    alert_uuid,
    analysed,
    episode,
    evidence_ref,
    heartbeat,
    retention,
    sha256,
)

DAY_S = 86_400


def _pictures(name: str) -> dict[EvidenceKind, bytes]:
    return {kind: f"{name} {kind}".encode() for kind in EvidenceKind}


async def _alert(worker: httpx.AsyncClient, name: str, **changes: Any) -> UUID:
    pictures = _pictures(name)
    refs = tuple(evidence_ref(content, kind) for kind, content in pictures.items())
    await put_alert(worker, episode(name, evidence=refs, **changes))
    for kind, content in pictures.items():
        await put_evidence(
            worker, content, "video/mp4" if kind is EvidenceKind.CLIP else "image/jpeg"
        )
    return alert_uuid(name)


async def _judge(person: httpx.AsyncClient, alert_id: UUID, verdict: str) -> None:
    body = {"reason": "animal"} if verdict == "false-positive" else {}
    answer = await person.post(f"/api/v1/alerts/{alert_id}/{verdict}", json=body)
    assert answer.status_code == 200, answer.text


async def _detail(person: httpx.AsyncClient, alert_id: UUID) -> dict[str, Any]:
    answer = await person.get(f"/api/v1/alerts/{alert_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def _has_pictures(centre: Centre, person: httpx.AsyncClient, name: str) -> bool:
    """Whether files, detail and answers agree that they are there, or that they are not."""
    detail = await _detail(person, alert_uuid(name))
    found = set()
    for kind, content in _pictures(name).items():
        found.add(centre.runtime.evidence.path(sha256(content)).exists())
        if kind is not EvidenceKind.SNAPSHOT_ORIGINAL:
            answer = await person.get(f"/api/v1/evidence/{sha256(content)}")
            found.add(answer.status_code == 200)
    for piece in detail["evidence"]:
        found |= {piece["available"], piece["deleted_at"] is None}
    found.add(detail["has_original"])
    found.add(detail["history"][-1]["action"] != "evidence_deleted")
    [is_there] = found
    return is_there


async def _count(centre: Centre, model: type[Base]) -> int:
    async with centre.runtime.database.read(EVERYTHING) as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def _advance(centre: Centre, days: float) -> None:
    """So many days go by, in which the command centre runs."""

    def mono() -> float:
        return centre.clock.now.timestamp()

    rounds = Expiry(kind_s=60, clock=ExpiryClock(mono))
    await rounds.run(centre.runtime)
    centre.clock.advance(days * DAY_S)
    await rounds.run(centre.runtime)


async def _sign_in_again(centre: Centre) -> httpx.AsyncClient:
    return await centre.signed_in("wang.li", "reviewer-password-1")


@pytest.mark.whole
async def test_pictures_go_by_what_became_of_the_alert(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    for name in ("false", "true", "unjudged", "held"):
        await _alert(worker, name)
    await _judge(reviewer, alert_uuid("true"), "confirm")
    await _judge(reviewer, alert_uuid("held"), "false-positive")
    await reviewer.post(f"/api/v1/alerts/{alert_uuid('held')}/hold")
    centre.clock.advance(DAY_S / 4)
    await _judge(reviewer, alert_uuid("false"), "false-positive")

    async def there() -> set[str]:
        person = await _sign_in_again(centre)
        names = ("false", "true", "unjudged", "held")
        return {name for name in names if await _has_pictures(centre, person, name)}

    await _advance(centre, 30)
    assert await there() == {"false", "true", "unjudged", "held"}
    await _advance(centre, 0.1)
    assert await there() == {"true", "unjudged", "held"}
    await _advance(centre, 60)
    assert await there() == {"true", "held"}
    await _advance(centre, 3000)
    person = await _sign_in_again(centre)
    assert await _has_pictures(centre, person, "true")
    assert await _has_pictures(centre, person, "held")
    gone = await person.get(f"/api/v1/alerts/{alert_uuid('false')}")
    assert gone.status_code == 404
    assert await _count(centre, Alert) == 2
    assert await _count(centre, AlertEvidence) == await _count(centre, EvidenceFile) == 8
    async with centre.runtime.database.read(EVERYTHING) as session:
        left = set(await session.scalars(select(AlertHistory.alert_id)))
    assert left == {alert_uuid("true"), alert_uuid("held")}


@pytest.mark.whole
async def test_an_alert_counts_from_its_arrival_and_its_judgement(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _alert(worker, "of long ago", raised_at=T0 - timedelta(days=4000))
    await _advance(centre, 89)
    person = await _sign_in_again(centre)
    await _judge(person, alert_uuid("of long ago"), "false-positive")
    await _advance(centre, 29)
    assert await _has_pictures(centre, await _sign_in_again(centre), "of long ago")
    await _advance(centre, 2)
    assert not await _has_pictures(centre, await _sign_in_again(centre), "of long ago")


@pytest.mark.whole
async def test_confirmed_pictures_go_only_where_the_settings_say_so(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with running_centre(
        tmp_path / "data", template=migrated_data_dir, keep_confirmed_days=365
    ) as centre:
        worker, reviewer = await centre.worker(), await centre.reviewer()
        await _alert(worker, "true")
        await _judge(reviewer, alert_uuid("true"), "confirm")
        await _advance(centre, 365)
        assert await _has_pictures(centre, await _sign_in_again(centre), "true")
        await _advance(centre, 1)
        person = await _sign_in_again(centre)
        assert not await _has_pictures(centre, person, "true")
        await _advance(centre, 3000)
        person = await _sign_in_again(centre)
        assert (await _detail(person, alert_uuid("true")))["status"] == "confirmed"


async def test_a_file_that_another_alert_needs_stays(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    shared = b"the same picture"
    for name in ("false", "true"):
        await put_alert(worker, episode(name, evidence=(evidence_ref(shared),)))
    await put_evidence(worker, shared)
    await _judge(reviewer, alert_uuid("false"), "false-positive")
    await _judge(reviewer, alert_uuid("true"), "confirm")
    await _advance(centre, 3000)
    person = await _sign_in_again(centre)
    assert (await person.get(f"/api/v1/evidence/{sha256(shared)}")).status_code == 200


async def test_what_was_deleted_is_not_taken_again(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    alert_id = await _alert(worker, "false")
    await _judge(reviewer, alert_id, "false-positive")
    await _advance(centre, 31)
    picture = _pictures("false")[EvidenceKind.SNAPSHOT]
    assert await put_evidence(worker, picture) is False
    assert not centre.runtime.evidence.path(sha256(picture)).exists()
    assert not await _has_pictures(centre, await _sign_in_again(centre), "false")


async def test_what_a_late_revision_names_goes_in_its_turn(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    alert_id = await _alert(worker, "late")
    await _judge(reviewer, alert_id, "false-positive")
    await _advance(centre, 31)
    clip = b"a clip that was long on its way"
    refs = (evidence_ref(clip, EvidenceKind.CLIP),)
    await put_alert(worker, episode("late", revision=2, evidence=refs))
    # Taken, as the answer says; a round of the centre's own may come before we could look.
    assert await put_evidence(worker, clip, "video/mp4")
    await _advance(centre, 0)
    assert not centre.runtime.evidence.path(sha256(clip)).exists()


async def test_a_stop_half_way_leaves_nothing_that_nobody_names(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    alert_id = await _alert(worker, "false")
    await _judge(reviewer, alert_id, "false-positive")
    # As if the power had failed between the files and the commit.
    centre.runtime.evidence.remove(sha256(content) for content in _pictures("false").values())
    await _advance(centre, 31)
    assert not await _has_pictures(centre, await _sign_in_again(centre), "false")


async def test_files_that_no_alert_names_go_too(centre: Centre, worker: httpx.AsyncClient) -> None:
    await put_evidence(worker, b"of an alert that never came")
    await _advance(centre, 89)
    assert await _count(centre, EvidenceFile) == 1
    await _advance(centre, 2)
    assert await _count(centre, EvidenceFile) == 0
    path = centre.runtime.evidence.path(sha256(b"of an alert that never came"))
    assert not path.exists()


@pytest.mark.whole
async def test_only_administrators_release_what_somebody_holds(
    centre: Centre,
    worker: httpx.AsyncClient,
    reviewer: httpx.AsyncClient,
    admin: httpx.AsyncClient,
) -> None:
    alert_id = await _alert(worker, "held")
    for _ in range(2):
        answer = await reviewer.post(f"/api/v1/alerts/{alert_id}/hold")
        assert answer.status_code == 200
    detail = await _detail(reviewer, alert_id)
    assert (detail["held_by"], detail["held_at"]) == ("wang.li", "2026-11-24T02:00:00Z")
    refused = await reviewer.post(f"/api/v1/alerts/{alert_id}/release")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await admin.post(f"/api/v1/alerts/{alert_id}/release")).status_code == 200
    detail = await _detail(reviewer, alert_id)
    assert (detail["held_by"], detail["held_at"]) == (None, None)
    assert [(entry["action"], entry["by"]) for entry in detail["history"]] == [
        ("received", None),
        ("held", "wang.li"),
        ("released", "admin"),
    ]
    assert (await reviewer.post(f"/api/v1/alerts/{alert_uuid('no')}/hold")).status_code == 404


async def test_the_access_log_is_kept_for_a_year(centre: Centre, admin: httpx.AsyncClient) -> None:
    before = await _count(centre, AccessLogEntry)
    assert before > 0
    await _advance(centre, 364)
    assert await _count(centre, AccessLogEntry) == before
    await _advance(centre, 2)
    async with centre.runtime.database.read(EVERYTHING) as session:
        left = list(await session.scalars(select(AccessLogEntry.action)))
    # That it was shortened is itself an entry.
    assert left == ["log_shortened"]


@pytest.mark.whole
async def test_minutes_of_analysed_time_go_and_later_ones_stay(
    centre: Centre, worker: httpx.AsyncClient
) -> None:
    missing = (MissingTime(reason=MissingReason.OFFLINE, seconds=5.0),)
    told = [analysed(T0 + timedelta(minutes=minute), 55.0, missing=missing) for minute in range(60)]
    await put_analysed(worker, [*told, analysed(T0 + timedelta(days=40), 55.0, missing=missing)])
    await _advance(centre, 91)
    assert await _count(centre, AnalysedInterval) == 61
    await _advance(centre, 2)
    assert await _count(centre, AnalysedInterval) == 1
    assert await _count(centre, MissingInterval) == 1


@pytest.mark.whole
async def test_verdicts_nobody_can_ask_for_go(centre: Centre, worker: httpx.AsyncClient) -> None:
    await put_retention(worker, retention())
    await _advance(centre, 1024)
    assert await _count(centre, RetentionVerdict) == 1
    await _advance(centre, 2)
    assert await _count(centre, RetentionVerdict) == 0


@pytest.mark.whole
async def test_rounds_take_as_many_steps_as_they_need(
    centre: Centre, worker: httpx.AsyncClient
) -> None:
    for number in range(120):  # more than a step takes
        await put_alert(worker, episode(str(number)))
    await put_evidence(worker, b"of none of them")
    rounds = Expiry(kind_s=0.001, clock=ExpiryClock(lambda: centre.clock.now.timestamp()))
    await rounds.run(centre.runtime)
    centre.clock.advance(731 * DAY_S)
    for _ in range(20):
        await rounds.run(centre.runtime)
    assert await _count(centre, Alert) == await _count(centre, EvidenceFile) == 0
    here = await centre.client(address="127.0.0.1")
    lines = (await here.get("/metrics")).text.splitlines()
    assert 'mingan_api_deleted_total{kind="alert"} 120.0' in lines
    assert 'mingan_api_deleted_total{kind="evidence_of_nothing"} 1.0' in lines


@pytest.mark.whole
async def test_files_of_one_moment_are_looked_at_together(
    centre: Centre, worker: httpx.AsyncClient
) -> None:
    """More than one step takes, and all of them arrived at once by a clock that stands."""
    for number in range(301):
        await put_evidence(worker, str(number).encode())
    await _advance(centre, 91)
    assert await _count(centre, EvidenceFile) == 0


async def test_a_clock_that_is_years_ahead_deletes_nothing(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    """One round with the centre's clock ten years ahead."""
    await _alert(worker, "unjudged")
    await put_analysed(worker, [analysed(T0, 55.0)])
    before = await _count(centre, AccessLogEntry)
    centre.clock.advance(3650 * DAY_S)
    await Expiry(kind_s=60).run(centre.runtime)
    assert await _count(centre, Alert) == 1
    assert await _count(centre, AccessLogEntry) == before
    assert await _count(centre, AnalysedInterval) == 1
    assert await _has_pictures(centre, await _sign_in_again(centre), "unjudged")


@pytest.mark.whole
async def test_a_jump_is_told_and_caught_up_with_under_a_ceiling(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await _alert(worker, "unjudged")
    ran_s = 0.0
    rounds = Expiry(kind_s=60, clock=ExpiryClock(lambda: ran_s))
    await rounds.run(centre.runtime)
    centre.clock.advance(100 * DAY_S)
    for day in range(24):
        ran_s = day * DAY_S
        await rounds.run(centre.runtime)
        if day == 2:
            health = await (await _sign_in_again(centre)).get("/api/v1/health")
            assert {"code": "expiry_waits"} in health.json()["problems"]
            assert health.json()["status"] == "degraded"
        is_there = await _has_pictures(centre, await _sign_in_again(centre), "unjudged")
        assert is_there == (day * 4 <= 90), day


@pytest.mark.whole
async def test_the_boxes_clocks_are_asked(centre: Centre, worker: httpx.AsyncClient) -> None:
    """A hundred days by our clock, in which the boxes lived through ten."""
    await _alert(worker, "unjudged")
    rounds = Expiry(kind_s=60, clock=ExpiryClock(lambda: centre.clock.now.timestamp()))
    await rounds.run(centre.runtime)
    centre.clock.advance(100 * DAY_S)
    for number, days in enumerate((10, 10, 100)):
        sent_at = T0 + timedelta(days=days)
        await beat(worker, heartbeat(worker_id=f"box-{number}", sent_at=sent_at))
    await rounds.run(centre.runtime)
    await centre.add_user("wang.li", Role.DISTRICT_REVIEWER)
    person = await _sign_in_again(centre)
    assert await _has_pictures(centre, person, "unjudged")
    health = (await person.get("/api/v1/health")).json()
    assert {"code": "expiry_waits"} in health["problems"]

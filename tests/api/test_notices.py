"""Who is told of what and when, what is lost when somebody dies, and what nobody is ever told."""

from __future__ import annotations

import base64
import ipaddress
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import RiskLevel
from api.db.job import Job
from api.db.notice import NoticeChannel
from api.jobs.kinds import JobKind
from api.kit.sealing import Seal, SealBrokenError
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, tell
from api.notices.timing import Hours, window
from api.orders import watch
from api.rounds import kinds, notice_kinds
from tests.api.centre import (
    Centre,
    all_due,
    beat,
    cheap_settings,
    put_alert,
    put_camera,
    running_centre,
)
from tests.api.district import MINE, THEIRS, decide, photograph
from tests.api.messages import alert_uuid, camera_beat, episode, heartbeat, registration
from tests.support.notice_peer import Answer, NoticePeer, notice_peer

WHSEC = "whsec_" + base64.b64encode(bytes(range(24))).decode()
EVERY_EVENT = [str(each) for each in NoticeEvent]


class Bureau:
    """A district of two schools, a peer that is told, and an administrator who says of what."""

    def __init__(self, centre: Centre, peer: NoticePeer) -> None:
        self.centre = centre
        self.peer = peer

    async def arrive(self) -> None:
        self.admin = await self.centre.admin()
        self.workers = {
            each: await self.centre.enrolled(self.admin, each) for each in (MINE, THEIRS)
        }

    async def channel(self, name: str, school_id: str | None = None, **more: Any) -> int:
        told = {
            "name": name,
            "kind": "webhook",
            "school_id": school_id,
            "per_minute": 600,
            "settings": {"url": f"{self.peer.url}/{name}", "secret": WHSEC},
            **more,
        }
        made = await self.admin.post("/api/v1/notices/channels", json=told)
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def rule(self, *channel_ids: int, **more: Any) -> int:
        told = {"name": "r", "events": EVERY_EVENT, "channel_ids": list(channel_ids), **more}
        made = await self.admin.post("/api/v1/notices/rules", json=told)
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def happens(
        self, key: str, school_id: str | None = MINE, risk: RiskLevel | None = RiskLevel.CLASS_2
    ) -> None:
        told = Told(NoticeEvent.ALERT_CONFIRMED, key, key, school_id, risk, {"rule": "smoking"})
        async with self.centre.runtime.work(EVERYTHING) as work:
            await tell(work, told)

    async def finding(self, school_id: str = MINE, risk: str = "class_2") -> int:
        told = {"kind": "finding", "text": "灭火器过期", "risk": risk, "subject": "safety"}
        made = await self.admin.post("/api/v1/orders", json={**told, "school_id": school_id})
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def due(self, *more: JobKind) -> None:
        """What is due now is done."""
        await all_due(self.centre.runtime, [*notice_kinds(), *more])

    async def wait(self, seconds: float, *more: JobKind) -> None:
        self.centre.clock.advance(seconds)
        self.admin = await self.centre.admin()
        await self.due(*more)

    def told(self) -> dict[str, list[str]]:
        """What each channel was told of, by name."""
        found: dict[str, list[str]] = {}
        for heard in self.peer.heard:
            items = json.loads(heard.body)["items"]
            found.setdefault(heard.path[1:], []).extend(
                f"{each['event']} {each['about']}" for each in items
            )
        return found

    async def log(self, query: str = "") -> list[Any]:
        answer = await self.admin.get(f"/api/v1/notices{query}")
        assert answer.status_code == 200, answer.text
        items = answer.json()["items"]
        assert isinstance(items, list)
        return items


@pytest.fixture
async def bureau(tmp_path: Path, migrated_data_dir: Path) -> AsyncIterator[Bureau]:
    loopback = (ipaddress.IPv4Network("127.0.0.0/8"),)
    changes = {"networks_allowed": loopback, "console_url": "https://mingan.test/"}
    async with (
        notice_peer() as peer,
        running_centre(tmp_path / "data", template=migrated_data_dir, **changes) as centre,
    ):
        found = Bureau(centre, peer)
        await found.arrive()
        yield found


async def test_an_orders_life_is_told_to_school_and_supervisor_and_to_no_other(
    bureau: Bureau,
) -> None:
    ours = await bureau.channel("bureau")
    await bureau.channel("mine", MINE)
    await bureau.channel("theirs", THEIRS)
    await bureau.rule(ours, to_school=True)
    order_id = await bureau.finding(risk="class_1")
    about = f"order {order_id}"
    await bureau.due()
    await bureau.wait(24 * 3600 * 30, *watch.kinds())
    for _ in range(3):
        await bureau.wait(1, *watch.kinds())
    school = await bureau.centre.person(Role.SCHOOL_MANAGER, MINE)
    await school.post(f"/api/v1/order-photographs/{order_id}", content=photograph())
    assert (await decide(school, order_id, "submit", 1, note="done")).status_code == 200
    back = await decide(bureau.admin, order_id, "return", 2, note="again")
    assert back.status_code == 200, back.text
    for _ in range(3):
        await bureau.wait(1, *watch.kinds())
    told = bureau.told()
    assert set(told) == {"bureau", "mine"}
    assert Counter(told["bureau"]) == Counter(told["mine"])
    assert set(told["mine"]) == {
        f"order_assigned {about}",
        f"order_overdue {about}",
        f"order_escalated {about}",
        f"order_returned {about}",
    }
    assert [each["state"] for each in await bureau.log()] == ["sent"] * len(bureau.peer.heard)


async def test_a_confirmed_alert_is_told_once_it_cannot_be_undone(bureau: Bureau) -> None:
    await bureau.rule(await bureau.channel("c"))
    worker = bureau.workers[MINE]
    await put_camera(worker, registration(school_id=MINE))
    for name in ("a", "b", "c"):
        await put_alert(worker, episode(name, school_id=MINE, zone=name))
        done = await bureau.admin.post(f"/api/v1/alerts/{alert_uuid(name)}/confirm")
        assert done.status_code == 200, done.text
    assert (await bureau.admin.post(f"/api/v1/alerts/{alert_uuid('a')}/undo")).status_code == 200
    revised = {"status": "false_positive", "reason": "animal", "note": "x"}
    at_once = await bureau.admin.post(
        f"/api/v1/alerts/{alert_uuid('c')}/revise", json=revised, headers={"If-Match": '"1"'}
    )
    assert at_once.status_code == 200, at_once.text
    await bureau.due()
    assert bureau.told() == {}
    await bureau.wait(11)
    await bureau.wait(1)
    assert bureau.told() == {"c": [f"alert_confirmed {alert_uuid('b')}"]}
    later = await bureau.admin.post(
        f"/api/v1/alerts/{alert_uuid('b')}/revise", json=revised, headers={"If-Match": '"1"'}
    )
    assert later.status_code == 200, later.text
    await bureau.wait(11)
    assert len(bureau.peer.heard) == 1


@pytest.mark.whole
async def test_a_lost_box_and_a_dead_job_are_told(bureau: Bureau) -> None:
    ours = await bureau.channel("bureau")
    await bureau.channel("mine", MINE)
    await bureau.rule(ours, to_school=True)
    worker = bureau.workers[MINE]
    await put_camera(worker, registration(school_id=MINE))
    now = bureau.centre.clock()
    await beat(worker, heartbeat(camera_beat(), school_id=MINE, sent_at=now, started_at=now))
    async with bureau.centre.runtime.work(EVERYTHING) as work:
        work.session.add(
            Job(kind="expiry", key="x", payload={}, created_at=now, failed_at=now,
                attempts=8, error="OSError")
        )  # fmt: skip
    await bureau.wait(120, *kinds(bureau.centre.runtime.settings))
    for _ in range(3):
        await bureau.wait(61)
    told = bureau.told()
    assert [each.split()[0] for each in told["mine"]] == ["box_lost"]
    assert sorted(each.split()[0] for each in told["bureau"]) == ["box_lost", "job_dead"]


@pytest.mark.whole
async def test_what_cannot_be_sent_is_tried_again_and_told_under_one_number(
    bureau: Bureau,
) -> None:
    await bureau.rule(await bureau.channel("c"))
    bureau.peer.script = [
        Answer(500, b"later"),
        Answer(hangs_up=True),
        Answer(429, headers={"Retry-After": "300"}),
    ]
    await bureau.happens("a")
    await bureau.due()
    [waits] = await bureau.log("?state=waiting")
    assert (waits["outcome"], waits["answer"], waits["attempts"]) == ("refused", "later", 1)
    await bureau.wait(6)
    await bureau.wait(11)
    await bureau.wait(200)
    assert len(bureau.peer.heard) == 3, "five minutes were asked for"
    await bureau.wait(101)
    assert len({each.headers["webhook-id"] for each in bureau.peer.heard}) == 1
    [sent] = await bureau.log("?state=sent")
    assert sent["attempts"] == len(bureau.peer.heard) == 4
    assert sent["id"] == bureau.peer.heard[0].headers["webhook-id"]


@pytest.mark.whole
async def test_what_is_given_up_is_seen_and_can_be_tried_again(bureau: Bureau) -> None:
    await bureau.rule(await bureau.channel("c"))
    bureau.peer.script = [Answer(403, b"bad sign")] * 16
    await bureau.happens("a")
    await bureau.due()
    for _ in range(16):
        await bureau.wait(3601)
    [dead] = await bureau.log("?state=dead")
    assert (dead["outcome"], dead["answer"]) == ("bad_credentials", "bad sign")
    assert len(bureau.peer.heard) == 16
    again = await bureau.admin.post(f"/api/v1/jobs/{dead['job_id']}/retry")
    assert again.status_code == 200, again.text
    await bureau.due()
    assert [each["state"] for each in await bureau.log()] == ["sent"]


async def test_what_was_sent_before_a_death_is_not_sent_again(bureau: Bureau) -> None:
    """It died between our commit and the job's mark."""
    await bureau.rule(await bureau.channel("c"))
    await bureau.happens("a")
    await bureau.due()
    async with bureau.centre.runtime.work(EVERYTHING) as work:
        again = {"done_at": None, "due_at": work.now, "attempts": 1}
        await work.session.execute(update(Job).where(Job.kind == "notice_send").values(**again))
    await bureau.wait(1)
    assert len(bureau.peer.heard) == 1


@pytest.mark.whole
async def test_many_at_once_are_few_messages_and_nothing_is_lost(bureau: Bureau) -> None:
    channel_id = await bureau.channel("c", per_minute=20)
    await bureau.rule(channel_id)
    runtime = bureau.centre.runtime
    count = 300
    async with runtime.work(EVERYTHING) as work:
        for number in range(count):
            key = f"{number:04}"
            told = Told(NoticeEvent.ALERT_CONFIRMED, key, key, MINE, RiskLevel.CLASS_2)
            await tell(work, told)
    await bureau.due()
    for _ in range(4):
        await bureau.wait(3.1)
    bodies = [json.loads(each.body) for each in bureau.peer.heard]
    assert sum(each["count"] for each in bodies) == count
    assert len(bodies) <= 4
    assert all(len(each["items"]) <= 100 for each in bodies)


async def test_a_digest_collects_and_class_1_does_not_wait(bureau: Bureau) -> None:
    await bureau.rule(await bureau.channel("c"), digest_min=30)
    for key in ("a", "b"):
        await bureau.happens(key)
        await bureau.wait(60)
    assert bureau.told() == {}
    await bureau.happens("fire", risk=RiskLevel.CLASS_1)
    await bureau.due()
    assert bureau.told() == {"c": ["alert_confirmed fire"]}
    await bureau.wait(30 * 60)
    assert bureau.told() == {"c": [f"alert_confirmed {key}" for key in ("fire", "a", "b")]}
    assert len(bureau.peer.heard) == 2


@pytest.mark.whole
async def test_quiet_hours_are_the_schools_and_class_1_breaks_them(bureau: Bureau) -> None:
    await bureau.rule(await bureau.channel("c"), hours_from="07:00", hours_to="19:00")
    # 22:00 in Shanghai.
    now = bureau.centre.clock()
    evening = now.replace(hour=14, minute=0, second=0) + timedelta(days=1)
    await bureau.wait((evening - now).total_seconds())
    await bureau.happens("a")
    await bureau.happens("fire", risk=RiskLevel.CLASS_1)
    await bureau.due()
    await bureau.wait(8.9 * 3600)
    assert bureau.told() == {"c": ["alert_confirmed fire"]}
    await bureau.wait(0.2 * 3600)
    assert bureau.told() == {"c": ["alert_confirmed fire", "alert_confirmed a"]}


async def test_rules_choose_by_event_class_and_school(bureau: Bureau) -> None:
    names = ("all", "class", "event", "school", "off")
    ids = {name: await bureau.channel(name) for name in names}
    await bureau.rule(ids["all"])
    await bureau.rule(ids["class"], risks=["class_1"])
    await bureau.rule(ids["event"], events=["box_lost"])
    await bureau.rule(ids["school"], school_ids=[THEIRS])
    await bureau.rule(ids["off"], is_enabled=False)
    await bureau.happens("a")
    await bureau.happens("b", THEIRS, RiskLevel.CLASS_1)
    await bureau.due()
    await bureau.wait(1)
    a, b = "alert_confirmed a", "alert_confirmed b"
    assert bureau.told() == {"all": [a, b], "class": [b], "school": [b]}


async def test_a_rule_that_names_a_schools_channel_tells_it_of_no_other_school(
    bureau: Bureau,
) -> None:
    await bureau.rule(await bureau.channel("mine", MINE), school_ids=[])
    await bureau.happens("theirs", THEIRS)
    await bureau.happens("nobodys", None)
    await bureau.happens("mine", MINE)
    await bureau.due()
    await bureau.wait(1)
    assert bureau.told() == {"mine": ["alert_confirmed mine"]}


@pytest.mark.whole
async def test_a_channel_that_is_off_or_gone_is_sent_nothing(bureau: Bureau) -> None:
    off, gone = [await bureau.channel(name) for name in ("off", "gone")]
    rule = await bureau.rule(off, gone, digest_min=30)
    await bureau.happens("a")
    await bureau.due()
    told = {"name": "off", "is_enabled": False, "settings": {}}
    changed = await bureau.admin.put(f"/api/v1/notices/channels/{off}", json=told)
    assert changed.status_code == 200, changed.text
    refused = await bureau.admin.delete(f"/api/v1/notices/channels/{gone}")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert (await bureau.admin.delete(f"/api/v1/notices/rules/{rule}")).status_code == 204
    assert (await bureau.admin.delete(f"/api/v1/notices/channels/{gone}")).status_code == 204
    await bureau.wait(31 * 60)
    assert bureau.peer.heard == []
    dropped = await bureau.log("?state=dead")
    assert {each["outcome"] for each in dropped} == {"channel_off"}
    assert {each["channel_name"] for each in dropped} == {"off", "gone"}


async def test_a_test_shows_what_the_peer_answered(bureau: Bureau) -> None:
    channel_id = await bureau.channel("c", kind="feishu", settings={"url": f"{bureau.peer.url}/c"})
    bureau.peer.script = [Answer(200, b'{"code": 19021, "msg": "sign match fail"}'), Answer()]
    url = f"/api/v1/notices/channels/{channel_id}/test"
    bad, good = [(await bureau.admin.post(url)).json() for _ in range(2)]
    assert (bad["outcome"], bad["status"]) == ("refused", 200)
    assert "19021" in bad["answer"]
    assert good["outcome"] == "delivered"
    entries = (await bureau.admin.get("/api/v1/audit")).json()["items"]
    assert [each["action"] for each in entries[:3]] == [
        "notice_channel_tested",
        "notice_channel_tested",
        "notice_channel_created",
    ]


async def test_secrets_are_never_told_and_not_readable_in_the_database(bureau: Bureau) -> None:
    url, password = f"{bureau.peer.url}/hook/ABCDEFGHIJKL", "hunter2hunter2"
    hook = await bureau.channel("hook", settings={"url": url, "secret": WHSEC})
    mail = {"host": "mail.test.cn", "sender": "a@b.cn", "recipients": ["c@d.cn"]}
    mail |= {"username": "mingan", "password": password}
    await bureau.channel("mail", kind="mail", settings=mail)
    await bureau.admin.put(
        f"/api/v1/notices/channels/{hook}", json={"name": "renamed", "settings": {}}
    )
    answers = [
        (await bureau.admin.get(path)).text
        for path in ("/api/v1/notices/channels", "/api/v1/audit", "/api/v1/audit.csv")
    ]
    async with bureau.centre.runtime.database.read(EVERYTHING) as session:
        rows = list(await session.scalars(select(NoticeChannel)))
    stored = json.dumps([[row.sealed, row.name] for row in rows])
    for secret in (url, "ABCDEFGHIJKL", WHSEC, password):
        assert all(secret not in each for each in [*answers, stored])
    first, second = json.loads(answers[0])["items"]
    assert first["settings"]["secrets"] == ["url", "secret"]
    assert second["settings"]["secrets"] == ["password"]
    # What was not given anew is still there.
    assert (await bureau.admin.post(f"/api/v1/notices/channels/{hook}/test")).json()[
        "outcome"
    ] == "delivered"


async def test_a_kept_secret_is_handed_to_nobody_else(bureau: Bureau) -> None:
    mail = {"host": "mail.test.cn", "sender": "a@b.cn", "recipients": ["c@d.cn"]}
    channel_id = await bureau.channel(
        "mail", kind="mail", settings=mail | {"username": "u", "password": "hunter2hunter2"}
    )
    moved = {"name": "m", "settings": mail | {"host": "evil.test.cn", "username": "u"}}
    answer = await bureau.admin.put(f"/api/v1/notices/channels/{channel_id}", json=moved)
    assert answer.status_code == 422
    hook = await bureau.channel("hook")
    moved = {"name": "h", "settings": {"url": "https://evil.test.cn/x"}}
    answer = await bureau.admin.put(f"/api/v1/notices/channels/{hook}", json=moved)
    assert answer.status_code == 422


async def test_what_does_not_fit_is_told_by_field_and_without_secrets(bureau: Bureau) -> None:
    wrong: list[tuple[str, dict[str, Any], str]] = [
        ("webhook", {}, "url"),
        ("webhook", {"url": "https://a.cn/x", "secret": "too-short"}, "secret"),
        ("webhook", {"url": "ftp://a.cn/x/secretsecret", "secret": WHSEC}, "url"),
        ("wecom", {"url": "https://u:p@a.cn/secretsecret"}, "url"),
        ("wecom", {"url": "https://a.cn/x", "secret": "secretsecret"}, "secret"),
        ("mail", {"host": "a.cn"}, "sender"),
        ("mail", {"host": "a b", "sender": "a@b.cn"}, "host"),
        ("mail", {"host": "a.cn", "sender": "a@b.cn\r\nBcc: x@y.cn"}, "sender"),
        ("dingtalk", {"url": "https://a.cn/x", "host": "a.cn"}, "host"),
    ]
    for kind, settings, field in wrong:
        told = {"name": "x", "kind": kind, "settings": settings}
        answer = await bureau.admin.post("/api/v1/notices/channels", json=told)
        assert answer.status_code == 422, (kind, settings)
        assert any(each["where"].endswith(field) for each in answer.json()["errors"]), answer.text
        assert "secretsecret" not in answer.text
    rules = [{"hours_from": "07:00"}, {"channel_ids": [99]}, {"school_ids": ["none"]}, {}]
    for rule in rules:
        told = {"name": "x", "events": ["box_lost"], "to_school": rule != {}, **rule}
        assert (await bureau.admin.post("/api/v1/notices/rules", json=told)).status_code == 422


async def test_without_a_rule_nothing_is_kept(bureau: Bureau) -> None:
    await bureau.channel("c")
    await bureau.finding()
    await bureau.due()
    assert await bureau.log() == []


@pytest.mark.whole
async def test_the_log_is_paged_and_narrowed(bureau: Bureau) -> None:
    ids = [await bureau.channel(name) for name in ("a", "b")]
    await bureau.rule(*ids)
    for number in range(3):
        await bureau.happens(str(number), MINE if number else THEIRS)
        await bureau.wait(1)
    seen, cursor = [], ""
    while True:
        answer = await bureau.admin.get(f"/api/v1/notices?limit=4{cursor}")
        seen += [each["id"] for each in answer.json()["items"]]
        if answer.json()["next_cursor"] is None:
            break
        cursor = f"&cursor={answer.json()['next_cursor']}"
    assert len(seen) == len(set(seen)) == 6
    assert len(await bureau.log(f"?channel_id={ids[0]}")) == 3
    assert len(await bureau.log(f"?school_id={THEIRS}")) == 2
    assert await bureau.log("?school_id=none") == []


@pytest.mark.whole
async def test_the_log_is_forgotten_after_three_months(bureau: Bureau) -> None:
    await bureau.rule(await bureau.channel("c"))
    await bureau.happens("a")
    await bureau.due()
    await bureau.wait(93 * 24 * 3600)
    assert await bureau.log() == []


def test_a_seal_opens_for_its_key_and_purpose_alone() -> None:
    sealed = Seal(b"k" * 32, "one").seal("密码")
    assert Seal(b"k" * 32, "one").open(sealed) == "密码"
    assert "密码" not in sealed
    for key, purpose in ((b"x" * 32, "one"), (b"k" * 32, "other")):
        with pytest.raises(SealBrokenError):
            Seal(key, purpose).open(sealed)


@pytest.mark.parametrize(
    ("now", "digest_min", "since", "until"),
    [
        ("12:00", 0, None, "12:00"),
        ("12:00", 30, None, "12:30"),
        ("18:50", 30, None, "07:00"),
        ("19:00", 0, "07:00", "07:00"),
        ("03:00", 30, "07:00", "07:30"),
    ],
)
def test_windows(now: str, digest_min: int, since: str | None, until: str) -> None:
    hours = Hours.of("07:00", "19:00")
    at = datetime.fromisoformat(f"2026-11-24T{now}+00:00")
    found = window(at, "class_2", hours, digest_min, "UTC")
    told = [None if each is None else f"{each:%H:%M}" for each in (found.since, found.until)]
    assert told == [since, until]
    assert found.until >= at
    assert found.until.tzinfo == UTC
    assert window(at, "class_1", hours, digest_min, "UTC").until == at


async def test_nobody_of_a_school_may_see_any_of_it(bureau: Bureau) -> None:
    manager: httpx.AsyncClient = await bureau.centre.person(Role.SCHOOL_MANAGER, MINE)
    for path in ("", "/channels", "/rules"):
        assert (await manager.get(f"/api/v1/notices{path}")).status_code == 403


def test_sending_keeps_no_other_job_waiting(tmp_path: Path) -> None:
    """It has a scheduler of its own: no kind is in both."""
    others = {kind.name for kind in kinds(cheap_settings(tmp_path))}
    assert not {kind.name for kind in notice_kinds()} & others

"""Browsers that are woken without a text: of whom, until when, and by which services."""

from __future__ import annotations

import base64
import datetime as dt
import ipaddress
import json
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr
from sqlalchemy import select

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import RiskLevel
from api.db.models import PushSubscription
from api.notices.channels import post
from api.notices.channels.base import Attempt, Item, Message, Outside
from api.notices.channels.push import key_of, public_key
from api.notices.channels.registry import KINDS
from api.notices.schemas import ChannelKind, ChannelSettings, NoticeEvent, Outcome
from api.notices.telling import Told, tell
from api.rounds import notice_kinds
from tests.api.centre import REVIEWER_PASSWORD, Centre, all_due, running_centre
from tests.api.district import MINE, THEIRS
from tests.support.notice_peer import Answer, NoticePeer, notice_peer

NOW = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)
LOOPBACK = (ipaddress.IPv4Network("127.0.0.0/8"),)
KEY = key_of(bytes(range(32)))
ITEM = Item("alert_confirmed", "no-1", "class_1", NOW, "a-1", "[一类风险] · 第一小学 · 告警属实")
MESSAGE = Message("ab" * 16, [ITEM], 1, "zh", "https://mingan.test")
PUSH = "/api/v1/notices/push"


@pytest.fixture
async def peer() -> AsyncIterator[NoticePeer]:
    async with notice_peer() as running:
        yield running


async def send(
    peer: NoticePeer, networks: Any = LOOPBACK, hosts: tuple[str, ...] = ("127.0.0.1",)
) -> Attempt:
    settings = ChannelSettings(url=SecretStr(f"{peer.url}/wake/secret-0123456789"))
    outside = Outside(networks, NOW, push_key=KEY, push_hosts=hosts)
    return await KINDS[ChannelKind.PUSH].send(settings, MESSAGE, outside)


async def test_a_browser_is_woken_with_nothing_in_it(peer: NoticePeer) -> None:
    peer.else_answer = Answer(201, b"")
    assert (await send(peer)).outcome is Outcome.DELIVERED
    [heard] = peer.heard
    assert (heard.body, heard.headers["content-length"]) == (b"", "0")
    said = json.dumps(heard.headers, ensure_ascii=False)
    assert not any(each in said for each in ("no-1", "第一小学", "alert", "smoking"))
    assert (heard.headers["urgency"], heard.headers["ttl"]) == ("high", "86400")


async def test_who_wakes_it_is_said_as_the_standard_says(peer: NoticePeer) -> None:
    """Checked by a library that nobody here wrote."""
    await send(peer)
    scheme, _, rest = peer.heard[0].headers["authorization"].partition(" ")
    parts = dict(each.strip().split("=", 1) for each in rest.split(","))
    assert (scheme, parts["k"]) == ("vapid", public_key(KEY))
    point = base64.urlsafe_b64decode(parts["k"] + "=")
    x, y = (base64.urlsafe_b64encode(each).rstrip(b"=") for each in (point[1:33], point[33:]))
    known = ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x.decode(), "y": y.decode()})
    claims = jwt.decode(parts["t"], known, algorithms=["ES256"]).claims
    assert claims["aud"] == peer.url
    assert claims["exp"] == int(NOW.timestamp()) + 12 * 3600
    assert claims["sub"].startswith(("mailto:", "https:"))


async def test_it_is_told_again_under_the_same_number(peer: NoticePeer) -> None:
    peer.script = [Answer(hangs_up=True)]
    assert (await send(peer)).outcome is Outcome.UNREACHABLE
    assert (await send(peer)).outcome is Outcome.DELIVERED
    assert [each.headers["topic"] for each in peer.heard] == [MESSAGE.id] * 2
    assert len(MESSAGE.id) <= 32, "RFC 8030 takes no longer one"


@pytest.mark.parametrize(
    ("answer", "outcome", "after_s"),
    [
        (Answer(429, headers={"Retry-After": "90"}), Outcome.RATE_LIMITED, 90.0),
        (Answer(404), Outcome.NO_RECIPIENT, 0.0),
        (Answer(410), Outcome.NO_RECIPIENT, 0.0),
        (Answer(403, b"no such key"), Outcome.BAD_CREDENTIALS, 0.0),
        (Answer(500), Outcome.REFUSED, 0.0),
        (Answer(500, b"no secret-0123456789"), Outcome.REFUSED, 0.0),
    ],
)
async def test_an_answer_is_judged(
    peer: NoticePeer, answer: Answer, outcome: Outcome, after_s: float
) -> None:
    peer.script = [answer]
    attempt = await send(peer)
    assert (attempt.outcome, attempt.status) == (outcome, answer.status)
    assert attempt.after_s == after_s
    assert "secret-0123456789" not in attempt.answer


async def test_a_silent_service_is_left(peer: NoticePeer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(post, "WHOLE_S", 1.0)
    peer.script = [Answer(is_silent=True)]
    begin_s = time.monotonic()
    assert (await send(peer)).outcome is Outcome.TIMEOUT
    assert time.monotonic() - begin_s < 5.0


async def test_a_redirect_is_not_followed(peer: NoticePeer) -> None:
    async with notice_peer() as inward:
        peer.script = [Answer(307, headers={"Location": f"{inward.url}/inside"})]
        assert (await send(peer)).outcome is Outcome.REDIRECTED
        assert inward.heard == []


@pytest.mark.parametrize(("networks", "hosts"), [((), ("127.0.0.1",)), (LOOPBACK, ()), ((), ())])
async def test_nothing_leads_inside(
    peer: NoticePeer, networks: Any, hosts: tuple[str, ...]
) -> None:
    assert (await send(peer, networks, hosts)).outcome is Outcome.ADDRESS_REFUSED
    assert peer.heard == []


# --- in the command centre ------------------------------------------------------------------------


class House:
    """Two schools with people, a service that wakes browsers, and a rule that names roles."""

    def __init__(self, centre: Centre, peer: NoticePeer) -> None:
        self.centre, self.peer = centre, peer

    async def arrive(self) -> None:
        self.admin = await self.centre.admin()
        for school_id in (MINE, THEIRS):
            await self.centre.enrolled(self.admin, school_id)
        told = {"name": "p", "kind": "push", "per_minute": 600, "settings": {}}
        made = await self.admin.post("/api/v1/notices/channels", json=told)
        assert made.status_code == 201, made.text
        self.channel_id = made.json()["id"]
        rule = {"name": "r", "events": ["alert_confirmed"], "roles": ["school_manager"]}
        rule |= {"channel_ids": [self.channel_id]}
        assert (await self.admin.post("/api/v1/notices/rules", json=rule)).status_code == 201

    async def manager(self, name: str, school_id: str) -> httpx.AsyncClient:
        await self.centre.add_user(name, Role.SCHOOL_MANAGER, school_id)
        return await self.centre.signed_in(name, REVIEWER_PASSWORD)

    async def names(self, person: httpx.AsyncClient, browser: str) -> int:
        """Have a browser told; answers with which status."""
        answer = await person.put(PUSH, json={"endpoint": f"{self.peer.url}/wake/{browser}"})
        return answer.status_code

    async def happens(self, school_id: str = MINE) -> Counter[str]:
        """An alert is confirmed; answers which browsers are woken."""
        about = secrets.token_hex(8)
        told = Told(NoticeEvent.ALERT_CONFIRMED, about, about, school_id, RiskLevel.CLASS_2)
        async with self.centre.runtime.work(EVERYTHING) as work:
            await tell(work, told)
        await self.wait(0)
        return await self.wait(2)

    async def wait(self, seconds: float) -> Counter[str]:
        self.centre.clock.advance(seconds)
        await all_due(self.centre.runtime, notice_kinds())
        woken = Counter(each.path.removeprefix("/wake/") for each in self.peer.heard)
        if seconds:
            self.peer.heard.clear()
        return woken


@pytest.fixture
async def house(tmp_path: Path, migrated_data_dir: Path, peer: NoticePeer) -> AsyncIterator[House]:
    changes = {"networks_allowed": LOOPBACK, "push_hosts": ("127.0.0.1",)}
    peer.else_answer = Answer(201, b"")
    async with AsyncExitStack() as stack:
        opened = running_centre(tmp_path / "data", template=migrated_data_dir, **changes)
        found = House(await stack.enter_async_context(opened), peer)
        await found.arrive()
        yield found


@pytest.mark.whole
async def test_each_is_told_of_their_school_in_their_browsers(house: House) -> None:
    phone, theirs = await house.manager("li", MINE), await house.manager("wang", THEIRS)
    desk = await house.centre.signed_in("li", REVIEWER_PASSWORD)
    for person, browser in ((phone, "phone"), (desk, "desk"), (theirs, "theirs")):
        assert await house.names(person, browser) == 204
    assert await house.happens() == {"phone": 1, "desk": 1}
    assert await house.happens(THEIRS) == {"theirs": 1}
    seen = (await phone.get(PUSH)).json()
    assert [each["is_current"] for each in seen["browsers"]].count(True) == 1
    assert len(seen["browsers"]) == 2
    assert "/wake/" not in json.dumps(seen)
    assert (await phone.delete(PUSH)).status_code == 204
    assert await house.happens() == {"desk": 1}


async def test_signing_out_or_being_disabled_ends_it(house: House) -> None:
    phone = await house.manager("li", MINE)
    desk = await house.centre.signed_in("li", REVIEWER_PASSWORD)
    await house.names(phone, "phone")
    await house.names(desk, "desk")
    assert (await phone.post("/api/v1/auth/logout")).status_code == 204
    assert await house.happens() == {"desk": 1}
    disabled = await house.admin.post("/api/v1/users/li/disable")
    assert disabled.status_code == 200, disabled.text
    assert await house.happens() == {}
    assert (await house.admin.post("/api/v1/users/li/enable")).status_code == 200
    assert await house.happens() == {}
    async with house.centre.runtime.database.read(EVERYTHING) as session:
        assert (await session.scalars(select(PushSubscription))).all() == []


async def test_a_session_that_ended_in_time_is_not_told(house: House) -> None:
    await house.names(await house.manager("li", MINE), "phone")
    house.centre.clock.advance(12 * 3600 + 1)
    assert await house.happens() == {}


async def test_a_browser_is_that_of_whoever_signed_in_there_last(house: House) -> None:
    """The one before went away without signing out."""
    await house.names(await house.manager("li", MINE), "shared")
    await house.names(await house.manager("wang", THEIRS), "shared")
    assert await house.happens() == {}
    assert await house.happens(THEIRS) == {"shared": 1}


async def test_a_browser_that_is_no_more_is_forgotten(house: House) -> None:
    person = await house.manager("li", MINE)
    await house.names(person, "phone")
    house.peer.script = [Answer(410)]
    assert await house.happens() == {"phone": 1}
    assert (await person.get(PUSH)).json()["browsers"] == []
    assert await house.happens() == {}


async def test_one_service_that_fails_keeps_no_other_browser_waiting(house: House) -> None:
    phone = await house.manager("li", MINE)
    await house.names(phone, "phone")
    await house.names(await house.centre.signed_in("li", REVIEWER_PASSWORD), "desk")
    house.peer.script = [Answer(503)]
    assert await house.happens() == {"phone": 1, "desk": 1}
    assert sum((await house.wait(60)).values()) == 1, "it is tried again, and it alone"


async def test_a_test_wakes_ones_own_browser(house: House) -> None:
    url = f"/api/v1/notices/channels/{house.channel_id}/test"
    assert (await house.admin.post(url)).json()["outcome"] == "no_recipient"
    await house.names(await house.manager("li", MINE), "phone")
    await house.names(house.admin, "mine")
    assert (await house.admin.post(url)).json()["outcome"] == "delivered"
    assert [each.path for each in house.peer.heard] == ["/wake/mine"]


@pytest.mark.whole
@pytest.mark.parametrize(
    "endpoint",
    [
        "https://push.example.org/x",
        "https://127.0.0.1.example.org/x",
        "https://user@127.0.0.1/x",
        "file:///etc/passwd",
        "https://127.0.0.1:99999999/x",
    ],
)
async def test_only_services_that_were_allowed_are_taken(house: House, endpoint: str) -> None:
    refused = await house.admin.put(PUSH, json={"endpoint": endpoint})
    assert refused.status_code == 422, refused.text
    assert endpoint not in refused.text


async def test_it_is_off_by_default(tmp_path: Path, migrated_data_dir: Path) -> None:
    async with running_centre(tmp_path / "data", template=migrated_data_dir) as centre:
        admin = await centre.admin()
        assert (await admin.get(PUSH)).json() == {"key": None, "browsers": []}
        for host in ("fcm.googleapis.com", "updates.push.services.mozilla.com"):
            refused = await admin.put(PUSH, json={"endpoint": f"https://{host}/x"})
            assert refused.status_code == 422


async def test_the_key_is_in_every_backup_since_it_follows_from_the_centres(
    house: House,
) -> None:
    shown = (await house.admin.get(PUSH)).json()["key"]
    kept = house.centre.runtime.settings.audit_key_path
    assert shown == public_key(key_of(house.centre.runtime.audit_key))
    assert kept.exists()
    assert len(base64.urlsafe_b64decode(shown + "=")) == 65

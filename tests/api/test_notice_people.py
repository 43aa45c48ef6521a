"""Who is written to by their role: of their own schools and places, and while they are there."""

from __future__ import annotations

import email
import email.policy
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.access.roles import Role
from api.access.scope import EVERYTHING
from api.contract import RiskLevel
from api.db.camera import Camera
from api.notices.schemas import NoticeEvent
from api.notices.telling import Told, tell
from api.organisations.schemas import PlaceKind
from api.rounds import notice_kinds
from tests.api.centre import REVIEWER_PASSWORD, Centre, all_due, running_centre
from tests.api.conftest import DistrictTemplate
from tests.api.district import MINE, THEIRS, Objects, put_at
from tests.support.mail_peer import Mailbox, MailServer

USERS = "/api/v1/users"
CHANNELS = "/api/v1/notices/channels"
RULES = "/api/v1/notices/rules"
EVERY_EVENT = [str(each) for each in NoticeEvent]
TOLD_ROLES = [str(each) for each in Role if each is not Role.AUDITOR]


class House:
    """Two schools, a mail server, and a rule that names roles."""

    def __init__(self, centre: Centre, mailbox: Mailbox, port: int, both: list[Objects]) -> None:
        self.centre, self.mailbox, self.port = centre, mailbox, port
        self.mine, self.theirs = both

    async def arrive(self) -> None:
        self.admin = await self.centre.admin()

    async def channel(self, **more: Any) -> int:
        settings = {
            "host": "127.0.0.1",
            "port": self.port,
            "security": "plain",
            "sender": "mingan@edu.test.cn",
        }
        told = {"name": "m", "kind": "mail_people", "per_minute": 600, "settings": settings, **more}
        made = await self.admin.post(CHANNELS, json=told)
        assert made.status_code == 201, made.text
        return int(made.json()["id"])

    async def rule(self, channel_id: int, **more: Any) -> None:
        told = {"name": "r", "events": EVERY_EVENT, "roles": TOLD_ROLES, **more}
        made = await self.admin.post(RULES, json={"channel_ids": [channel_id], **told})
        assert made.status_code == 201, made.text

    async def person(
        self, username: str, role: Role, school_id: str | None = None, *place_ids: int
    ) -> None:
        await self.centre.add_user(username, role, school_id, place_ids)
        told = {"mail": f"{username}@edu.test.cn"}
        answer = await self.admin.put(f"{USERS}/{username}/mail", json=told)
        assert answer.status_code == 200, answer.text

    async def happens(
        self,
        event: NoticeEvent,
        about: str,
        school_id: str | None,
        risk: RiskLevel | None = RiskLevel.CLASS_2,
    ) -> None:
        told = Told(event, about, about, school_id, risk, {"rule": "smoking"})
        async with self.centre.runtime.work(EVERYTHING) as work:
            await tell(work, told)

    async def box_of(self, of: Objects) -> int:
        """The box of the school's camera."""
        async with self.centre.runtime.database.read(EVERYTHING) as session:
            camera = await session.get(Camera, of.camera_key)
        assert camera is not None
        assert camera.box_id is not None
        return camera.box_id

    async def wait(self, seconds: float = 1.0) -> None:
        """Find whom to tell, and a moment later send: each mail keeps the channel's distance."""
        await all_due(self.centre.runtime, notice_kinds())
        self.centre.clock.advance(seconds)
        await all_due(self.centre.runtime, notice_kinds())

    def written_to(self) -> Counter[str]:
        """How many mails each address got; each mail has one."""
        assert all(len(each.rcpt_tos) == 1 for each in self.mailbox.taken)
        names = [each.rcpt_tos[0].partition("@")[0] for each in self.mailbox.taken]
        self.mailbox.taken.clear()
        return Counter(names)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def port(mailbox: Mailbox) -> Iterator[int]:
    server = MailServer(mailbox)
    server.start()
    yield server.port
    server.stop()


@pytest.fixture
async def house(
    tmp_path: Path, district_template: DistrictTemplate, mailbox: Mailbox, port: int
) -> AsyncIterator[House]:
    changes: dict[str, Any] = {"networks_allowed": (ipaddress.IPv4Network("127.0.0.0/8"),)}
    both = [replace(deepcopy(each), worker=None) for each in district_template.objects]
    template = district_template.folder
    async with running_centre(tmp_path / "data", template=template, **changes) as centre:
        found = House(centre, mailbox, port, both)
        await found.arrive()
        yield found


async def people_of(house: House) -> int:
    """People of every kind at both schools, whose cameras stand in kitchens; answers mine."""
    kitchen = await put_at(house.centre, house.mine, PlaceKind.COOKING)
    other = await put_at(house.centre, house.theirs, PlaceKind.COOKING)
    await house.person("reviewer", Role.DISTRICT_REVIEWER)
    await house.person("admin2", Role.DISTRICT_ADMIN)
    await house.person("auditor", Role.AUDITOR)
    for school_id, kept, mark in ((MINE, kitchen, "a"), (THEIRS, other, "b")):
        await house.person(f"manager-{mark}", Role.SCHOOL_MANAGER, school_id)
        await house.person(f"canteen-{mark}", Role.SCHOOL_CANTEEN, school_id)
        await house.person(f"security-{mark}", Role.SCHOOL_SECURITY, school_id)
        await house.person(f"contractor-{mark}", Role.CONTRACTOR, school_id, kept)
    # Whoever said no address is not written to, and whoever is out neither.
    await house.centre.add_user("silent", Role.SCHOOL_MANAGER, MINE)
    await house.person("gone", Role.SCHOOL_MANAGER, MINE)
    gone = await house.admin.post(f"{USERS}/gone/disable")
    assert gone.status_code == 200, gone.text
    return kitchen


@pytest.mark.whole
async def test_each_is_told_of_their_own_school_and_places(house: House) -> None:
    await people_of(house)
    await house.rule(await house.channel())
    district = {"reviewer": 1, "admin2": 1}
    kitchen_a = {"manager-a": 1, "canteen-a": 1, "contractor-a": 1}
    about_alert = house.mine.alerts["get"]
    await house.happens(NoticeEvent.ALERT_CONFIRMED, about_alert, MINE)
    await house.wait()
    assert house.written_to() == {**district, **kitchen_a}
    await house.happens(NoticeEvent.ALERT_CONFIRMED, house.theirs.alerts["get"], THEIRS)
    await house.wait(1)
    kitchen_b = {name.replace("-a", "-b"): 1 for name in kitchen_a}
    assert house.written_to() == {**district, **kitchen_b}
    await house.happens(NoticeEvent.BOX_LOST, f"box {await house.box_of(house.mine)}", MINE, None)
    await house.wait(1)
    assert house.written_to() == {**district, **kitchen_a}
    await house.happens(NoticeEvent.JOB_DEAD, "job 1", None, None)
    await house.wait(1)
    assert house.written_to() == {"admin2": 1}, "who may see jobs"


@pytest.mark.whole
async def test_an_order_is_told_to_whom_it_was_given_and_to_no_other_role_of_places(
    house: House,
) -> None:
    await people_of(house)
    await house.rule(await house.channel(), roles=["school_canteen", "school_security"])
    told = {"kind": "finding", "text": "灭火器过期", "risk": "class_2", "subject": "safety"}
    told |= {"school_id": MINE, "assignee": "security-a"}
    made = await house.admin.post("/api/v1/orders", json=told)
    assert made.status_code == 201, made.text
    await house.wait()
    assert house.written_to() == {"security-a": 1}


@pytest.mark.whole
async def test_a_contractor_whose_end_date_passed_is_not_told(house: House) -> None:
    await people_of(house)
    await house.rule(await house.channel(), roles=["contractor"])
    about = house.mine.alerts["get"]
    await house.happens(NoticeEvent.ALERT_CONFIRMED, about, MINE)
    await house.wait()
    assert house.written_to() == {"contractor-a": 1}
    await house.wait(30 * 86400)
    await house.happens(NoticeEvent.ALERT_CONFIRMED, about, MINE)
    await house.wait(1)
    assert house.written_to() == {}


@pytest.mark.whole
async def test_who_left_or_changed_schools_before_the_digest_is_not_told(house: House) -> None:
    await people_of(house)
    await house.person("mover", Role.SCHOOL_MANAGER, MINE)
    await house.rule(await house.channel(), roles=["school_manager", "contractor"], digest_min=60)
    await house.happens(NoticeEvent.ALERT_CONFIRMED, house.mine.alerts["get"], MINE)
    await house.wait()
    moved = {"role": "school_manager", "school_id": THEIRS}
    assert (await house.admin.put(f"{USERS}/mover", json=moved)).status_code == 200
    await house.happens(NoticeEvent.ALERT_CONFIRMED, house.theirs.alerts["get"], THEIRS)
    await house.wait()
    assert (await house.admin.post(f"{USERS}/manager-a/disable")).status_code == 200
    await put_at(house.centre, house.mine, PlaceKind.ENTRANCE)  # the camera left the kitchen
    await house.wait(3601)
    taken = [(each.rcpt_tos[0], each.content) for each in house.mailbox.taken]
    assert {to for to, _ in taken} == {
        f"{n}@edu.test.cn" for n in ("manager-b", "contractor-b", "mover")
    }
    [mail] = [content for to, content in taken if to.startswith("mover@")]
    assert isinstance(mail, bytes)
    text = email.message_from_bytes(mail, policy=email.policy.default).get_content()
    assert f"name of {THEIRS}" in text
    assert MINE not in text
    admin = await house.centre.admin()
    dead = (await admin.get("/api/v1/notices?state=dead")).json()["items"]
    assert {(each["username"], each["outcome"]) for each in dead} == {
        ("manager-a", "no_recipient"),
        ("contractor-a", "no_recipient"),
    }


@pytest.mark.whole
async def test_each_has_a_message_of_their_own_that_is_tried_again_by_itself(house: House) -> None:
    await people_of(house)
    await house.rule(await house.channel(), roles=["school_manager"])
    await house.person("second", Role.SCHOOL_MANAGER, MINE)
    house.mailbox.script = ["451 later"]
    about = house.mine.alerts["get"]
    await house.happens(NoticeEvent.ALERT_CONFIRMED, about, MINE, RiskLevel.CLASS_1)
    await house.wait()
    await house.wait(1)
    assert len(house.written_to()) == 1
    await house.wait(30)
    assert len(house.written_to()) == 1
    admin = await house.centre.admin()
    log = (await admin.get("/api/v1/notices")).json()["items"]
    assert {(each["username"], each["state"]) for each in log} == {
        ("manager-a", "sent"),
        ("second", "sent"),
    }


async def test_a_test_is_sent_to_whoever_makes_it(house: House) -> None:
    channel_id = await house.channel()
    alone = (await house.admin.post(f"{CHANNELS}/{channel_id}/test")).json()
    assert (alone["outcome"], house.mailbox.taken) == ("no_recipient", [])
    own = await house.admin.put("/api/v1/auth/mail", json={"mail": "me@edu.test.cn"})
    assert own.json() == {"mail": "me@edu.test.cn"}
    told = (await house.admin.post(f"{CHANNELS}/{channel_id}/test")).json()
    assert (told["outcome"], told["answer"]) == ("delivered", "taken")
    assert house.written_to() == {"me": 1}


@pytest.mark.whole
@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"roles": []}, "body.roles"),
        ({"roles": ["auditor"]}, "body.roles"),
        ({"roles": ["leader"], "events": ["job_dead"]}, "body.roles"),
        ({"roles": ["nobody"]}, "body.roles.0"),
    ],
)
async def test_a_rule_that_would_tell_nobody_is_refused(
    house: House, change: dict[str, Any], where: str
) -> None:
    told = {"name": "r", "events": EVERY_EVENT, "channel_ids": [await house.channel()], **change}
    refused = await house.admin.post(RULES, json=told)
    assert refused.status_code == 422, refused.text
    assert [each["where"] for each in refused.json()["errors"]] == [where]


@pytest.mark.whole
async def test_an_address_is_checked_and_known_to_few(house: House) -> None:
    await people_of(house)
    for bad in ("wang", "a@b", "a b@c.cn", "a@c.cn\nBcc: x@y.cn", "王@c.cn", "x" * 250 + "@c.cn"):
        own = await house.admin.put("/api/v1/auth/mail", json={"mail": bad})
        assert own.status_code == 422, bad
    manager = await house.centre.signed_in("manager-a", REVIEWER_PASSWORD)
    seen = {each["username"]: each["mail"] for each in (await manager.get(USERS)).json()["items"]}
    assert seen["canteen-a"] == "canteen-a@edu.test.cn"
    assert not any(name.endswith("-b") for name in seen)
    canteen = await house.centre.signed_in("canteen-a", REVIEWER_PASSWORD)
    assert (await canteen.get(USERS)).status_code == 403
    assert (await canteen.get("/api/v1/auth/mail")).json() == {"mail": "canteen-a@edu.test.cn"}
    for name, status in (("canteen-a", 200), ("canteen-b", 404), ("reviewer", 404)):
        put = await manager.put(f"{USERS}/{name}/mail", json={"mail": "new@c.cn"})
        assert put.status_code == status, (name, put.text)
    assert (await canteen.get("/api/v1/auth/me")).status_code == 200, "nobody was signed out"
    await canteen.put("/api/v1/auth/mail", json={"mail": None})
    log = (await house.admin.get("/api/v1/audit?action=user_mail_changed")).text
    assert "canteen-a" in log
    assert "@" not in log


async def test_at_creation_an_address_may_be_given(house: House) -> None:
    told = {"username": "new", "role": "leader", "mail": "new@edu.test.cn"}
    made = await house.admin.post(USERS, json=told)
    assert (made.status_code, made.json()["mail"]) == (201, "new@edu.test.cn")

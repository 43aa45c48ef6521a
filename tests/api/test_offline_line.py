"""A real command centre and a real box: the line is cut, somebody looks, the line comes back."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.access.roles import Role
from pipeline.core.clock import ManualClock
from pipeline.core.errors import DeliveryError
from pipeline.delivery.client import CentreClient
from pipeline.delivery.outbox import Message, Outbox
from pipeline.delivery.postman import Postman
from pipeline.live.config import LiveConfig
from pipeline.offline.config import OfflineViewConfig
from pipeline.offline.desk import OfflineDesk
from tests.api.centre import REVIEWER_PASSWORD, Centre, over_network
from tests.api.messages import T0
from tests.offline.test_app import own_box

SCHOOL = "no-1"
NOWHERE = "http://127.0.0.1:9"


class _LosesAnswers(CentreClient):
    """A line on which the first answer to each message is lost on its way back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answered: set[str] = set()

    def send(self, message: Message) -> None:
        super().send(message)
        if message.key not in self._answered:
            self._answered.add(message.key)
            raise DeliveryError("no answer (ReadError: cut)")


def _delivered(postman: Postman, clock: ManualClock, outbox: Outbox) -> None:
    for _ in range(50):
        try:
            postman.send_waiting()
        except DeliveryError:
            clock.advance(60)
        if outbox.backlog().pending == 0:
            return
    raise AssertionError(f"still waiting: {outbox.backlog()}")


async def test_what_was_seen_while_the_line_was_cut_is_in_the_log_exactly_once(
    centre: Centre, admin: httpx.AsyncClient, tmp_path: Path
) -> None:
    centre.runtime.settings = centre.runtime.settings.model_copy(update={"offline_view": True})
    worker = await centre.enrolled(admin, SCHOOL)
    token = worker.headers["Authorization"].removeprefix("Bearer ")
    await centre.add_user("wang.li", Role.SCHOOL_MANAGER, SCHOOL)
    async with over_network(centre) as url:
        with own_box(tmp_path) as box:
            client = CentreClient(url, lambda: token, SCHOOL)
            box.book.take(await asyncio.to_thread(client.offline_accounts))
            client.close()

            def looked() -> None:
                box.book.not_heard()
                assert box.sign_in(password="wrong").status_code == 401
                assert box.sign_in(password=REVIEWER_PASSWORD).status_code == 200
                assert box.browser.get("/api/v1/offline").json()["is_cut"] is True

            await asyncio.to_thread(looked)
            waiting = box.outbox.backlog().pending
            cut = CentreClient(NOWHERE, lambda: token, SCHOOL)
            with pytest.raises(DeliveryError):
                await asyncio.to_thread(Postman(box.outbox, cut, clock=box.clock).send_waiting)
            cut.close()
            assert box.outbox.backlog().pending == waiting == 3, "nothing is lost meanwhile"

            back = _LosesAnswers(url, lambda: token, SCHOOL)
            postman = Postman(box.outbox, back, clock=box.clock)
            await asyncio.to_thread(_delivered, postman, box.clock, box.outbox)
            back.close()
    page = (await admin.get("/api/v1/audit?limit=100")).json()["items"]
    told = [each for each in reversed(page) if each["username"] == "wang.li"]
    assert sorted(each["action"] for each in told) == [
        "offline_alerts_viewed",
        "offline_sign_in_failed",
        "offline_signed_in",
    ]
    assert {(each["username"], each["school_id"], each["subject"]) for each in told} == {
        ("wang.li", SCHOOL, "box")
    }


async def test_the_desk_asks_and_forgets_whom_it_is_not_told(
    centre: Centre, admin: httpx.AsyncClient, tmp_path: Path
) -> None:
    centre.runtime.settings = centre.runtime.settings.model_copy(update={"offline_view": True})
    worker = await centre.enrolled(admin, SCHOOL)
    token = worker.headers["Authorization"].removeprefix("Bearer ")
    await centre.add_user("wang.li", Role.SCHOOL_MANAGER, SCHOOL)
    with own_box(tmp_path) as box:
        clock = ManualClock(T0.timestamp())
        desk = OfflineDesk(
            OfflineViewConfig(enabled=True),
            LiveConfig(),
            tmp_path / "desk",
            box.site.sight.box,
            box.outbox,
            clock,
        )
        (tmp_path / "desk").mkdir()
        book = desk.sight.book
        async with over_network(centre) as url:
            client = CentreClient(url, lambda: token, SCHOOL)
            assert await asyncio.to_thread(desk.ask, client)
            assert book.find("wang.li") is not None
            assert (await admin.post("/api/v1/users/wang.li/disable")).status_code == 200
            assert await asyncio.to_thread(desk.ask, client)
            assert book.find("wang.li") is None
            assert book.line().is_cut is False
            stranger = CentreClient(url, lambda: token, "no-2")
            await centre.add_user("li.na", Role.SCHOOL_MANAGER, SCHOOL)
            assert await asyncio.to_thread(desk.ask, client)
            assert book.find("li.na") is not None
            revoked = CentreClient(url, lambda: "no token of any box", SCHOOL)
            for disowned in (stranger, revoked):
                await asyncio.to_thread(desk.ask, disowned)
                assert book.find("li.na") is None, "of a box that is revoked nobody is left"
                assert await asyncio.to_thread(desk.ask, client)
            await asyncio.to_thread(client.close)
            nowhere = CentreClient(NOWHERE, lambda: token, SCHOOL)
            assert not await asyncio.to_thread(desk.ask, nowhere)
            assert book.find("li.na") is not None, "a line that is cut is no refusal"
            assert book.line().is_cut is True
            nowhere.close()
            revoked.close()
            stranger.close()

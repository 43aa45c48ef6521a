"""Everybody an order passes through."""

from __future__ import annotations

from typing import Any

import httpx

from api.access.roles import Role
from tests.api.centre import Centre, put_alert, put_camera
from tests.api.district import MINE, decide, photograph
from tests.api.messages import alert_uuid, episode, registration

FINDING = {"kind": "finding", "text": "灭火器过期", "risk": "class_1", "subject": "safety"}


class People:
    """Everybody an order passes through, and a school with confirmed alerts."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre

    async def arrive(self) -> None:
        centre = self.centre
        self.admin = await centre.admin()
        worker = await centre.enrolled(self.admin, MINE)
        await put_camera(worker, registration(school_id=MINE))
        for name in ("a", "b", "c"):
            await put_alert(worker, episode(name, school_id=MINE, zone=name))
        self.reviewer = await centre.reviewer()
        self.school = await centre.person(Role.SCHOOL_MANAGER, MINE)
        for name in ("a", "b"):
            await self.reviewer.post(f"/api/v1/alerts/{alert_uuid(name)}/confirm")

    async def order(self, *names: str, **more: Any) -> int:
        body = {"alert_ids": [str(alert_uuid(name)) for name in names], **more}
        answer = await self.reviewer.post("/api/v1/orders", json=body)
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def finding(self) -> int:
        answer = await self.reviewer.post("/api/v1/orders", json={**FINDING, "school_id": MINE})
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])

    async def submitted(self, *names: str) -> int:
        """At version 2."""
        order_id = await self.order(*names)
        await send(self.school, order_id, photograph())
        answer = await decide(self.school, order_id, "submit", 1, note="done")
        assert answer.status_code == 200, answer.text
        return order_id

    async def wait(self, seconds: float) -> None:
        """A session does not last so long."""
        self.centre.clock.advance(seconds)
        self.admin = await self.centre.admin()

    async def get(self, order_id: int) -> Any:
        answer = await self.admin.get(f"/api/v1/orders/{order_id}")
        assert answer.headers["ETag"] == f'"{answer.json()["version"]}"'
        return answer.json()


async def send(client: httpx.AsyncClient, order_id: int, content: bytes) -> httpx.Response:
    return await client.post(f"/api/v1/order-photographs/{order_id}", content=content)


def codes(*answers: httpx.Response) -> list[tuple[int, str]]:
    return [(each.status_code, each.json().get("code", "")) for each in answers]

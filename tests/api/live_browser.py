"""A browser that reads live frames, and a box that sends parts, both over a real network."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.api.centre import WORKER_TOKEN
from tests.api.messages import SCHOOL_ID

MIME = 'video/mp4; codecs="avc1.64001f"'


@dataclass(frozen=True)
class Heard:
    kind: int
    channel: int
    payload: bytes

    @property
    def told(self) -> Any:
        """What a state says."""
        return json.loads(self.payload)

    @property
    def head(self) -> Any:
        """What the head of an init says."""
        size = int.from_bytes(self.payload[:2], "big")
        return json.loads(self.payload[2 : 2 + size])


class Browser:
    def __init__(self, answer: httpx.Response) -> None:
        self.view_id = answer.headers["X-View-Id"]
        self._bytes = answer.aiter_bytes()
        self._rest = b""

    async def next(self) -> Heard | None:
        """The next frame that is not a mere sign of life; ``None`` at the end."""
        async with asyncio.timeout(10):
            while True:
                while len(self._rest) < 8 or len(self._rest) < 8 + self._length():
                    try:
                        self._rest += await anext(self._bytes)
                    except StopAsyncIteration:
                        return None
                kind, channel, _, length = struct.unpack(">BBHI", self._rest[:8])
                payload, self._rest = self._rest[8 : 8 + length], self._rest[8 + length :]
                if kind:
                    return Heard(kind, channel, payload)

    async def until(self, kind: int, channel: int | None = None) -> Heard:
        """The next frame of a kind."""
        while True:
            heard = await self.next()
            assert heard is not None, "the answer ended"
            if heard.kind == kind and channel in (None, heard.channel):
                return heard

    async def until_state(self, state: str) -> Any:
        """The next state of that name."""
        while True:
            told = (await self.until(1)).told
            if told["state"] == state:
                return told

    def _length(self) -> int:
        return int.from_bytes(self._rest[4:8], "big")


@asynccontextmanager
async def looking(
    address: str, person: httpx.AsyncClient, cameras: Sequence[int], **body: Any
) -> AsyncIterator[Browser]:
    """Look at cameras, each on the channel of its place."""
    tiles = [{"channel": n, "camera_key": key} for n, key in enumerate(cameras)]
    headers = {"X-CSRF-Token": person.headers["X-CSRF-Token"]}
    cookies = dict(person.cookies)
    async with (
        httpx.AsyncClient(base_url=address, cookies=cookies, headers=headers) as client,
        client.stream("POST", "/api/v1/live", json={"tiles": tiles, **body}) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        yield Browser(answer)


class Box:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def orders(
        self, cameras: Sequence[str], serving: Sequence[str] = (), wait_s: float = 5
    ) -> Any:
        answer = await self._client.post(
            f"/api/v2/ingest/views/poll?wait_s={wait_s:g}",
            json={"school_id": SCHOOL_ID, "cameras": list(cameras), "serving": list(serving)},
        )
        assert answer.status_code == 200, answer.text
        return {"start": [], "stop": [], **answer.json()}

    async def begin(self, camera: str) -> str:
        """Wait for the order of a camera."""
        [order] = (await self.orders([camera]))["start"]
        return str(order["view_id"])

    async def init(self, view_id: str, data: bytes = b"head") -> bool:
        return await self._part(view_id, data, kind="init")

    async def media(self, view_id: str, data: bytes, *, is_key: bool = False) -> bool:
        return await self._part(view_id, data, kind="media", is_key=str(is_key).lower())

    async def trouble(self, view_id: str, trouble: str, reason: str = "") -> bool:
        answer = await self._client.post(
            f"/api/v2/ingest/views/{view_id}/trouble",
            params={"trouble": trouble, "reason": reason},
        )
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["is_wanted"])

    async def _part(self, view_id: str, data: bytes, **query: str) -> bool:
        answer = await self._client.post(
            f"/api/v2/ingest/views/{view_id}/parts",
            params=query,
            content=data,
            headers={"Content-Type": MIME},
        )
        assert answer.status_code == 200, answer.text
        return bool(answer.json()["is_wanted"])


@asynccontextmanager
async def box(address: str) -> AsyncIterator[Box]:
    """A worker at work."""
    headers = {"Authorization": f"Bearer {WORKER_TOKEN}"}
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=20) as client:
        yield Box(client)

"""Photographs of a rectification: what is taken, what is refused, what is dropped."""

from __future__ import annotations

import asyncio
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from api.kit.http import BodyLimit
from tests.api.district import decide, photograph
from tests.api.order_people import People, codes, send


@pytest.mark.whole
async def test_a_photograph_is_needed_and_the_same_one_counts_once(people: People) -> None:
    order_id = await people.order("a")
    empty = await decide(people.school, order_id, "submit", 1, note="done")
    assert codes(empty) == [(409, "no_photograph")]
    first, second = [await send(people.school, order_id, photograph(1)) for _ in range(2)]
    assert first.json() == second.json()
    found = await people.get(order_id)
    assert (found["photograph_count"], found["version"]) == (1, 1)
    await decide(people.school, order_id, "submit", 1, note="done")
    await decide(people.reviewer, order_id, "return", 2, note="not all of it")
    # What was sent before the return shows nothing new.
    stale = await decide(people.school, order_id, "submit", 3, note="done")
    assert codes(stale) == [(409, "no_photograph")]
    shown = await people.reviewer.get(found["photographs"][0]["url"])
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "private, no-store"


def _exif_with_a_place() -> bytes:
    """Big-endian TIFF: orientation 6, and a GPS directory with a latitude reference."""
    orientation = struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0)
    place = struct.pack(">HHII", 0x8825, 4, 1, 38)
    gps = struct.pack(">HHHI4sI", 1, 1, 2, 2, b"N\0\0\0", 0)
    tiff = b"MM\0*\0\0\0\x08" + struct.pack(">H", 2) + orientation + place + bytes(4) + gps
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


async def test_place_metadata_and_what_is_hidden_are_dropped(people: People) -> None:
    order_id = await people.order("a")
    plain = photograph(5, (64, 48))
    zipped = b"PK\x03\x04<script>alert(1)</script>"
    sent = plain[:2] + _exif_with_a_place() + plain[2:] + zipped
    answer = await send(people.school, order_id, sent)
    assert answer.status_code == 201, answer.text
    # Orientation 6 is a quarter turn: applied, then forgotten.
    assert (answer.json()["width"], answer.json()["height"]) == (48, 64)
    kept = (await people.reviewer.get(answer.json()["url"])).content
    assert kept.startswith(b"\xff\xd8\xff")
    assert kept.endswith(b"\xff\xd9")
    for trace in (b"Exif", b"PK\x03\x04", b"script", b"GPS"):
        assert trace not in kept


def _png(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, body: bytes) -> bytes:
        checked = name + body
        return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))

    pixels = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "heic"),
        (b"GIF89a" + bytes(64), "not_a_photograph"),
        (b"", "not_a_photograph"),
        (_png(60_000, 60_000), "too_many_pixels"),
        *(
            pytest.param(content, why, marks=pytest.mark.whole)
            for content, why in (
                (b"%PDF-1.7 \xff\xd8\xff", "not_a_photograph"),
                (photograph(1)[:400], "broken"),
                (b"\xff\xd8\xff\xd9", "broken"),
                (_png(64, 48), "broken"),
            )
        ),
    ],
)
async def test_what_is_no_photograph_is_refused_by_name(
    people: People, content: bytes, why: str
) -> None:
    order_id = await people.order("a")
    answer = await send(people.school, order_id, content)
    assert codes(answer) == [(422, "bad_photograph")]
    assert answer.json()["params"] == {"why": why}
    assert (await people.get(order_id))["photograph_count"] == 0


async def test_two_hundred_megabytes_are_refused_before_they_are_read(people: People) -> None:
    order_id = await people.order("a")
    read = 0

    async def endless() -> Any:
        nonlocal read
        for _ in range(200):
            read += 1
            yield bytes(1024 * 1024)

    url = f"/api/v1/order-photographs/{order_id}"
    declared = await people.school.post(
        url, content=b"x", headers={"Content-Length": str(200 * 1024 * 1024)}
    )
    assert codes(declared) == [(413, "too_large")]
    streamed = await people.school.post(url, content=endless())
    assert codes(streamed) == [(413, "too_large")]


async def test_bodies_that_lie_in_memory_are_so_many_of_each_kind() -> None:
    took: list[str] = []
    are_many, end = asyncio.Event(), asyncio.Event()

    async def app(scope: Scope, receive: Receive, _: Send) -> None:
        while (await receive())["more_body"]:
            pass
        took.append(scope["path"])
        if len(took) == 2:
            are_many.set()
        await end.wait()

    limit = BodyLimit(
        app,
        max_bytes=10,
        larger_bytes={"/photographs/": 100},
        at_once=2,
        exempt_prefix="/evidence/",
        open_paths=(),
        open_max_bytes=5,
    )

    async def ask(path: str, size: int) -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": bytes(size), "more_body": False}

        async def send(_: Message) -> None:
            return None

        await limit({"type": "http", "path": path, "headers": []}, receive, send)

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(ask("/photographs/1", 100))
        await are_many.wait()
        with pytest.raises(HTTPException) as refused:
            await ask("/photographs/1", 1)
        assert refused.value.status_code == 503
        with pytest.raises(HTTPException) as too_large:
            await ask("/other", 11)
        assert too_large.value.status_code == 413
        # Neither photographs nor evidence take the room of the others.
        for path, size in (("/other", 10), ("/evidence/1", 1000)):
            group.create_task(ask(path, size))
        end.set()
    assert took == ["/photographs/1"] * 2 + ["/other", "/evidence/1"]
    await ask("/photographs/1", 100)


@pytest.mark.whole
async def test_large_pictures_are_made_smaller(people: People) -> None:
    order_id = await people.order("a")
    picture = np.zeros((3000, 4000, 3), np.uint8)
    answer = await send(people.school, order_id, cv2.imencode(".png", picture)[1].tobytes())
    assert (answer.json()["width"], answer.json()["height"]) == (2048, 1536)

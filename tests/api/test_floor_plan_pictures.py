"""Pictures of floor plans: what is taken, what is refused by name, what is dropped."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import AsyncIterator

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.floor_plans.schemas import FloorPlanWrite, PlacedCamera
from tests.api.centre import Centre
from tests.api.district import MINE
from tests.api.order_people import codes
from tests.api.test_floor_plans import drawing, listed, send


@pytest.fixture
async def admin(centre: Centre) -> httpx.AsyncClient:
    found = await centre.admin()
    await centre.enrolled(found, MINE)
    return found


def _chunk(name: bytes, body: bytes) -> bytes:
    checked = name + body
    return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))


def _png(width: int, height: int) -> bytes:
    """With a header that promises so many pixels, and none of them."""
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    rest = _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + header + rest


async def _kept(admin: httpx.AsyncClient, content: bytes) -> bytes:
    answer = await send(admin, content)
    assert answer.status_code == 201, answer.text
    kept = (await admin.get(answer.json()["picture_url"])).content
    assert kept.startswith(b"\xff\xd8\xff")
    assert kept.endswith(b"\xff\xd9")
    return kept


def _decoded(jpeg: bytes) -> np.ndarray:
    found = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"%PDF-1.7\n" + bytes(64), "pdf"),
        (b"AC1032" + bytes(64), "cad"),
        (b"\0\0\0\x18ftypheic" + bytes(64), "heic"),
        (b"GIF89a" + bytes(64), "not_a_picture"),
        (b"", "not_a_picture"),
        (_png(60_000, 60_000), "too_many_pixels"),
        (_png(64, 48), "broken"),
        (drawing(".png")[:-40], "broken"),
        (drawing(".jpg")[:400], "broken"),
        (drawing(".webp")[:-40], "broken"),
        (b"RIFF\x10\0\0\0WEBPVP8 " + bytes(4), "broken"),
    ],
)
async def test_what_is_no_picture_is_refused_by_name(
    admin: httpx.AsyncClient, content: bytes, why: str
) -> None:
    answer = await send(admin, content)
    assert codes(answer) == [(422, "bad_plan_picture")]
    assert answer.json()["params"] == {"why": why}
    assert (await listed(admin))["items"] == []


async def test_what_hides_in_or_behind_a_picture_is_dropped(admin: httpx.AsyncClient) -> None:
    plain = drawing()
    told = _chunk(b"tEXt", b"Comment\0<script>alert(1)</script>")
    sent = plain[:33] + told + plain[33:] + b"PK\x03\x04hidden archive"
    kept = await _kept(admin, sent)
    for trace in (b"script", b"PK\x03\x04", b"hidden", b"tEXt"):
        assert trace not in kept


@pytest.mark.parametrize("kind", [".png", ".jpg", ".webp"])
async def test_each_kind_is_taken_as_it_looks(admin: httpx.AsyncClient, kind: str) -> None:
    shown = _decoded(await _kept(admin, drawing(kind)))
    assert shown.shape == (120, 160, 3)
    assert shown[5, 5].min() > 240, "paper"
    assert shown[20, 80].max() < 60, "a wall"


@pytest.mark.parametrize("depth", [np.uint8, np.uint16])
async def test_what_lets_through_is_laid_on_white(
    admin: httpx.AsyncClient, depth: type[np.unsignedinteger]
) -> None:
    picture = np.zeros((120, 160, 4), depth)
    picture[20:24, :, 3] = np.iinfo(depth).max
    shown = _decoded(await _kept(admin, cv2.imencode(".png", picture)[1].tobytes()))
    assert shown[60, 80].min() > 240, "not black: the walls would be gone"
    assert shown[22, 80].max() < 60


async def test_large_plans_are_made_smaller_and_stay_legible(admin: httpx.AsyncClient) -> None:
    answer = await send(admin, drawing(size=(6000, 3000)))
    assert (answer.json()["width"], answer.json()["height"]) == (3072, 1536)


async def test_two_hundred_megabytes_are_refused_before_they_are_read(
    admin: httpx.AsyncClient,
) -> None:
    read_mib = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read_mib
        for _ in range(200):
            read_mib += 1
            yield bytes(1024 * 1024)

    url = f"/api/v1/floor-plan-pictures/{MINE}?title_zh=x"
    told = {"Content-Length": str(200 * 1024 * 1024)}
    assert codes(await admin.post(url, content=b"x", headers=told)) == [(413, "too_large")]
    assert codes(await admin.post(url, content=endless())) == [(413, "too_large")]
    assert read_mib < 20
    assert (await listed(admin))["items"] == []


_NUMBERS = st.floats(allow_nan=True, allow_infinity=True) | st.floats(-1, 400)


@given(_NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS, _NUMBERS)
def test_whatever_is_written_hangs_on_the_picture_or_is_refused(
    x: float, y: float, direction_deg: float, view_deg: float, reach: float
) -> None:
    told = {"x": x, "y": y, "direction_deg": direction_deg, "view_deg": view_deg, "reach": reach}
    is_sound = (
        0 <= x <= 1
        and 0 <= y <= 1
        and 0 <= direction_deg < 360
        and 5 <= view_deg <= 360
        and 0.01 <= reach <= 1
    )
    try:
        hung = PlacedCamera.model_validate({"camera_key": 1, **told})
    except ValidationError:
        assert not is_sound
        return
    assert is_sound
    _on_it(hung)


@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 360, exclude_max=True),
    st.floats(5, 360),
    st.floats(0.01, 1),
)
def test_what_is_rounded_is_still_on_it_and_stays_so(
    x: float, y: float, direction_deg: float, view_deg: float, reach: float
) -> None:
    told = {"x": x, "y": y, "direction_deg": direction_deg, "view_deg": view_deg, "reach": reach}
    [hung] = FloorPlanWrite.model_validate(
        {"title_zh": "一层", "cameras": [{"camera_key": 1, **told}]}
    ).cameras
    _on_it(hung)
    turned = (hung.direction_deg - direction_deg + 180) % 360 - 180
    assert math.isclose(turned, 0, abs_tol=0.051)
    assert abs(hung.x - x) <= 0.000051
    assert PlacedCamera.model_validate(hung.model_dump()) == hung


def _on_it(hung: PlacedCamera) -> None:
    """As the database asks, too."""
    assert 0 <= hung.x <= 1
    assert 0 <= hung.y <= 1
    assert 0 <= hung.direction_deg < 360
    assert 5 <= hung.view_deg <= 360
    assert 0.01 <= hung.reach <= 1

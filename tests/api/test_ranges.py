"""Byte ranges: the arithmetic, then over the wire."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract import EvidenceKind
from api.evidence.ranges import BadRangeError, ByteRange, parse_range
from tests.api.centre import Centre, over_network, put_alert, put_evidence
from tests.api.messages import episode, evidence_ref, sha256

CLIP = bytes(range(256)) * 3000


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("bytes=0-0", ByteRange(0, 1)),
        ("bytes=2-4", ByteRange(2, 5)),
        ("bytes=2-", ByteRange(2, 10)),
        ("bytes=-3", ByteRange(7, 10)),
        ("bytes=-99", ByteRange(0, 10)),
        ("bytes=9-99999999999999", ByteRange(9, 10)),
        ("bytes=0-1,3-4", None),
        ("bytes=-", None),
        ("bytes=5-2", None),
        ("items=0-1", None),
        ("bytes=a-b", None),
        ("bytes=٣-٤", None),
    ],
)
def test_one_range_is_honoured_and_anything_odd_ignored(
    header: str | None, expected: ByteRange | None
) -> None:
    assert parse_range(header, 10) == expected


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-20", "bytes=-0"])
def test_a_range_outside_is_refused_with_the_size(header: str) -> None:
    with pytest.raises(BadRangeError) as caught:
        parse_range(header, 10)
    assert caught.value.headers == {"Content-Range": "bytes */10"}


@given(st.integers(1, 50), st.text(st.sampled_from("bytes=-0123456789, "), max_size=12))
def test_whatever_is_asked_the_range_lies_inside(size: int, header: str) -> None:
    try:
        found = parse_range(header, size)
    except BadRangeError:
        return
    assert found is None or 0 <= found.start < found.stop <= size


async def test_a_player_can_seek(
    centre: Centre, worker: httpx.AsyncClient, reviewer: httpx.AsyncClient
) -> None:
    await put_alert(worker, episode(evidence=(evidence_ref(CLIP, EvidenceKind.CLIP),)))
    await put_evidence(worker, CLIP, "video/mp4")
    path = f"/api/v1/evidence/{sha256(CLIP)}"
    async with over_network(centre) as address, httpx.AsyncClient(base_url=address) as browser:
        browser.cookies.update(dict(reviewer.cookies))

        whole = await browser.get(path)
        assert (whole.status_code, whole.content) == (200, CLIP)
        assert whole.headers["content-type"] == "video/mp4"
        assert whole.headers["accept-ranges"] == "bytes"
        assert whole.headers["x-content-type-options"] == "nosniff"
        assert whole.headers["cache-control"].startswith("private")
        etag = whole.headers["etag"]

        part = await browser.get(path, headers={"Range": "bytes=1000-300999"})
        assert (part.status_code, part.content) == (206, CLIP[1000:301000])
        assert part.headers["content-range"] == f"bytes 1000-300999/{len(CLIP)}"
        assert part.headers["content-length"] == "300000"

        tail = await browser.get(path, headers={"Range": "bytes=-10", "If-Range": etag})
        assert (tail.status_code, tail.content) == (206, CLIP[-10:])

        changed = await browser.get(path, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
        assert (changed.status_code, changed.content) == (200, CLIP)

        outside = await browser.get(path, headers={"Range": f"bytes={len(CLIP)}-"})
        assert (outside.status_code, outside.json()["code"]) == (416, "bad_range")
        assert outside.headers["content-range"] == f"bytes */{len(CLIP)}"

        again = await browser.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.content) == (304, b"")

"""Uploads over a real connection that breaks, or is refused before it is read to the end."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.centre import WORKER_TOKEN, over_network, running_centre
from tests.api.messages import SCHOOL_ID, sha256

LARGE = bytes(6 * 1024 * 1024)


async def test_an_upload_cut_off_leaves_nothing_and_can_be_sent_again(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with (
        running_centre(tmp_path, template=migrated_data_dir) as centre,
        over_network(centre) as address,
    ):
        where = urlsplit(address)
        path = f"/api/v2/ingest/evidence/{sha256(LARGE)}?school_id={SCHOOL_ID}"
        incoming = tmp_path / "evidence" / "incoming"
        _, writer = await asyncio.open_connection(where.hostname, where.port)
        head = (
            f"PUT {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {WORKER_TOKEN}\r\n"
            f"Content-Type: image/jpeg\r\nContent-Length: {len(LARGE)}\r\n\r\n"
        )
        writer.write(head.encode() + LARGE[: 3 * 1024 * 1024])
        await writer.drain()
        async with asyncio.timeout(10):
            while not list(incoming.iterdir()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            writer.close()
            await writer.wait_closed()
            while list(incoming.iterdir()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        async with httpx.AsyncClient(base_url=address) as client:
            answer = await client.put(
                path,
                content=LARGE,
                headers={
                    "Authorization": f"Bearer {WORKER_TOKEN}",
                    "Content-Type": "image/jpeg",
                },
            )
        assert (answer.status_code, answer.json()["changed"]) == (200, True)


@pytest.mark.whole
@pytest.mark.parametrize(
    ("token", "media_type", "status"),
    [
        ("wrong-token-wrong-token", "image/jpeg", 401),
        (WORKER_TOKEN, "text/html", 415),
        (WORKER_TOKEN, "image/jpeg", 413),
    ],
)
async def test_a_refusal_reaches_a_worker_that_is_still_sending(
    tmp_path: Path, migrated_data_dir: Path, token: str, media_type: str, status: int
) -> None:
    async with (
        running_centre(
            tmp_path, template=migrated_data_dir, evidence_max_bytes=1024 * 1024
        ) as centre,
        over_network(centre) as address,
        httpx.AsyncClient(base_url=address) as client,
    ):
        # A lost refusal would look like a bad link, and the worker would send it for ever.
        for _ in range(5):
            answer = await client.put(
                f"/api/v2/ingest/evidence/{sha256(LARGE)}?school_id={SCHOOL_ID}",
                content=LARGE,
                headers={"Authorization": f"Bearer {token}", "Content-Type": media_type},
            )
            assert answer.status_code == status

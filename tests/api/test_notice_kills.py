"""The real command centre, killed at random moments: no notice is lost, none has two numbers."""

from __future__ import annotations

import asyncio
import base64
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.centre import ADMIN_PASSWORD, WORKER_TOKEN
from tests.support.notice_peer import Answer, NoticePeer, notice_peer

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    "MINGAN_API_PASSWORD_TIME_COST": "1",
    "MINGAN_API_PASSWORD_MEMORY_KIB": "8",
    "MINGAN_API_ADMIN_PASSWORD": ADMIN_PASSWORD,
    "MINGAN_API_WORKER_TOKEN": WORKER_TOKEN,
    "MINGAN_API_NETWORKS_ALLOWED": "127.0.0.0/8",
}
WHSEC = "whsec_" + base64.b64encode(bytes(range(24))).decode()
SCHOOL = "no-1"


class Process:
    """The command centre as a process; killed, and started again on what is on the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.log = folder.parent / "log"

    def start(self) -> str:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api", "--port", "0", "--data-dir", str(self._folder)],
                cwd=ROOT,
                env=os.environ | ENVIRONMENT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith("console: "):
                return line.removeprefix("console: ").strip()
        pytest.fail(self.log.read_text("utf-8")[-2000:])

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


async def _signed_in(url: str) -> httpx.AsyncClient:
    client = httpx.AsyncClient(base_url=url, timeout=20)
    body = {"username": "admin", "password": ADMIN_PASSWORD}
    answer = await client.post("/api/v1/auth/login", json=body)
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client


async def _made(client: httpx.AsyncClient, path: str, body: Any) -> int:
    answer = await client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 201, answer.text
    return int(answer.json().get("id", 0))


async def _prepare(client: httpx.AsyncClient, peer: NoticePeer) -> None:
    await _made(client, "schools", {"school_id": SCHOOL, "name_zh": "第一小学"})
    channel = {
        "name": "peer",
        "kind": "webhook",
        "per_minute": 600,
        "settings": {"url": f"{peer.url}/hook", "secret": WHSEC},
    }
    channel_id = await _made(client, "notices/channels", channel)
    rule = {"name": "r", "events": ["order_assigned"], "channel_ids": [channel_id]}
    await _made(client, "notices/rules", rule)


async def _orders(client: httpx.AsyncClient, taken: list[str]) -> None:
    """Make orders until the process is gone; those it answered are what must be told."""
    body = {"kind": "finding", "text": "x", "risk": "class_2", "subject": "safety"}
    try:
        while True:
            order_id = await _made(client, "orders", {**body, "school_id": SCHOOL})
            taken.append(f"order {order_id}")
    except httpx.HTTPError:
        return


async def _settled(client: httpx.AsyncClient) -> None:
    """Everything that waits was sent: also what a killed process had begun, once its lease ends."""
    begin_s = time.monotonic()
    while time.monotonic() - begin_s < 60:
        waiting = (await client.get("/api/v1/jobs?state=waiting&limit=200")).json()["items"]
        if not any(each["kind"] in ("notice", "notice_send") for each in waiting):
            return
        await asyncio.sleep(0.2)
    pytest.fail("something still waits")


MANY = int(os.environ.get("MINGAN_KILLS", "30"))
"""Each costs a start of the command centre, some 5 s on a busy machine; 200 were counted once."""


@pytest.mark.parametrize(
    "kills",
    [
        pytest.param(2, marks=pytest.mark.whole),
        pytest.param(MANY, marks=[pytest.mark.whole, pytest.mark.timeout(3000)]),
    ],
)
async def test_no_notice_is_lost_and_a_repeated_one_has_its_number(
    tmp_path: Path, migrated_data_dir: Path, kills: int
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    chance = random.Random(seed)
    shutil.copytree(migrated_data_dir, tmp_path / "data")
    process, taken, killed_s = Process(tmp_path / "data"), list[str](), list[float]()
    async with notice_peer() as peer:
        peer.else_answer = Answer(delay_s=0.02)
        client = await _signed_in(await asyncio.to_thread(process.start))
        try:
            await _prepare(client, peer)
            for _ in range(kills):
                making = asyncio.create_task(_orders(client, taken))
                await asyncio.sleep(chance.uniform(0.1, 1.2))
                await asyncio.to_thread(process.kill)
                await asyncio.sleep(0.1)  # what it had sent is heard
                killed_s.append(time.monotonic())
                await making
                await client.aclose()
                client = await _signed_in(await asyncio.to_thread(process.start))
            await _settled(client)
            await client.aclose()
        finally:
            await asyncio.to_thread(process.kill)
        numbers, bodies, times_s = defaultdict(set), defaultdict(set), defaultdict(list)
        for heard in peer.heard:
            number = heard.headers["webhook-id"]
            bodies[number].add(heard.body)
            times_s[number].append(heard.at_s)
            for item in json.loads(heard.body)["items"]:
                numbers[item["about"]].add(number)
    repeated = len(peer.heard) - len(bodies)
    print(f"seed {seed}: {kills} kills, {len(taken)} orders, {len(peer.heard)} messages heard, "
          f"{repeated} of them again")  # fmt: skip
    assert len(taken) >= kills
    assert set(taken) - set(numbers) == set(), f"lost, seed {seed}"
    assert {about for about, found in numbers.items() if len(found) != 1} == set()
    assert all(len(told) == 1 for told in bodies.values())
    # Again only where a kill came between what was heard and our word that it was.
    pairs = [pair for heard_s in times_s.values() for pair in itertools.pairwise(heard_s)]
    assert len(pairs) == repeated
    for first_s, again_s in pairs:
        assert any(first_s < kill_s < again_s for kill_s in killed_s), f"sent twice, seed {seed}"
    written = process.log.read_text("utf-8")
    assert "/hook" not in written
    assert WHSEC not in written

"""What anybody on the network can do without a token: nothing that others notice."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from api.auth.gate import OPEN_PATHS
from tests.api.centre import WORKER_TOKEN, Centre, over_network, put_evidence, running_centre

ROOT = Path(__file__).parents[2]
_PATIENCE_S = 20
"""Longer than any deadline a stranger's request has."""


async def _answer_to(address: str, sent: bytes, within_s: float = _PATIENCE_S) -> bytes | None:
    """All that comes back until the server closes; None if it never does."""
    where = urlsplit(address)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write(sent)
        async with asyncio.timeout(within_s):
            return await reader.read()
    except TimeoutError:
        return None
    except ConnectionError:
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def _served(tmp_path: Path, template: Path) -> AsyncIterator[tuple[Centre, str]]:
    async with (
        running_centre(tmp_path, template=template) as centre,
        over_network(centre) as address,
    ):
        yield centre, address


@pytest.mark.whole
async def test_a_request_sent_by_half_is_not_waited_for(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    worker = f"Authorization: Bearer {WORKER_TOKEN}\r\n"
    halves = {
        "nothing": b"",
        "head": b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "second head": b"GET /api/v1/health HTTP/1.1\r\nHost: x\r\n\r\nGET /api/v1/health HT",
        "body": f"POST /api/v2/ingest/heartbeat HTTP/1.1\r\nHost: x\r\n{worker}"
        'Content-Length: 100\r\n\r\n{"worker_id":'.encode(),
        "sign-in": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n{",
    }
    async with _served(tmp_path, migrated_data_dir) as (_, address):
        answers = await asyncio.gather(*(_answer_to(address, half) for half in halves.values()))
    ended = dict(zip(halves, answers, strict=True))
    assert [name for name, answer in ended.items() if answer is None] == []
    for name in ("head", "body", "sign-in"):
        assert b" 408 " in (ended[name] or b"")
        assert b'"code":"request_timeout"' in (ended[name] or b"")


@pytest.mark.whole
async def test_a_body_is_taken_only_from_whom_is_known(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    async with _served(tmp_path, migrated_data_dir) as (centre, address):
        heads = [
            f"{method.upper()} {path.replace('{', '').replace('}', '')} HTTP/1.1\r\nHost: x\r\n"
            "Content-Type: application/json\r\nContent-Length: 4000000\r\n\r\n["
            for path, item in centre.app.openapi()["paths"].items()
            for method, what in item.items()
            if "requestBody" in what and path not in OPEN_PATHS
        ]
        assert len(heads) > 10

        async def first_line(head: str) -> bytes:
            where = urlsplit(address)
            reader, writer = await asyncio.open_connection(where.hostname, where.port)
            writer.write(head.encode())
            try:
                async with asyncio.timeout(4):
                    return await reader.readline()
            except TimeoutError:
                return b"waits for the body"
            finally:
                writer.close()

        lines = await asyncio.gather(*(first_line(head) for head in heads))
    assert {line.split(b" ")[1] for line in lines} == {b"401"}


async def test_a_sign_in_is_small(centre: Centre) -> None:
    stranger = await centre.client()
    body = {"username": "admin", "password": "x" * 20_000}
    assert (await stranger.post("/api/v1/auth/login", json=body)).status_code == 413


@pytest.mark.whole
async def test_one_address_takes_no_more_than_its_share(
    tmp_path: Path, migrated_data_dir: Path
) -> None:
    """300 idle connections of one address: many are turned away, and nobody is kept out for it."""
    async with _served(tmp_path, migrated_data_dir) as (_, address):
        where = urlsplit(address)
        pairs = [await asyncio.open_connection(where.hostname, where.port) for _ in range(300)]
        ends = [asyncio.ensure_future(reader.read(12)) for reader, _ in pairs]
        await asyncio.wait(ends, timeout=3, return_when=asyncio.ALL_COMPLETED)
        turned_away = [end for end in ends if end.done()]
        for end in ends:
            end.cancel()
        for _, writer in pairs:
            writer.close()
        await asyncio.gather(*ends, return_exceptions=True)
        assert len(turned_away) == 100
        async with httpx.AsyncClient(base_url=address) as client, asyncio.timeout(10):
            while True:
                answer = await client.get("/api/v1/health")
                if answer.status_code == 200:
                    break


@pytest.mark.whole
async def test_who_tries_passwords_does_not_hold_up_uploads(
    centre: Centre, worker: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def verify(_password: str, _hash: str) -> bool:
        return not go_on.wait(30)

    monkeypatch.setattr(centre.runtime.passwords._hashing, "verify", verify)
    clients = [await centre.client(address=f"10.8.0.{number}") for number in range(40)]
    body = {"username": "admin", "password": "wrong"}
    tries = [
        asyncio.ensure_future(client.post("/api/v1/auth/login", json=body)) for client in clients
    ]
    try:
        await asyncio.wait(tries, timeout=1)
        upload = asyncio.ensure_future(put_evidence(worker, b"a picture"))
        done, _ = await asyncio.wait([upload], timeout=5)
        assert done == {upload}
        assert upload.result() is True
    finally:
        go_on.set()
        answers = await asyncio.gather(*tries)
    # Those that cannot even wait are told so, and it is no failure of theirs.
    assert {answer.status_code for answer in answers} == {401, 503}
    assert (await clients[-1].post("/api/v1/auth/login", json=body)).status_code == 401


async def test_a_forwarded_address_is_a_claim(tmp_path: Path, migrated_data_dir: Path) -> None:
    body = {"username": "admin", "password": "wrong"}
    async with _served(tmp_path, migrated_data_dir) as (centre, address):
        async with httpx.AsyncClient(base_url=address) as stranger:
            for number in range(3):
                claim = {"X-Forwarded-For": f"203.0.113.{number}"}
                await stranger.post("/api/v1/auth/login", json=body, headers=claim)
        admin = await centre.admin()
        log = (await admin.get("/api/v1/audit?action=sign_in_failed")).json()["items"]
    assert {entry["client"] for entry in log} == {"127.0.0.1"}


async def test_a_configured_proxy_is_believed(tmp_path: Path, migrated_data_dir: Path) -> None:
    body = {"username": "admin", "password": "wrong"}
    async with (
        running_centre(
            tmp_path, template=migrated_data_dir, trusted_proxies="127.0.0.1, 10.0.0.0/28"
        ) as centre,
        over_network(centre) as address,
    ):
        async with httpx.AsyncClient(base_url=address) as proxy:
            # What a client itself wrote stands before what the proxy added.
            claim = {"X-Forwarded-For": "1.1.1.1, 203.0.113.7, 10.0.0.3"}
            await proxy.post("/api/v1/auth/login", json=body, headers=claim)
        admin = await centre.admin()
        log = (await admin.get("/api/v1/audit?action=sign_in_failed")).json()["items"]
    assert {entry["client"] for entry in log} == {"203.0.113.7"}


@pytest.mark.whole
def test_connections_without_end_do_not_fill_the_log(tmp_path: Path) -> None:
    """A service with 128 descriptors, and 200 connections for three seconds."""
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api", "--data-dir", str(tmp_path / "data"), "--port", "0"],
            cwd=ROOT,
            env=os.environ
            | {"MINGAN_API_PASSWORD_TIME_COST": "1", "MINGAN_API_PASSWORD_MEMORY_KIB": "8"},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (128, 128)),
        )
    held: list[socket.socket] = []
    try:
        assert process.stdout is not None
        line = next(line for line in process.stdout if line.startswith("console: "))
        where = urlsplit(line.partition(": ")[2].strip())
        until_s = time.monotonic() + 3
        while time.monotonic() < until_s and len(held) < 200:
            with contextlib.suppress(OSError):
                held.append(socket.create_connection((where.hostname, where.port), timeout=1))
        while time.monotonic() < until_s:
            time.sleep(0.05)
    finally:
        for one in held:
            one.close()
        process.terminate()
        process.communicate(timeout=20)
    lines = (tmp_path / "log").read_text("utf-8").splitlines()
    assert len(lines) < 20
    assert any("connections_refused" in line for line in lines)

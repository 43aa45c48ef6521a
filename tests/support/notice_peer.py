"""A peer of notices that answers as scripted, and counts what it was told."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = b'{"errcode": 0, "code": 0}'


@dataclass
class Heard:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes
    at_s: float = field(default_factory=time.monotonic)
    """When it had come."""


@dataclass
class Answer:
    """What the peer does to a request."""

    status: int = 200
    body: bytes = OK
    headers: dict[str, str] = field(default_factory=dict)
    is_silent: bool = False
    """Never answers."""
    is_endless: bool = False
    """Its body does not end."""
    delay_s: float = 0.0
    hangs_up: bool = False
    """Takes it, and goes away without a word."""


@dataclass
class NoticePeer:
    """A running peer; answers 200 and no error once its script is used up."""

    url: str
    script: list[Answer] = field(default_factory=list)
    else_answer: Answer = field(default_factory=Answer)
    heard: list[Heard] = field(default_factory=list)
    sent_bytes: int = 0


async def _request(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Heard(head[0].split(" ")[1], headers, body)


@asynccontextmanager
async def notice_peer(
    port: int = 0, *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[NoticePeer]:
    """Serve on a loopback port until the block ends."""
    peer = NoticePeer("")
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            peer.heard.append(await _request(reader))
            answer = peer.script.pop(0) if peer.script else peer.else_answer
            await asyncio.sleep(answer.delay_s)
            if answer.is_silent:
                await reader.read()
            elif not answer.hangs_up:
                await _answer(peer, writer, answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port, ssl=tls)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield peer
    finally:
        server.close()
        for writer in writers:
            writer.close()


async def _answer(peer: NoticePeer, writer: asyncio.StreamWriter, answer: Answer) -> None:
    length = 10_000_000_000 if answer.is_endless else len(answer.body)
    headers = {"Content-Length": str(length), "Connection": "close", **answer.headers}
    lines = [f"HTTP/1.1 {answer.status} x", *(f"{name}: {text}" for name, text in headers.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + answer.body)
    while answer.is_endless:
        writer.write(b" " * 65536)
        peer.sent_bytes += 65536
        await writer.drain()
    await writer.drain()

"""A console as ``scripts/bench exam`` plays it: it hears, waits, and reads as the real one does."""

from __future__ import annotations

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any

import httpx
from bench_exam_boxes import KINDS, Change

_CONSOLE = Path(__file__).resolve().parent.parent / "api" / "console" / "src"


def constant(file: str, name: str) -> int:
    """A number that the real console waits or counts by, from its source."""
    found = re.search(rf"const {name} = ([\d_]+)", (_CONSOLE / file).read_text("utf-8"))
    if found is None:
        raise SystemExit(f"{file} has no {name}: this benchmark does not read as it does any more")
    return int(found[1].replace("_", ""))


class Console:
    """Somebody who has the page open, read the way the real one reads it.

    Args:
        client: Signed in.
        table: Address of the session's table; None for a page that only listens.
        room_of: Rows of the table by camera.
    """

    def __init__(self, client: httpx.Client, table: str | None, room_of: dict[str, int]) -> None:
        self._base, self._cookies = str(client.base_url), dict(client.cookies)
        self._table, self._room_of = table, room_of
        self._settle_s = constant("live/ExamRows.ts", "SETTLE_MS") / 1000
        self._again_s = constant("exam/useExamTable.ts", "AGAIN_MS") / 1000
        self._most = constant("live/ExamRows.ts", "MOST_ROWS")
        self._rows: dict[int, dict[str, Any]] = {}
        self._cameras: set[int] = set()
        self._sittings: set[int] = set()
        self._told = asyncio.Event()
        self._awaited: list[Change] = []
        self.visible_s: dict[str, list[float]] = {kind: [] for kind in KINDS}
        self.row_ms: list[float] = []
        self.whole_ms: list[float] = []

    def await_change(self, change: Change) -> None:
        """Note when it shows."""
        self._awaited.append(change)

    @property
    def missed(self) -> int:
        """Changes that it never showed."""
        return len(self._awaited)

    async def run(self, ready: asyncio.Event) -> None:
        """Listen until cancelled."""
        async with httpx.AsyncClient(
            base_url=self._base, cookies=self._cookies, timeout=60.0, trust_env=False
        ) as client:
            await self._read(client, None)
            ready.set()
            tasks = [self._listen(client)]
            if self._table is not None:
                tasks += [self._settle(client), self._again(client)]
            await asyncio.gather(*tasks)

    async def _listen(self, client: httpx.AsyncClient) -> None:
        async with client.stream("GET", "/api/v1/stream", timeout=None) as stream:
            kind = ""
            async for line in stream.aiter_lines():
                if line.startswith("event:"):
                    kind = line[6:].strip()
                elif line.startswith("data:"):
                    told = json.loads(line[5:])
                    if kind == "camera":
                        self._cameras.add(told["id"])
                    elif kind == "exam":
                        self._sittings.add(told["sitting_id"])
                    self._told.set()

    async def _settle(self, client: httpx.AsyncClient) -> None:
        while True:
            await self._told.wait()
            await asyncio.sleep(self._settle_s)
            self._told.clear()
            cameras, sittings = self._cameras, self._sittings
            self._cameras, self._sittings = set(), set()
            only = [
                row["id"]
                for row in self._rows.values()
                if row["id"] in sittings or not cameras.isdisjoint(row["cameras"])
            ]
            if only:
                await self._read(client, only if len(only) <= self._most else None)

    async def _again(self, client: httpx.AsyncClient) -> None:
        while True:
            await asyncio.sleep(self._again_s)
            await self._read(client, None)

    async def _read(self, client: httpx.AsyncClient, only: list[int] | None) -> None:
        if self._table is None:
            return
        begun_s = time.monotonic()
        query = {} if only is None else {"sitting": only}
        answer = (await client.get(self._table, params=query)).raise_for_status()
        self._rows |= {row["id"]: row for row in answer.json()["items"]}
        now_s = time.monotonic()
        (self.whole_ms if only is None else self.row_ms).append((now_s - begun_s) * 1000)
        left = []
        for change in self._awaited:
            row = self._rows.get(self._room_of.get(change.camera_id, 0))
            if row is not None and change.shows(row):
                self.visible_s[change.kind].append(now_s - change.sent_s)
            else:
                left.append(change)
        self._awaited = left

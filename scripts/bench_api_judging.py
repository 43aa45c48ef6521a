"""Thousands of alerts confirmed at once, as the console does it, while somebody else reads."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import httpx
import numpy as np

from api.alerts.requests import MAX_TOGETHER

_READ = "/api/v1/alerts?limit=50&status=pending_review&order=class"
_ALONE = 40
_PAUSE_S = 0.05
"""Between two requests of the reader."""


class Reader(threading.Thread):
    """Asks for a queue again and again until told to stop."""

    def __init__(self, client: httpx.Client) -> None:
        super().__init__(daemon=True)
        self._client = client
        self._is_over = threading.Event()
        self.took_ms: list[float] = []

    def run(self) -> None:
        """Until :meth:`stop`."""
        while not self._is_over.is_set():
            self.took_ms.append(once(self._client))
            self._is_over.wait(_PAUSE_S)

    def stop(self) -> None:
        """No more requests after the one that is out."""
        self._is_over.set()
        self.join()


def once(client: httpx.Client) -> float:
    """Milliseconds of one reading."""
    begin_s = time.perf_counter()
    client.get(_READ).raise_for_status()
    return (time.perf_counter() - begin_s) * 1000


def _waiting(client: httpx.Client, count: int) -> list[str]:
    found: list[str] = []
    cursor = None
    while len(found) < count:
        url = httpx.URL("/api/v1/alerts?status=pending_review&limit=200")
        answer = client.get(url if cursor is None else url.copy_add_param("cursor", cursor))
        page = answer.raise_for_status().json()
        found += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    return found[:count]


def _judge(client: httpx.Client, ids: Sequence[str]) -> tuple[list[float], list[str]]:
    """Milliseconds of each call, and what was judged."""
    took, judged = [], []
    for begin in range(0, len(ids), MAX_TOGETHER):
        body = {
            "alert_ids": list(ids[begin : begin + MAX_TOGETHER]),
            "status": "confirmed",
            "note": "逐张看过",
        }
        begin_s = time.perf_counter()
        answer = client.post("/api/v1/alerts/bulk", json=body).raise_for_status()
        took.append((time.perf_counter() - begin_s) * 1000)
        judged += answer.json()["judged"]
    return took, judged


def measure(judge: httpx.Client, reader: httpx.Client, count: int) -> dict[str, Any]:
    """Confirm so many that wait, then all of them again.

    Args:
        judge: Signed in as who may judge all of them.
        reader: Signed in as somebody else, who reads a queue meanwhile.
        count: How many; as many as wait if there are fewer.
    """
    ids = _waiting(judge, count)
    alone = [once(reader) for _ in range(_ALONE)]
    other = Reader(reader)
    other.start()
    begin_s = time.perf_counter()
    took, judged = _judge(judge, ids)
    seconds = time.perf_counter() - begin_s
    other.stop()
    again = _judge(judge, ids)[1]
    return {
        "alerts": len(ids),
        "calls": len(took),
        "seconds": round(seconds, 1),
        "call_p95_ms": round(float(np.percentile(took, 95)), 1),
        "reader_alone_p95_ms": round(float(np.percentile(alone, 95)), 1),
        "reader_meanwhile_p95_ms": round(float(np.percentile(other.took_ms, 95)), 1),
        "reader_meanwhile_max_ms": round(max(other.took_ms), 1),
        "lost": len(set(ids) - set(judged)),
        "judged_again": len(again),
    }

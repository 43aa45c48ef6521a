"""Asks the command centre, as a person at the console would, what the demo brought about."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import av
import cv2
import httpx
import numpy as np


class CheckError(Exception):
    """The demo did not show what it should."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Snapshot and clip of one alert, both opened and decoded."""

    alert_id: str
    rule: str
    snapshot_width: int
    snapshot_height: int
    snapshot_bytes: int
    clip_frames: int
    clip_duration_s: float


class DemoCheck:
    """Signed in as the administrator; counts only what was raised since it was made.

    Args:
        console: Address of the command centre.
        password: Of its user ``admin``.
    """

    def __init__(self, console: str, password: str) -> None:
        self._started_at = datetime.now(UTC)
        self._started_mono = time.monotonic()
        self._first_alert_s: float | None = None
        self._http = httpx.Client(base_url=console, timeout=10.0)
        answer = self._http.post(
            "/api/v1/auth/login", json={"username": "admin", "password": password}
        )
        if answer.status_code != httpx.codes.OK:
            raise CheckError(f"signing in as admin was answered {answer.status_code}")

    def look_for_first_alert(self) -> None:
        """Note, once, how long the first alert took."""
        if self._first_alert_s is None and self._alerts():
            self._first_alert_s = time.monotonic() - self._started_mono
            print(f"first alert after {self._first_alert_s:.1f} s", flush=True)

    def report(self) -> str:
        """A few lines on what arrived.

        Raises:
            CheckError: No alert about a person came with a snapshot and a clip that decode.
        """
        alerts = self._alerts()
        if not alerts:
            raise CheckError("no alert was raised")
        reasons = []
        for alert in reversed(alerts):
            try:
                evidence = self._evidence(alert)
            except CheckError as error:
                reasons.append(str(error))
                continue
            per_rule = Counter(str(alert["rule"]) for alert in alerts)
            counts = ", ".join(f"{rule} {count}" for rule, count in sorted(per_rule.items()))
            took = "" if self._first_alert_s is None else f"{self._first_alert_s:.1f} s"
            return (
                f"\nalerts       {len(alerts)} ({counts})\n"
                f"first alert  after {took}\n"
                f"looked at    {evidence.alert_id} ({evidence.rule})\n"
                f"snapshot     {evidence.snapshot_width}×{evidence.snapshot_height}, "
                f"{evidence.snapshot_bytes / 1024:.0f} KiB\n"
                f"clip         {evidence.clip_duration_s:.1f} s, {evidence.clip_frames} frames\n"
                "OK: a real alert with snapshot and clip"
            )
        raise CheckError("no alert has evidence that opens: " + "; ".join(reasons[:3]))

    def _alerts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {"limit": "100", "from": self._started_at.isoformat()}
            page = self._get("/api/v1/alerts", {**query, **({"cursor": cursor} if cursor else {})})
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found

    def _evidence(self, alert: dict[str, Any]) -> Evidence:
        alert_id = str(alert["id"])
        if "person" not in alert["classes"]:
            raise CheckError(f"alert {alert_id} is not about a person")
        snapshot_url, clip_url = alert["snapshot_url"], alert["clip_url"]
        if snapshot_url is None or clip_url is None:
            raise CheckError(f"the evidence of alert {alert_id} has not arrived")
        snapshot = self._http.get(snapshot_url).raise_for_status().content
        picture = cv2.imdecode(np.frombuffer(snapshot, np.uint8), cv2.IMREAD_COLOR)
        if picture is None:
            raise CheckError(f"the snapshot of alert {alert_id} does not decode")
        frames, duration_s = _decode(self._http.get(clip_url).raise_for_status().content)
        if frames == 0:
            raise CheckError(f"the clip of alert {alert_id} does not decode")
        return Evidence(
            alert_id=alert_id,
            rule=str(alert["rule"]),
            snapshot_width=picture.shape[1],
            snapshot_height=picture.shape[0],
            snapshot_bytes=len(snapshot),
            clip_frames=frames,
            clip_duration_s=duration_s,
        )

    def _get(self, path: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        answer = self._http.get(path, params=query)
        if answer.status_code != httpx.codes.OK:
            raise CheckError(f"GET {path} was answered {answer.status_code}: {answer.text:.200}")
        document: dict[str, Any] = answer.json()
        return document


def _decode(clip: bytes) -> tuple[int, float]:
    """Number of frames of an MP4 and the time from the first to the last."""
    times_s = []
    try:
        with av.open(BytesIO(clip), "r") as container:
            for frame in container.decode(video=0):
                times_s.append(frame.time or 0.0)
    except av.FFmpegError:
        return 0, 0.0
    return len(times_s), max(times_s) - min(times_s) if times_s else 0.0

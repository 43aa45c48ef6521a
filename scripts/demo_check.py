"""Asks the command centre, as people at the console would, what the demo brought about."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import av
import cv2
import httpx
import numpy as np
from demo_district import DistrictError, sign_in
from demo_site import School, SignIn

__all__ = ["CheckError", "DemoCheck", "DistrictError"]


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
        self._console = console
        try:
            self._http = sign_in(console, "admin", password)
        except DistrictError as error:
            raise CheckError(str(error)) from error

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def look_for_first_alert(self) -> None:
        """Note, once, how long the first alert took."""
        if self._first_alert_s is None and self.alerts():
            self._first_alert_s = time.monotonic() - self._started_mono
            print(f"first alert after {self._first_alert_s:.1f} s", flush=True)

    def report(self, schools: Sequence[School], people: Mapping[SignIn, str | None]) -> str:
        """A few lines on what arrived, and who may see it.

        Args:
            schools: Whose alerts are looked for.
            people: Who may sign in besides the administrator, with their passwords.

        Raises:
            CheckError: A school has no alert about a person with a snapshot and a clip that decode,
                or somebody sees what is not theirs.
        """
        alerts = self.alerts()
        if not alerts:
            raise CheckError("no alert was raised")
        per_rule = Counter(str(alert["rule"]) for alert in alerts)
        counts = ", ".join(f"{rule} {count}" for rule, count in sorted(per_rule.items()))
        took = "" if self._first_alert_s is None else f"{self._first_alert_s:.1f} s"
        lines = [f"\nalerts       {len(alerts)} ({counts})", f"first alert  after {took}"]
        for school in schools:
            lines += self._looked_at(school, [each for each in alerts if _is_of(each, school)])
        lines += [
            self.sees(person, password, alerts)
            for person, password in people.items()
            if password is not None
        ]
        return "\n".join([*lines, "OK: real alerts with snapshot and clip, each seen by its own"])

    def _looked_at(self, school: School, alerts: Sequence[dict[str, Any]]) -> list[str]:
        if not alerts:
            raise CheckError(f"no alert was raised at {school.name}")
        reasons = []
        for alert in reversed(alerts):
            try:
                evidence = self._evidence(alert)
            except CheckError as error:
                reasons.append(str(error))
                continue
            return [
                f"{school.name}     {len(alerts)} alerts; looked at {evidence.alert_id} "
                f"({evidence.rule} at {alert['camera_id']})",
                f"  snapshot   {evidence.snapshot_width}×{evidence.snapshot_height}, "
                f"{evidence.snapshot_bytes / 1024:.0f} KiB",
                f"  clip       {evidence.clip_duration_s:.1f} s, {evidence.clip_frames} frames",
            ]
        raise CheckError(
            f"no alert of {school.name} has evidence that opens: " + "; ".join(reasons[:3])
        )

    def sees(self, person: SignIn, password: str, alerts: Sequence[dict[str, Any]]) -> str:
        """What somebody sees of these alerts; what is not theirs is refused."""
        try:
            own = sign_in(self._console, person.username, password)
        except DistrictError as error:
            raise CheckError(str(error)) from error
        with closing(own):
            listed = {str(each["id"]) for each in self.alerts(own)}
            cameras = len(self._get("/api/v1/cameras", http=own)["items"])
            for alert in alerts:
                is_theirs = person.school is None or _is_of(alert, person.school)
                answer = own.get(f"/api/v1/alerts/{alert['id']}")
                expected = httpx.codes.OK if is_theirs else httpx.codes.NOT_FOUND
                if answer.status_code != expected or (str(alert["id"]) in listed) != is_theirs:
                    raise CheckError(
                        f"{person.username} is answered {answer.status_code} about alert "
                        f"{alert['id']} of {alert['school']['name']}"
                    )
        count = sum(str(each["id"]) in listed for each in alerts)
        all_cameras = len(self._get("/api/v1/cameras")["items"])
        return (
            f"{person.username:<12} sees {count} of {len(alerts)} alerts, "
            f"{cameras} of {all_cameras} cameras"
        )

    def alerts(self, http: httpx.Client | None = None) -> list[dict[str, Any]]:
        """All that was raised since, newest first, as somebody sees it; as the administrator."""
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {"limit": "100", "from": self._started_at.isoformat()}
            query |= {"cursor": cursor} if cursor else {}
            page = self._get("/api/v1/alerts", query, http=http)
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

    def _get(
        self, path: str, query: dict[str, str] | None = None, *, http: httpx.Client | None = None
    ) -> dict[str, Any]:
        answer = (http or self._http).get(path, params=query)
        if answer.status_code != httpx.codes.OK:
            raise CheckError(f"GET {path} was answered {answer.status_code}: {answer.text:.200}")
        document: dict[str, Any] = answer.json()
        return document


def _is_of(alert: dict[str, Any], school: School) -> bool:
    return bool(alert["school"]["school_id"] == school.id)


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

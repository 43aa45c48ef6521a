"""A school with planted faults, one camera each, as its box reports them.

Its clocks are those of Berlin, so that a day of 25 hours lies in what is judged, and its bureau
asks for 45 days instead of 30, and for not more than 90.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from api.contract import BrokenPromise, FootageGap, FootageSpan, GapCause, RetentionState
from tests.api.centre import Centre, put_camera, put_retention
from tests.api.footage import judged
from tests.api.messages import SCHOOL_ID, T0, recovered, registration, retention

DAY = timedelta(days=1)
WINDOW_FROM = datetime(2026, 10, 10, 1, 0, tzinfo=UTC)
"""45 days before ``T0`` by the clocks of Berlin, the hour that came twice among them."""
LONG_DAY = datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)
"""The last second of a day of 25 hours."""


def _gap(
    from_at: datetime, lasting: timedelta, cause: GapCause = GapCause.OFFLINE, detail: str = "=1+1"
) -> FootageGap:
    return FootageGap(from_at=from_at, to_at=from_at + lasting, cause=cause, detail=detail)


def _held(
    since: datetime, *gaps: FootageGap, as_of: datetime = T0, **changes: Any
) -> dict[str, Any]:
    """Footage since then but for some gaps, of a camera that is 300 days old."""
    edges = [since, *(at for gap in gaps for at in (gap.from_at, gap.to_at)), as_of]
    told = {
        "as_of": as_of,
        "state": RetentionState.GAP if gaps else RetentionState.COMPLIANT,
        "spans": tuple(
            FootageSpan(from_at=begin, to_at=end)
            for begin, end in zip(edges[::2], edges[1::2], strict=True)
        ),
        "gaps": gaps,
        "oldest_footage_at": since,
        "earlier_spans": (),
        "life_since_at": T0 - 300 * DAY,
    }
    return told | changes


def _nothing(cause: GapCause, **changes: Any) -> dict[str, Any]:
    told = {
        "state": RetentionState.UNKNOWN,
        "gaps": (_gap(WINDOW_FROM, T0 - WINDOW_FROM, cause),),
        "earlier_spans": (),
        "life_since_at": T0 - 300 * DAY,
        "proven_days": 0.0,
        "completeness": 0.0,
    }
    return told | changes


_LONG = _gap(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), timedelta(hours=1))
_CLOCK_BACK = T0 - 3 * DAY
_MOVED = timedelta(minutes=7)
_PROMISE = BrokenPromise(
    broken_at=T0 - DAY,
    from_at=T0 - 22 * DAY,
    to_at=T0 - 21 * DAY,
    promised_days=45,
    kept_days=21.0,
    why="disk_full",
)
_SINCE = T0 - 50 * DAY
PLANTED: dict[str, list[dict[str, Any]]] = {
    "short-gap": [_held(_SINCE, _gap(T0 - 2 * DAY, timedelta(seconds=58)))],
    # The camera beside it saw that time: it has a gap all the same.
    "beside": [_held(_SINCE, _gap(T0 - 5 * DAY, timedelta(hours=3), GapCause.DISK_FULL))],
    "no-footage": [_nothing(GapCause.NO_FILE, state=RetentionState.GAP)],
    "no-answer": [_nothing(GapCause.NOT_VERIFIED, is_incomplete=True)],
    # Its files last longer than the time to the next one, and then some minutes are nowhere.
    "slow-clock": [
        _held(_SINCE, _gap(T0 - DAY - _MOVED, _MOVED, GapCause.CONTRADICTORY_TIMES))
        | {
            "spans": (
                FootageSpan(from_at=_SINCE, to_at=_CLOCK_BACK),
                FootageSpan(from_at=_CLOCK_BACK - _MOVED, to_at=T0 - DAY - _MOVED),
                FootageSpan(from_at=T0 - DAY, to_at=T0),
            ),
            "clock_offset_s": -420.0,
        }
    ],
    # An hour that the clocks show twice; told on that day, and since.
    "long-day": [_held(_SINCE, _LONG, as_of=LONG_DAY), _held(_SINCE, _LONG)],
    "nine-days": [
        _held(T0 - 9 * DAY, life_since_at=T0 - 9 * DAY)
        | {"gaps": (_gap(WINDOW_FROM, T0 - 9 * DAY - WINDOW_FROM, GapCause.BEFORE_FIRST_FOOTAGE),)}
    ],
    "kept-200": [
        _held(
            _SINCE,
            oldest_footage_at=T0 - 200 * DAY,
            earlier_spans=(FootageSpan(from_at=T0 - 200 * DAY, to_at=_SINCE),),
        )
    ],
    "disk-full": [
        _held(T0 - 21 * DAY, broken_promises=(_PROMISE,))
        | {"gaps": (_gap(WINDOW_FROM, T0 - 21 * DAY - WINDOW_FROM, GapCause.DELETED),)}
    ],
    # Told yesterday as missing, and fetched since from the recorder that was not cut off.
    "healed": [
        _held(_SINCE, _gap(T0 - 4 * DAY, timedelta(minutes=10)), as_of=T0 - DAY),
        _held(_SINCE, recovered=(recovered(96, 600.0),)),
    ],
    "good": [_held(_SINCE)],
}


async def plant(centre: Centre, worker: httpx.AsyncClient, admin: httpx.AsyncClient) -> None:
    """Have it reported and judged; one more camera, ``silent``, never reports."""
    for camera_id in (*PLANTED, "silent"):
        name = "=HYPERLINK(1)" if camera_id == "good" else camera_id
        await put_camera(worker, registration(camera_id, name=name))
    told = {"name_zh": "第一小学", "type": "primary", "time_zone": "Europe/Berlin"}
    put = await admin.put(f"/api/v1/schools/{SCHOOL_ID}", json=told)
    assert put.status_code == 200, put.text
    wanted = {"min_days": 45, "max_days": 90, "from_day": "2026-10-01", "reason": "市里要求"}
    url = f"/api/v1/compliance/schools/{SCHOOL_ID}/overrides"
    assert (await admin.post(url, json=wanted)).status_code == 201
    for camera_id, reports in PLANTED.items():
        for changes in reports:
            # By the days in its own file every camera keeps its promise: that is not what counts.
            own: dict[str, Any] = {
                "required_days": 1,
                "proven_days": 1.0,
                "time_zone": "Europe/Berlin",
            }
            await put_retention(worker, retention(camera_id, **(own | changes)))
    await judged(centre)

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


SENTENCE = (
    "不合格：5 台录像缺 45 天 5 小时，1 台录像保存天数不足，1 台录像超期留存，2 台录像无法核验，"
    "1 台历史未成熟，1 台录像有补回（10 分）"
)
BUREAU = "主管部门要求：市里要求（admin）"
STATED: dict[str, tuple[str, float, float, str]] = {
    "short-gap": ("gap", 1.9, 99.99, "最长一段缺 58 秒"),
    "beside": ("gap", 4.8, 99.72, "最长一段缺 3 小时"),
    "no-footage": ("gap", 0, 0, "最长一段缺 45 天 1 小时"),
    "no-answer": ("unknown", 0, 0, "45 天 1 小时无法核验，不判定为缺失"),
    "silent": ("unknown", 0, 0, "从未上报，没有可核验的录像，按 0 % 列出，不判定为缺失"),
    "slow-clock": ("gap", 1, 99.98, "最长一段缺 7 分，录像设备时钟慢 7 分"),
    "long-day": ("gap", 30, 99.9, "最长一段缺 1 小时"),
    "nine-days": (
        "immature",
        9,
        100,
        "录像自 2026-11-15 03:00:00 起，不足 45 天，不判定为不达标",
    ),
    "kept-200": (
        "over_retained",
        199.9,
        100,
        f"最早录像 2026-05-08 04:00:00，超过最长留存 90 天，{BUREAU}",
    ),
    "disk-full": (
        "insufficient",
        21,
        46.62,
        "录像只到 2026-11-03 03:00:00，1 段录像未到期即被清理（硬盘已满）",
    ),
    "healed": ("compliant", 49.9, 100, "其中 10 分是中断后补回的（来自 nvr/3）"),
    "good": ("compliant", 49.9, 100, ""),
}
"""State, days proven, percent complete and comment of each camera."""
IN_ENGLISH = {
    "short-gap": "Longest gap 58 s",
    "beside": "Longest gap 3 h",
    "no-footage": "Longest gap 45 d 1 h",
    "no-answer": "45 d 1 h could not be verified, so they are not judged missing",
    "silent": "Never reported; No footage could be verified: listed with 0 %, not judged missing",
    "slow-clock": "Longest gap 7 min; Clock of the recording device 7 min slow",
    "long-day": "Longest gap 1 h",
    "nine-days": "Began 2026-11-15 03:00:00, younger than 45 days: not judged",
    "kept-200": "Oldest footage 2026-05-08 04:00:00, more than the 90 days allowed;"
    " The bureau: 市里要求 (admin)",
    "disk-full": "Reaches back to 2026-11-03 03:00:00 only; Deleted before its time: 1 (Disk full)",
    "healed": "Of it 10 min was recovered after an outage (from nvr/3)",
    "good": "",
}
"""The same comments."""
MISSING: dict[str, list[object]] = {
    "short-gap": ["2026-11-22 03:00:00", "2026-11-22 03:00:58", "58 秒", 0.0161, "摄像机离线"],
    "beside": ["2026-11-19 03:00:00", "2026-11-19 06:00:00", "3 小时", 3, "硬盘已满"],
    "no-footage": ["2026-10-10 03:00:00", "2026-11-24 03:00:00", "45 天 1 小时", 1081, "没有文件"],
    "slow-clock": [
        "2026-11-23 02:53:00",
        "2026-11-23 03:00:00",
        "7 分",
        0.1167,
        "文件时间自相矛盾",
    ],
    "long-day": [
        "2026-10-25 02:30:00+0200",
        "2026-10-25 02:30:00+0100",
        "1 小时",
        1,
        "摄像机离线",
    ],
    "disk-full": ["2026-10-10 03:00:00", "2026-11-03 03:00:00", "24 天 1 小时", 577, "已被清理"],
}
STATES = {
    "gap": "录像缺失",
    "unknown": "无法核验",
    "immature": "历史未成熟",
    "over_retained": "超期留存",
    "insufficient": "存储不足",
    "compliant": "达标",
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

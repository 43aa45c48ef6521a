"""Puts a camera's day together from what several rooms know of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

from api.access.scope import Scope
from api.alerts import service as alerts
from api.alerts.filters import AlertFilters
from api.cameras import service as cameras
from api.compliance import service as compliance
from api.contract import (
    FootageAnswer,
    FootageGap,
    FootageOrder,
    FootageSpan,
    RecoveredSpan,
    RetentionStatus,
)
from api.kit.errors import FieldError, InvalidError
from api.organisations import service as organisations
from api.recordings import analysed
from api.recordings.schemas import DayAlert, FootageSource, RecordingDay
from api.viewing.feed import CameraRef

if TYPE_CHECKING:
    from api.runtime import Runtime

ASK_S = 3.0
"""How long a box may take to answer; it needs milliseconds when its disk is well."""
MAX_ALERTS = 500


async def get_day(
    runtime: Runtime,
    scope: Scope,
    camera_key: int,
    day: dt.date | None,
    at: dt.datetime | None = None,
) -> RecordingDay:
    """One camera's day; the one that holds the moment ``at``, today without either.

    Raises:
        NotFoundError: If there is no such camera in the scope.
        InvalidError: If the day is out of range.
    """
    now = runtime.clock()
    async with runtime.database.read(scope) as session:
        watch = cameras.Watch.of(runtime.settings, now)
        camera = await cameras.get_view(session, camera_key, watch)
        report = await compliance.last_report(session, camera)
        zone = ZoneInfo(
            report.time_zone
            if report is not None
            else await organisations.zone_of(session, camera.school.school_id)
        )
        day, window = day_of(day, at or now, zone)
        filters = AlertFilters(
            camera_keys=(camera_key,), raised_from=window[0], raised_before=window[1]
        )
        found = await alerts.list_alerts(
            session, filters, limit=MAX_ALERTS, cursor=None, now=now, undo_s=0.0
        )
        intervals = await cameras.list_intervals(session, camera_key, *window)
    # The database is not kept waiting for a box.
    told = None
    if window[0] < now:
        order = FootageOrder(
            query_id=uuid4(), camera_id=camera.camera_id, from_at=window[0], to_at=window[1]
        )
        told = await runtime.viewing.ask_footage(
            CameraRef(camera.id, camera.school.school_id, camera.camera_id), order, ASK_S
        )
    source, footage = _footage(told, report, window)
    return RecordingDay(
        camera_key=camera_key,
        school=camera.school,
        camera_id=camera.camera_id,
        name=camera.name,
        location=camera.location,
        state=camera.state,
        day=day,
        time_zone=zone.key,
        from_at=window[0],
        to_at=window[1],
        as_of=now,
        # Whoever has just answered is there, though its next question be late.
        is_box_there=told is not None or runtime.viewing.has_shelf(camera_key),
        source=source,
        footage_as_of=None if footage is None else footage.as_of,
        spans=[] if footage is None else list(footage.spans),
        gaps=[] if footage is None else list(footage.gaps),
        held=[] if footage is None else list(footage.held),
        is_recorder_asked=told is not None and told.is_asking,
        recorder_trouble=None if told is None else told.trouble,
        recovered=[] if report is None else _recovered(report, window),
        alerts=[
            DayAlert(
                id=alert.id,
                rule=alert.rule,
                zone=alert.zone,
                risk=alert.risk,
                status=alert.status,
                started_at=alert.started_at,
                raised_at=alert.raised_at,
                ended_at=alert.ended_at,
            )
            for alert in reversed(found.items)
        ],
        has_more_alerts=found.next_cursor is not None,
        analysed=analysed.by_rule(intervals),
        days=[] if report is None else list(report.days),
    )


def day_of(
    day: dt.date | None, at: dt.datetime, zone: ZoneInfo
) -> tuple[dt.date, tuple[dt.datetime, dt.datetime]]:
    """A day, or the one of a moment, with its bounds.

    Raises:
        InvalidError: It is out of range.
    """
    try:
        found = day or at.astimezone(zone).date()
    except OverflowError as error:
        fault = FieldError("query.at", "is out of range in the school's time zone")
        raise InvalidError("no such day", errors=[fault]) from error
    return found, day_bounds(found, zone)


def day_bounds(day: dt.date, zone: ZoneInfo) -> tuple[dt.datetime, dt.datetime]:
    """The school's midnights around a day, in UTC.

    Raises:
        InvalidError: The day is out of range.
    """
    try:
        begin = dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
        end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone).astimezone(dt.UTC)
    except (OverflowError, ValueError) as error:
        fault = FieldError("query.day", "is out of range in the school's time zone")
        raise InvalidError("no such day", errors=[fault]) from error
    return begin, end


def _recovered(
    report: RetentionStatus, window: tuple[dt.datetime, dt.datetime]
) -> list[RecoveredSpan]:
    begin, end = window
    return [
        span.model_copy(update={"from_at": max(span.from_at, begin), "to_at": min(span.to_at, end)})
        for span in sorted(report.recovered, key=lambda span: span.from_at)
        if span.from_at < end and span.to_at > begin
    ]


def _footage(
    told: FootageAnswer | None,
    report: RetentionStatus | None,
    window: tuple[dt.datetime, dt.datetime],
) -> tuple[FootageSource, FootageAnswer | None]:
    """The box's answer, or what its last report says of that day."""
    if told is not None and told.is_known:
        return FootageSource.BOX, told
    if report is None:
        return FootageSource.NOBODY, None
    begin, end = window
    spans = tuple(
        FootageSpan(from_at=max(s.from_at, begin), to_at=min(s.to_at, end))
        for s in report.spans
        if s.from_at < end and s.to_at > begin
    )
    gaps = tuple(
        FootageGap(
            from_at=max(g.from_at, begin),
            to_at=min(g.to_at, end),
            cause=g.cause,
            detail=g.detail,
        )
        for g in report.gaps
        if g.from_at < end and g.to_at > begin
    )
    return FootageSource.REPORT, FootageAnswer(as_of=report.as_of, spans=spans, gaps=gaps)

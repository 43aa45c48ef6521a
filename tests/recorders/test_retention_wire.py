"""The retention status survives the wire and refuses what contradicts itself."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.contract.footage.gaps import Absence
from api.contract.footage.spans import Span
from api.contract.retention import (
    DayCompleteness,
    FootageSpan,
    GapCause,
    RetentionState,
    RetentionStatus,
)
from pipeline.recorders.footage_status import FootageFacts, retention_status
from pipeline.recorders.forecast import Forecast
from pipeline.recorders.index import Broken
from pipeline.recorders.retention import RetentionPolicy

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"]).map(ZoneInfo)


def facts(
    spans: list[Span], absences: list[Absence] | None = None, since_s: float | None = None
) -> FootageFacts:
    return FootageFacts(
        camera="gate",
        spans=spans,
        absences=absences or [],
        since_s=since_s if since_s is not None else min((s.start_s for s in spans), default=None),
        broken=[Broken("gate", NOW, Span(NOW - 9, NOW - 5), 30, 0.1, "disk_full")],
        size_bytes=5,
        forecast=Forecast(1000, 12.5, date(2027, 1, 1)),
        alarms=["promise_will_break"],
    )


PIECES = st.lists(st.tuples(st.floats(0.01, 50), st.floats(0.001, 5)), max_size=12)


@given(PIECES, st.integers(0, 40), ZONES, st.integers(0, 360))
def test_the_status_adds_up_and_survives_the_wire(
    pieces: list[tuple[float, float]], days: int, zone: ZoneInfo, shift_days: int
) -> None:
    now_s = NOW + shift_days * DAY
    spans = [
        Span(now_s - age * DAY, now_s - max(0.0, age - length) * DAY) for age, length in pieces
    ]
    status = retention_status(facts(spans), RetentionPolicy(days, None, "x"), now_s, zone)
    again = RetentionStatus.model_validate_json(status.model_dump_json())
    assert again == status
    expected_s = sum(day.expected_s for day in status.days)
    recorded_s = sum(day.recorded_s for day in status.days)
    gaps_s = sum((gap.to_at - gap.from_at).total_seconds() for gap in status.gaps)
    spans_s = sum((span.to_at - span.from_at).total_seconds() for span in status.spans)
    slack_s = 0.01 * (len(status.gaps) + len(status.spans) + 1)
    assert recorded_s == pytest.approx(spans_s, abs=slack_s)
    assert recorded_s + gaps_s == pytest.approx(expected_s, abs=slack_s)
    assert status.completeness == pytest.approx(recorded_s / expected_s, abs=1e-6)
    if status.state is RetentionState.COMPLIANT:
        assert status.proven_days >= days - 1e-3
        assert status.gaps == ()
    if status.gaps:
        assert status.completeness < 1
    if not pieces:
        assert (status.completeness, status.proven_days) == (0.0, 0.0)
    for before, after in zip(status.days, status.days[1:], strict=False):
        assert after.day - before.day == timedelta(days=1)


def absence(start: float, end: float, cause: GapCause) -> Absence:
    return Absence(Span(start, end), cause, "", False)


def test_deleted_footage_is_a_disk_too_small_and_not_an_interruption() -> None:
    spans = [Span(NOW - 10 * DAY, NOW)]
    gone = [absence(NOW - 40 * DAY, NOW - 10 * DAY, GapCause.DELETED)]
    status = retention_status(
        facts(spans, gone, NOW - 40 * DAY), RetentionPolicy(30), NOW, ZoneInfo("Asia/Shanghai")
    )
    assert status.state is RetentionState.INSUFFICIENT
    assert [gap.cause for gap in status.gaps] == [GapCause.DELETED]
    assert status.proven_days == 10.0
    assert status.completeness == pytest.approx(10 / 30)


def test_a_day_with_a_clock_change_has_its_own_length() -> None:
    zone = ZoneInfo("Europe/Berlin")
    now_s = datetime(2026, 10, 26, tzinfo=zone).timestamp()
    status = retention_status(
        facts([Span(now_s - 5 * DAY, now_s)]), RetentionPolicy(2), now_s, zone
    )
    assert [(d.day.isoformat(), d.expected_s, d.recorded_s) for d in status.days] == [
        ("2026-10-24", 24 * 3600, 24 * 3600),
        ("2026-10-25", 25 * 3600, 25 * 3600),
    ]
    assert status.state is RetentionState.COMPLIANT
    assert status.proven_days > 2


def test_contradictions_are_refused() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(ValidationError):
        FootageSpan(from_at=at, to_at=at)
    with pytest.raises(ValidationError):
        DayCompleteness(day=date(2026, 1, 1), expected_s=10, recorded_s=11)
    with pytest.raises(ValidationError):
        FootageSpan(from_at=datetime(2026, 1, 1), to_at=at)  # noqa: DTZ001

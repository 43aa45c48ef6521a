"""Many verdicts in one pass are those that looking at all footage gives, one after the other."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.compliance.history import day_facts, told_on
from api.contract import GapCause, RetentionState, RetentionStatus
from api.contract.footage.calendar_ms import Calendar
from api.contract.footage.held import HeldFootage, held_of
from api.contract.footage.school_days import days_before, local_day
from api.contract.footage.spans import Span, footage_in, holes, merge, total_s
from api.contract.footage.sweep import DayVerdict, Sweep
from api.contract.footage.verdict import DEFAULT_SEAM_S, Known, Requirement, Verdict, judge
from tests.contract.footage.histories import histories

ZONE = ZoneInfo("Europe/Berlin")


def states(told: list[RetentionStatus]) -> list[HeldFootage]:
    found: list[HeldFootage] = []
    for each in told:
        found.append(held_of(each, found[-1] if found else None))
    return found


def plain(held: HeldFootage, days: int, max_days: int | None) -> tuple[Verdict, Span] | None:
    """The verdict by the functions that look at all footage."""
    end_s = held.as_of_ms / 1000
    start_s = days_before(end_s, max(1, days), ZONE)
    if held.life_ms is not None and start_s < held.life_ms / 1000 < end_s:
        start_s = held.life_ms / 1000
    oldest_s = None if held.oldest_ms is None else held.oldest_ms / 1000
    from_s = held.from_ms / 1000
    is_older = oldest_s is not None and oldest_s < from_s - DEFAULT_SEAM_S
    if is_cut := from_s > start_s:
        start_s = from_s
    if start_s >= end_s:
        return None
    spans = spans_of(held)
    if is_older and oldest_s is not None:
        spans = [Span(oldest_s, oldest_s + 0.001), *spans]
    known = Known(
        installed_s=None if held.life_ms is None else held.life_ms / 1000,
        oldest_trace_s=oldest_s,
        older_than_window=is_cut and is_older,
        is_incomplete=held.is_incomplete,
        is_offline=held.is_offline,
    )
    window = Span(start_s, end_s)
    return judge(spans, window, Requirement(days, max_days, ZONE), known), window


def spans_of(held: HeldFootage) -> list[Span]:
    if held.front_ms is None:
        return []
    whole = Span(held.front_ms / 1000, held.as_of_ms / 1000)
    missing = merge(Span(hole.start_ms / 1000, hole.end_ms / 1000) for hole in held.holes)
    return holes(missing, whole)


def swept(
    found: list[HeldFootage], days: int, max_days: int | None
) -> list[tuple[HeldFootage, DayVerdict]]:
    calendar = Calendar(ZONE, local_day(found[-1].as_of_ms / 1000, ZONE))
    sweep, before, verdicts = Sweep(), None, []
    for held in found:
        row = day_facts(local_day(held.as_of_ms / 1000, ZONE), held, before)
        sweep.tell(row.changed_ms, row.holes)
        verdicts.append((held, sweep.judge(row, days, max_days, calendar)))
        before = held
    return verdicts


def check(told: list[RetentionStatus], days: int, max_days: int | None) -> None:
    for held, verdict in swept(states(told), days, max_days):
        expected = plain(held, days, max_days)
        if expected is None:
            assert (verdict.state, verdict.completeness) == (RetentionState.UNKNOWN, 0.0)
            continue
        judged, window = expected
        state = judged.state
        causes = {
            hole.cause
            for hole in held.holes
            if hole.end_ms / 1000 > window.start_s and hole.start_ms / 1000 < window.end_s
        }
        if held.front_ms is None or held.front_ms / 1000 > window.start_s:
            causes |= {held.before} - {None}
        if state is RetentionState.GAP and causes == {GapCause.DELETED}:
            state = RetentionState.INSUFFICIENT
        assert verdict.state is state
        assert verdict.completeness == pytest.approx(judged.completeness, abs=1e-9)
        assert verdict.gap_count == len(judged.gaps)
        assert verdict.gap_s == pytest.approx(total_s(judged.gaps), abs=0.002)
        listed = held.missing(round(window.start_s * 1000), round(window.end_s * 1000))
        assert sum(each.end_ms - each.start_ms for each in listed) / 1000 == verdict.gap_s
        if held.from_ms / 1000 <= window.start_s:
            assert verdict.proven_days >= judged.proven_days - 1e-6
        if judged.gaps and judged.continuous_since_s != window.start_s:
            assert verdict.proven_days == pytest.approx(judged.proven_days, abs=1e-6)


@given(histories(), st.integers(0, 9), st.none() | st.integers(1, 12))
@settings(max_examples=20, deadline=None)
def test_one_pass_judges_as_one_by_one(
    told: list[RetentionStatus], days: int, max_days: int | None
) -> None:
    check(told, days, max_days)


@pytest.mark.whole
@given(histories(most_days=40), st.integers(0, 40), st.none() | st.integers(1, 40))
@settings(max_examples=1500, deadline=None)
def test_one_pass_judges_as_one_by_one_at_length(
    told: list[RetentionStatus], days: int, max_days: int | None
) -> None:
    check(told, days, max_days)


@given(histories())
@settings(max_examples=20, deadline=None)
def test_what_was_told_on_each_day_comes_back(told: list[RetentionStatus]) -> None:
    found = states(told)
    rows = [
        day_facts(local_day(held.as_of_ms / 1000, ZONE), held, before)
        for held, before in zip(found, [None, *found], strict=False)
    ]
    assert list(told_on(rows)) == found


@given(histories())
@settings(max_examples=20, deadline=None)
def test_holes_and_footage_are_the_whole_time_once(told: list[RetentionStatus]) -> None:
    for held in states(told):
        window = Span(0, held.as_of_ms / 1000)
        footage = footage_in(spans_of(held), window, 0.0)
        assert total_s(footage) + total_s(holes(footage, window)) == pytest.approx(window.seconds)
        if held.front_ms is not None:
            assert all(hole.start_ms >= held.front_ms for hole in held.holes)
        edges = [at for hole in held.holes for at in (hole.start_ms, hole.end_ms)]
        assert edges == sorted(edges)
        assert not edges or edges[-1] <= held.as_of_ms


@given(histories(), st.integers(1, 9), st.data())
@settings(max_examples=20, deadline=None)
def test_more_footage_is_never_worse(
    told: list[RetentionStatus], days: int, data: st.DataObject
) -> None:
    worst_first = [
        RetentionState.GAP,
        RetentionState.INSUFFICIENT,
        RetentionState.IMMATURE,
        RetentionState.COMPLIANT,
    ]
    for held in states(told):
        if not held.holes or held.is_incomplete or held.is_offline:
            continue
        number = data.draw(st.integers(0, len(held.holes) - 1))
        healed = HeldFootage(
            held.as_of_ms,
            held.from_ms,
            held.front_ms,
            held.before,
            held.holes[:number] + held.holes[number + 1 :],
            held.oldest_ms,
            held.life_ms,
        )
        [(_, before)], [(_, after)] = swept([held], days, None), swept([healed], days, None)
        assert after.completeness >= before.completeness
        assert after.proven_days >= before.proven_days
        if {before.state, after.state} <= set(worst_first):
            assert worst_first.index(after.state) >= worst_first.index(before.state)


def test_days_of_23_and_25_hours_are_days() -> None:
    hour_ms = 3600 * 1000
    calendar = Calendar(ZONE, date(2026, 10, 27))
    for day, hours in ((date(2026, 3, 29), 23), (date(2026, 10, 25), 25)):
        start_ms, end_ms = calendar.bounds(day)
        assert end_ms - start_ms == hours * hour_ms
        noon_ms = end_ms + 12 * hour_ms
        assert calendar.days_before(noon_ms, 2) == noon_ms - (24 + hours) * hour_ms
        assert calendar.days_between(noon_ms - (24 + hours) * hour_ms, noon_ms) == 2.0
        assert calendar.days_between(start_ms, end_ms) == 1.0

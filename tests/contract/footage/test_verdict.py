"""The verdict against a model that looks at every second."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.school_days import days_before
from api.contract.footage.spans import Span
from api.contract.footage.verdict import Known, Requirement, judge
from api.contract.retention import RetentionState as S

ZONE = ZoneInfo("Europe/Berlin")
DAY = 86_400.0
END = datetime(2026, 11, 24, tzinfo=ZONE).timestamp()


def back(days: float) -> float:
    """So many days before the end, by the calendar as far as whole days go."""
    whole = int(days)
    return days_before(END, whole, ZONE) - (days - whole) * DAY


def verdict(
    spans: list[tuple[float, float]],
    *,
    window: float = 10,
    days: int = 7,
    max_days: int | None = None,
    known: Known | None = None,
) -> tuple[S, float]:
    """State and proven days of spans given as days before the end."""
    found = judge(
        [Span(back(a), back(b)) for a, b in spans],
        Span(back(window), END),
        Requirement(days, max_days, ZONE),
        known,
    )
    return found.state, round(found.proven_days, 3)


@pytest.mark.parametrize(
    ("spans", "how", "state", "days"),
    [
        ([(10, 0)], {}, S.COMPLIANT, 10),
        ([(8, 0)], {}, S.COMPLIANT, 8),
        ([(7, 0)], {}, S.COMPLIANT, 7),
        ([(10, 3), (3.01, 0)], {}, S.COMPLIANT, 10),
        ([(5, 0)], {}, S.IMMATURE, 5),
        ([(5, 0)], {"known": Known(installed_s=back(5))}, S.IMMATURE, 5),
        ([(5, 0)], {"known": Known(installed_s=back(40))}, S.INSUFFICIENT, 5),
        ([(5, 0)], {"known": Known(oldest_trace_s=back(9))}, S.GAP, 5),
        ([(5, 0)], {"known": Known(older_than_window=True)}, S.GAP, 5),
        ([(10, 3), (2, 0)], {}, S.GAP, 2),
        ([(10, 1)], {}, S.GAP, 0),
        ([(10, 9)], {"days": 0}, S.GAP, 0),
        ([], {}, S.GAP, 0),
        ([], {"days": 0}, S.GAP, 0),
        ([(10, 1)], {"known": Known(is_offline=True)}, S.OFFLINE, 0),
        ([(10, 3), (2, 0)], {"known": Known(is_offline=True)}, S.GAP, 2),
        ([(10, 3), (2, 0)], {"known": Known(is_incomplete=True)}, S.UNKNOWN, 2),
        ([], {"known": Known(is_incomplete=True)}, S.UNKNOWN, 0),
        ([(10, 0)], {"known": Known(is_incomplete=True)}, S.COMPLIANT, 10),
        ([(10, 0)], {"days": 30}, S.IMMATURE, 10),
        ([(40, 0)], {"days": 30, "known": Known(older_than_window=True)}, S.UNKNOWN, 10),
        ([(40, 0)], {"max_days": 30}, S.OVER_RETAINED, 10),
        ([(30.9, 0)], {"max_days": 30}, S.COMPLIANT, 10),
        ([(40, 3), (2, 0)], {"max_days": 30}, S.GAP, 2),
    ],
)
def test_states(spans: list[tuple[float, float]], how: dict, state: S, days: float) -> None:
    assert verdict(spans, **how) == (state, days)


@pytest.mark.parametrize(("missing_s", "state"), [(1.9, S.COMPLIANT), (2.0, S.IMMATURE)])
def test_the_tolerance_is_one_seam(missing_s: float, state: S) -> None:
    found = judge([Span(back(7) + missing_s, END)], Span(back(7), END), Requirement(7, None, ZONE))
    assert found.state is state


@pytest.mark.parametrize(("hole_s", "state"), [(1.9, S.COMPLIANT), (2.0, S.GAP), (58, S.GAP)])
def test_the_shortest_gap(hole_s: float, state: S) -> None:
    middle = back(3)
    spans = [Span(back(10), middle), Span(middle + hole_s, END)]
    found = judge(spans, Span(back(10), END), Requirement(7, None, ZONE))
    assert found.state is state
    assert sum(g.seconds for g in found.gaps) == pytest.approx(hole_s if hole_s >= 2 else 0)


def test_a_week_with_a_clock_change_is_a_week() -> None:
    end_s = datetime(2026, 3, 31, tzinfo=ZONE).timestamp()
    start_s = datetime(2026, 3, 24, tzinfo=ZONE).timestamp()
    assert end_s - start_s == 7 * DAY - 3600
    found = judge([Span(start_s, end_s)], Span(start_s, end_s), Requirement(7, None, ZONE))
    assert (found.state, found.proven_days) == (S.COMPLIANT, 7)


HOUR = 3600
PIECES = st.lists(st.tuples(st.integers(0, 239), st.integers(1, 60)), max_size=10)


@given(PIECES, st.integers(0, 12))
def test_numbers_agree_with_counting_hours(pieces: list[tuple[int, int]], days: int) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    start_s = datetime(2026, 5, 1, tzinfo=zone).timestamp()
    spans = [
        Span(start_s + h * HOUR, start_s + min(240, h + n) * HOUR) for h, n in pieces if h < 240
    ]
    window = Span(start_s, start_s + 240 * HOUR)
    found = judge(spans, window, Requirement(days, None, zone))
    covered = {h for a, n in pieces for h in range(a, min(240, a + n))}
    run = 0
    while run < 240 and 239 - run in covered:
        run += 1
    assert found.completeness == pytest.approx(len(covered) / 240)
    assert found.proven_days == pytest.approx(run / 24)
    assert sum(g.seconds for g in found.gaps) == (240 - len(covered)) * HOUR
    if found.state is S.COMPLIANT:
        assert run >= days * 24
        assert run > 0
        assert run == len(covered)
    else:
        assert run < days * 24 or len(covered) != run or run == 0
    if found.state is S.IMMATURE:
        assert run == len(covered) > 0

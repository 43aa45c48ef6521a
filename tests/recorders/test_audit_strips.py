"""Footage over time, drawn: every gap is seen however short, and the drawing stays small."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.spans import Span
from api.contract.footage.verdict import Known, Requirement, judge
from api.contract.paper.band import COLUMNS, Shade, band_svg
from api.contract.paper.wording import Wording
from api.contract.retention import GapCause
from pipeline.recorders.audit import Audit, AuditGap, CameraAudit, Finding
from pipeline.recorders.audit_strips import strips

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 5, 1, tzinfo=ZONE)
HOUR_S, DAY_S = 3600.0, 86_400.0
WINDOW = Span(START.timestamp(), (START + timedelta(days=4)).timestamp())
RED, GREEN, GREY = "#b3261e", "#9bcfab", "#e3e6ea"


def _span(begin_s: float, end_s: float) -> Span:
    return Span(WINDOW.start_s + begin_s, WINDOW.start_s + end_s)


def _rects(svg: str, fill: str) -> list[tuple[int, int]]:
    """Column and width of each part of a colour."""
    found = re.findall(rf'<rect x="(\d+)" width="(\d+)" height="\d+" fill="{fill}"/>', svg)
    return [(int(x), int(width)) for x, width in found]


def _row(
    footage: Sequence[Span], cause: GapCause, known: Known | None = None, begin_s: float = 0.0
) -> CameraAudit:
    window = Span(WINDOW.start_s + begin_s, WINDOW.end_s)
    verdict = judge(footage, window, Requirement(4, None, ZONE), known)
    gaps = tuple(AuditGap(gap, cause, ()) for gap in verdict.gaps)
    return CameraAudit("gate", verdict, gaps, False, window, None, 0)


def _drawn(row: CameraAudit, *findings: Finding) -> tuple[str, str]:
    [strip] = strips(Audit((row,), findings), WINDOW, Wording("en", ZONE))
    return strip.text, strip.svg


@given(
    begin_s=st.floats(0, 4 * DAY_S - 2, allow_nan=False),
    seconds=st.floats(0.001, 4 * DAY_S, allow_nan=False),
)
def test_a_gap_is_seen_however_short_and_where_it_is(begin_s: float, seconds: float) -> None:
    gap = _span(begin_s, min(begin_s + seconds, 4 * DAY_S))
    svg = band_svg([(Shade.GAP, gap), (Shade.FOOTAGE, WINDOW)], WINDOW)
    [(x, width)] = _rects(svg, RED)
    assert width >= 3
    assert x <= begin_s / WINDOW.seconds * COLUMNS + 1e-6
    assert x + width >= (gap.end_s - WINDOW.start_s) / WINDOW.seconds * COLUMNS - 1e-6
    assert sum(width for _, width in _rects(svg, GREEN)) + width == COLUMNS


@pytest.mark.whole
def test_a_drawing_does_not_grow_with_what_it_shows() -> None:
    holes = [(Shade.GAP if n % 2 else Shade.UNKNOWN, _span(n, n + 1)) for n in range(0, 345_000, 7)]
    assert len(band_svg([(Shade.FOOTAGE, WINDOW), *holes], WINDOW)) < 100_000


def test_days_are_counted_by_the_worst_of_each() -> None:
    text, svg = _drawn(
        _row([_span(0, 10 * HOUR_S), _span(10 * HOUR_S + 58, 4 * DAY_S)], GapCause.NO_FILE)
    )
    assert text == "3 d whole; 1 d with gaps"
    assert len(_rects(svg, RED)) == 1


def test_what_nobody_can_tell_is_not_drawn_as_missing() -> None:
    footage = [_span(0, DAY_S), _span(1.5 * DAY_S, 4 * DAY_S)]
    unknown = Known(is_incomplete=True)
    text, svg = _drawn(_row(footage, GapCause.UNREADABLE_FILE, unknown))
    assert text == "3 d whole; 1 d not verifiable"
    assert (_rects(svg, RED), len(_rects(svg, GREY))) == ([], 1)
    hidden = Finding("gate", "unreadable_folder", "gate", None, 0.0, "Permission denied")
    text, svg = _drawn(_row(footage, GapCause.NO_FILE, unknown), hidden)
    assert text == "3 d whole; 1 d not verifiable"
    assert _rects(svg, RED) == []


@pytest.mark.parametrize(
    ("known", "begin_s", "told", "red"),
    [
        # Nothing shows that it is older; it was installed earlier; it was installed then.
        (None, 0.0, "2 d whole; 2 d before its first footage", 0),
        (Known(installed_s=0.0), 0.0, "2 d whole; 2 d with gaps", 1),
        (Known(installed_s=WINDOW.start_s + 1.5 * DAY_S), 1.5 * DAY_S, "3 d whole", 0),
    ],
)
def test_before_its_first_footage_only_an_older_camera_lacks_something(
    known: Known | None, begin_s: float, told: str, red: int
) -> None:
    footage = [_span(1.5 * DAY_S, 4 * DAY_S)]
    text, svg = _drawn(_row(footage, GapCause.BEFORE_FIRST_FOOTAGE, known, begin_s))
    assert text == told
    assert len(_rects(svg, RED)) == red
    assert _rects(svg, GREEN) == [(375, 625)]

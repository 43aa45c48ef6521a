"""Holes are cut by what was written down about them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.gaps import Absence, explain
from api.contract.footage.spans import Span
from api.contract.retention import GapCause


def absence(start: float, end: float, cause: GapCause) -> Absence:
    return Absence(Span(start, end), cause, "", False)


@pytest.mark.parametrize(
    ("absences", "parts"),
    [
        ([], [(0, 100, GapCause.UNEXPLAINED)]),
        ([absence(-5, 200, GapCause.OFFLINE)], [(0, 100, GapCause.OFFLINE)]),
        (
            [absence(-5, 40, GapCause.OFFLINE), absence(40, 200, GapCause.DISK_FULL)],
            [(0, 40, GapCause.OFFLINE), (40, 100, GapCause.DISK_FULL)],
        ),
        # Parts shorter than a seam belong to their neighbour.
        ([absence(1, 99, GapCause.OFFLINE)], [(0, 100, GapCause.OFFLINE)]),
        (
            [absence(10, 99, GapCause.OFFLINE)],
            [(0, 10, GapCause.UNEXPLAINED), (10, 100, GapCause.OFFLINE)],
        ),
        # Where two overlap the later one holds; what was never recorded was not deleted.
        (
            [absence(0, 100, GapCause.OFFLINE), absence(50, 100, GapCause.WORKER_STOPPED)],
            [(0, 50, GapCause.OFFLINE), (50, 100, GapCause.WORKER_STOPPED)],
        ),
        (
            [absence(0, 60, GapCause.OFFLINE), absence(30, 100, GapCause.DELETED)],
            [(0, 60, GapCause.OFFLINE), (60, 100, GapCause.DELETED)],
        ),
    ],
)
def test_a_hole_is_cut_by_its_causes(
    absences: list[Absence], parts: list[tuple[float, float, GapCause]]
) -> None:
    found = explain(Span(0, 100), absences, 2.0)
    assert [(g.span.start_s, g.span.end_s, g.cause) for g in found] == parts


@given(
    st.lists(
        st.builds(
            lambda start, length, cause: absence(start, start + length, cause),
            st.integers(-50, 150),
            st.integers(1, 80),
            st.sampled_from(list(GapCause)),
        ),
        max_size=8,
    )
)
def test_causes_cut_a_hole_without_losing_a_second(absences: list[Absence]) -> None:
    found = explain(Span(0, 100), absences, 2.0)
    assert found[0].span.start_s == 0
    assert found[-1].span.end_s == 100
    for before, after in itertools.pairwise(found):
        assert before.span.end_s == after.span.start_s
    assert len(found) == 1 or all(part.span.seconds >= 2 for part in found)

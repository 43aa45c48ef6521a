"""How much of a session there is: nothing unknown counts as there, nothing is missing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.held import HeldFootage, Hole
from api.contract.retention import GapCause
from api.exams.completeness import of_session

START, END = 1_000_000, 8_200_000
HELD = HeldFootage(
    as_of_ms=9_000_000,
    from_ms=0,
    front_ms=0,
    before=None,
    holes=(),
    oldest_ms=0,
    life_ms=0,
)


def hole(start_ms: int, end_ms: int, cause: GapCause = GapCause.OFFLINE) -> Hole:
    return Hole(start_ms, end_ms, cause)


def test_whole_and_with_a_gap() -> None:
    whole = of_session(HELD, START, END)
    assert whole is not None
    assert (whole.share, whole.holes, whole.until_ms) == (1.0, (), END)
    gap = hole(2_000_000, 2_120_000)
    found = of_session(replace(HELD, holes=(hole(0, 500_000), gap)), START, END)
    assert found is not None
    assert found.holes == (gap,)
    assert found.missing_ms == 120_000


def test_while_it_runs_only_what_is_told_counts() -> None:
    found = of_session(replace(HELD, as_of_ms=2_000_000), START, END)
    assert found is not None
    assert (found.until_ms, found.share) == (2_000_000, 1.0)
    assert of_session(replace(HELD, as_of_ms=START), START, END) is None


@pytest.mark.parametrize(
    "held",
    [
        replace(HELD, is_incomplete=True),
        replace(HELD, from_ms=START + 1, front_ms=START + 1, life_ms=None),
        replace(HELD, from_ms=START + 60_000, front_ms=START + 60_000),
    ],
)
def test_what_is_not_known_is_not_said(held: HeldFootage) -> None:
    assert of_session(held, START, END) is None


def test_a_camera_hung_in_the_middle_lacks_the_beginning() -> None:
    late = START + 600_000
    found = of_session(replace(HELD, from_ms=late, front_ms=late, life_ms=late), START, END)
    assert found is not None
    assert found.holes == (hole(START, late, GapCause.BEFORE_FIRST_FOOTAGE),)


moments = st.lists(st.integers(0, 9_000), min_size=2, max_size=12, unique=True).map(sorted)


@given(moments, st.integers(0, 9_000_000))
def test_holes_lie_in_the_session_and_add_up(marks: list[int], as_of_ms: int) -> None:
    pairs = zip(marks[::2], marks[1::2], strict=False)
    holes = tuple(hole(a * 1000, b * 1000) for a, b in pairs if b * 1000 <= as_of_ms)
    found = of_session(replace(HELD, as_of_ms=as_of_ms, holes=holes), START, END)
    if as_of_ms <= START:
        assert found is None
        return
    assert found is not None
    assert 0 <= found.share <= 1
    edges = [at for each in found.holes for at in (each.start_ms, each.end_ms)]
    assert edges == sorted(edges)
    assert all(START <= at <= found.until_ms for at in edges)
    there_ms = found.share * (found.until_ms - START)
    assert there_ms + found.missing_ms == pytest.approx(found.until_ms - START)

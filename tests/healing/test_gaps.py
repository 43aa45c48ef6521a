"""The arithmetic of what is fetched, and the memory of what could not be."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.footage.spans import Span, clip, merge, total_s
from api.contract.footage.verdict import DEFAULT_SEAM_S
from pipeline.devices.device import Coverage, Recorded, Unknown
from pipeline.devices.errors import UnknownReason
from pipeline.healing.gaps import PIECE_S, less, pieces, sort_out
from pipeline.healing.memory import AGAIN_S, HealingMemory

_SECONDS = st.integers(0, 4000)
_SPANS = st.lists(
    st.tuples(_SECONDS, st.integers(1, 900)).map(lambda p: Span(float(p[0]), float(p[0] + p[1]))),
    max_size=8,
)
GAP = Span(500.0, 3000.0)


def answer(recorded: list[Span], unknown: list[Span]) -> Coverage:
    window = Span(GAP.start_s - 2.0, GAP.end_s + 2.0)
    doubted = less(clip(merge(unknown), window), recorded)
    return Coverage(
        window,
        tuple(Recorded(span) for span in sorted(recorded)),
        tuple(Unknown(span, UnknownReason.PARTIAL) for span in doubted),
    )


@pytest.mark.whole
@settings(deadline=None)
@given(_SPANS, _SPANS)
def test_a_gap_is_what_is_held_absent_and_unclear_each_moment_once(
    recorded: list[Span], unknown: list[Span]
) -> None:
    found = sort_out(GAP, answer(recorded, unknown))
    parts = sorted([*found.held, *found.absent, *found.unclear])
    assert merge(parts) == [GAP]
    assert total_s(parts) == pytest.approx(GAP.seconds)
    # Beyond seams nothing is fetched that the recorder does not claim.
    beyond = less(found.held, recorded)
    assert all(part.seconds < DEFAULT_SEAM_S for part in beyond)
    left_out = less(clip(merge(recorded), GAP), found.held)
    assert all(part.seconds < DEFAULT_SEAM_S for part in left_out)


@pytest.mark.whole
@settings(deadline=None)
@given(_SPANS, _SPANS)
def test_what_is_taken_away_is_away_and_the_rest_stays(
    spans: list[Span], taken: list[Span]
) -> None:
    spans, gone = merge(spans), merge(taken)
    rest = less(spans, taken)
    assert all(not clip(gone, span) for span in rest)
    both = sum(total_s(clip(gone, span)) for span in spans)
    assert total_s(rest) == pytest.approx(total_s(spans) - both)


@pytest.mark.whole
@settings(deadline=None)
@given(_SPANS)
def test_pieces_are_the_spans_and_short(spans: list[Span]) -> None:
    found = pieces(merge(spans))
    assert merge(found) == merge(spans)
    assert total_s(found) == pytest.approx(total_s(merge(spans)))
    assert found == sorted(found, reverse=True)
    assert all(piece.seconds <= 1.5 * PIECE_S for piece in found)


def test_only_the_gap_is_asked_for_and_only_what_is_held_fetched() -> None:
    coverage = answer([Span(0.0, 1000.4), Span(1001.5, 1500.0)], [Span(2000.0, 2500.0)])
    found = sort_out(GAP, coverage)
    assert found.held == (Span(500.0, 1500.0),)
    assert found.absent == (Span(1500.0, 2000.0), Span(2500.0, 3000.0))
    assert found.unclear == (Span(2000.0, 2500.0),)


def test_the_memory_waits_longer_each_time_and_survives(tmp_path: Path) -> None:
    span, now_s = Span(1000.0, 1100.0), 1_700_000_000.0
    waits = []
    for _ in range(len(AGAIN_S) + 2):
        memory = HealingMemory(tmp_path / "healing.sqlite")
        again_s = memory.put_off("gate", span, "not_recorded", now_s)
        waits.append(again_s - now_s)
        assert memory.left_alone("gate", again_s - 1.0) == [span]
        assert memory.left_alone("gate", again_s) == []
        assert memory.left_alone("yard", now_s) == []
        memory.close()
    assert waits == [*AGAIN_S, AGAIN_S[-1], AGAIN_S[-1]]
    memory = HealingMemory(tmp_path / "healing.sqlite")
    memory.forget("gate", 1100.0)
    assert memory.left_alone("gate", 0.0) == []
    memory.close()

"""Intervals against a model that counts seconds one by one."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.spans import (
    Span,
    clip,
    footage_in,
    holes,
    merge,
    total_s,
)

LENGTH = 120
WINDOW = Span(10, 110)


def spans(most: int = 12) -> st.SearchStrategy[list[Span]]:
    pair = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 40))
    return st.lists(pair.map(lambda p: Span(p[0], min(LENGTH, p[0] + p[1]))), max_size=most)


def seconds(found: list[Span]) -> set[int]:
    """The model: the whole seconds that are covered."""
    return {s for span in found for s in range(round(span.start_s), round(span.end_s))}


@given(spans())
def test_merged_spans_cover_the_same_seconds_apart_and_in_order(given_spans: list[Span]) -> None:
    merged = merge(given_spans)
    assert seconds(merged) == seconds(given_spans)
    assert all(a.end_s < b.start_s for a, b in itertools.pairwise(merged))


@given(spans(), st.integers(1, 10))
def test_footage_and_holes_are_the_window(given_spans: list[Span], seam: int) -> None:
    footage = footage_in(given_spans, WINDOW, seam)
    gaps = holes(footage, WINDOW)
    covered = seconds(given_spans)
    model_gaps: set[int] = set()
    run: list[int] = []
    for second in range(10, 111):
        if second < 110 and second not in covered:
            run.append(second)
            continue
        # A hole that begins before the window or ends after it is as long as it is.
        begins, ends = (run[0], run[-1] + 1) if run else (0, 0)
        while run and begins > 0 and begins - 1 not in covered and begins <= 10:
            begins -= 1
        while run and ends < LENGTH and ends not in covered and ends >= 110:
            ends += 1
        before = any(s in covered for s in range(begins))
        after = any(s in covered for s in range(ends, LENGTH))
        is_all = run and run[0] == 10 and run[-1] == 109
        touches_edge = run and (run[0] == 10 or run[-1] == 109)
        is_seam = run and not is_all and (
            len(run) < seam if touches_edge else ends - begins < seam
        )  # fmt: skip
        if run and is_all and before and after and ends - begins < seam:
            is_seam = True
        if run and not is_seam:
            model_gaps |= set(run)
        run = []
    assert seconds(gaps) == model_gaps
    assert total_s(footage) + total_s(gaps) == WINDOW.seconds


@given(spans())
def test_clipping_keeps_what_is_inside(given_spans: list[Span]) -> None:
    assert seconds(clip(given_spans, WINDOW)) == seconds(given_spans) & set(range(10, 110))

"""From a device's pages to what is recorded, missing and unknown."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.footage.spans import Span, clip, footage_in, holes
from pipeline.devices.device import Coverage
from pipeline.devices.errors import (
    AuthRefusedError,
    BrokenAnswerError,
    DeviceError,
    UnknownReason,
)
from pipeline.devices.survey import MAX_PAGES, Claim, Page, Survey

WINDOW = Span(0.0, 48 * 3600.0)
NOW_S = 47 * 3600.0

_MOMENT = st.integers(-7200, 50 * 3600).map(float)
_CLAIMS = st.lists(st.builds(Claim, _MOMENT, _MOMENT, st.sampled_from(["", "a", "b"])), max_size=12)


def _survey(claims: list[Claim]) -> Coverage:
    def ask(piece: Span) -> Iterator[Page]:
        inside = tuple(
            claim
            for claim in claims
            if min(claim.start_s, claim.end_s) < piece.end_s
            and max(claim.start_s, claim.end_s) > piece.start_s
        )
        yield Page(inside, is_last=True, total=len(inside))

    return Survey().coverage(WINDOW, ask, NOW_S)


@given(_CLAIMS)
def test_whatever_a_device_claims_a_moment_is_recorded_or_unknown_or_neither(
    claims: list[Claim],
) -> None:
    found = _survey(claims)
    recorded = footage_in([each.span for each in found.recorded], WINDOW, 0.0)
    unknown = [each.span for each in found.unknown]
    assert all(a.end_s <= b.start_s for a, b in pairwise(unknown))
    assert all(clip([span], WINDOW) == [span] for span in unknown)
    for span in unknown:
        assert clip(recorded, span) == []
    assert all(each.span.end_s <= NOW_S for each in found.recorded)
    for claim in claims:
        # Nothing that was claimed is called missing.
        start_s, end_s = max(claim.start_s, 0.0), min(claim.end_s, NOW_S)
        if end_s > start_s:
            taken = footage_in([*recorded, *unknown], Span(start_s, end_s), 0.0)
            assert holes(taken, Span(start_s, end_s)) == []


@pytest.mark.parametrize(
    ("error", "reason", "most_questions"),
    [
        (AuthRefusedError("no"), UnknownReason.AUTH_REFUSED, 1),
        (BrokenAnswerError("what"), UnknownReason.BROKEN_ANSWER, 12),
    ],
)
def test_a_device_that_fails_is_asked_few_times_about_ninety_days(
    error: DeviceError, reason: UnknownReason, most_questions: int
) -> None:
    asked = []

    def ask(piece: Span) -> Iterator[Page]:
        asked.append(piece)
        raise error
        yield

    window = Span(0.0, 90 * 86_400.0)
    found = Survey().coverage(window, ask, window.end_s)
    assert footage_in([each.span for each in found.unknown], window, 0.0) == [window]
    assert {each.reason for each in found.unknown} == {reason}
    assert len(asked) <= most_questions


def test_what_was_given_before_it_broke_is_kept() -> None:
    def ask(piece: Span) -> Iterator[Page]:
        if piece.start_s < 10 * 3600.0:
            raise AuthRefusedError("no more")
        yield Page((Claim(piece.start_s, piece.end_s),), is_last=True)

    found = Survey().coverage(WINDOW, ask, NOW_S)
    assert [each.span for each in found.unknown] == [Span(0.0, 24 * 3600.0)]
    assert found.recorded[0].span.start_s == 24 * 3600.0


def test_pieces_stay_short_once_long_ones_broke() -> None:
    asked: list[float] = []

    def ask(piece: Span) -> Iterator[Page]:
        asked.append(piece.seconds)
        if piece.seconds > 12 * 3600.0:
            raise BrokenAnswerError("cut off")
        yield Page((), is_last=True)

    survey = Survey()
    assert survey.coverage(WINDOW, ask, NOW_S).unknown == ()
    del asked[:]
    assert survey.coverage(WINDOW, ask, NOW_S).unknown == ()
    assert max(asked) <= 12 * 3600.0


def test_pages_without_end_are_given_up() -> None:
    pages = []

    def ask(piece: Span) -> Iterator[Page]:
        for n in range(10_000):
            pages.append(n)
            yield Page((Claim(piece.start_s + n, piece.start_s + n + 1.0),), is_last=False)

    found = Survey().coverage(Span(0.0, 3600.0 * 4), ask, NOW_S)
    assert {each.reason for each in found.unknown} == {UnknownReason.PARTIAL}
    assert len(pages) == MAX_PAGES


def test_an_event_inside_continuous_footage_is_no_contradiction() -> None:
    found = _survey([Claim(0.0, 40_000.0, "all"), Claim(9_000.0, 9_030.0, "event")])
    assert found.unknown == ()
    assert len(found.recorded) == 2

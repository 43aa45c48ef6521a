"""Thresholds proposed from judged alerts, and how well a share is known: properties of both."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.alerts.schemas import AlertStatus
from api.precision.counting import proposal
from api.precision.interval import counted_share
from api.precision.repository import Group, GroupCount, ScoreCount
from api.precision.threshold import (
    FEW,
    FEW_CONFIRMED,
    ProposalOutcome,
    ScoreCounts,
    effect_of,
    propose,
)

_BINS = st.dictionaries(st.integers(1, 99), st.integers(1, 20), max_size=15)
_SCORES = st.builds(ScoreCounts, _BINS, _BINS, _BINS)
_PERCENT = st.integers(0, 10)


def _total(counts: object) -> int:
    assert isinstance(counts, dict)
    return sum(counts.values())


@given(_SCORES, st.booleans(), _PERCENT)
def test_a_proposal_is_the_best_of_all_thresholds(
    scores: ScoreCounts, is_class_1: bool, percent: int
) -> None:
    verdict = propose(scores, is_class_1=is_class_1, max_lost_percent=percent)
    confirmed, false = _total(scores.confirmed), _total(scores.false_positive)
    assert (verdict.confirmed, verdict.false_positive) == (confirmed, false)
    assert (verdict.effect is not None) == (verdict.outcome is ProposalOutcome.PROPOSED)
    if confirmed + false < FEW:
        assert verdict.outcome is ProposalOutcome.TOO_FEW
        return
    if confirmed < FEW_CONFIRMED:
        assert verdict.outcome is ProposalOutcome.TOO_FEW_CONFIRMED
        return
    allowed = 0 if is_class_1 else confirmed * percent // 100
    every = [effect_of(scores, hundredth) for hundredth in range(1, 100)]
    within = [each for each in every if each.lost <= allowed and each.removed > 0]
    if not within:
        assert verdict.outcome is ProposalOutcome.NOTHING_TO_GAIN
        return
    most = max(each.removed for each in within)
    assert verdict.effect == next(each for each in within if each.removed == most)


@given(_SCORES, _PERCENT)
def test_class_1_never_loses_a_true_alert(scores: ScoreCounts, percent: int) -> None:
    verdict = propose(scores, is_class_1=True, max_lost_percent=percent)
    if verdict.effect is not None:
        hundredth = round(verdict.effect.threshold * 100)
        assert verdict.effect.lost == 0
        assert all(each >= hundredth for each in scores.confirmed)


@given(_SCORES, _PERCENT, _PERCENT)
def test_who_allows_more_spares_at_least_as_much(scores: ScoreCounts, one: int, other: int) -> None:
    less, more = [
        propose(scores, is_class_1=False, max_lost_percent=each).effect
        for each in sorted((one, other))
    ]
    if less is not None:
        assert more is not None
        assert (more.removed, more.threshold) >= (less.removed, less.threshold)
        assert more.lost >= less.lost


@given(_SCORES)
def test_a_higher_threshold_drops_no_less(scores: ScoreCounts) -> None:
    if _total(scores.confirmed) == 0:
        return
    every = [effect_of(scores, hundredth) for hundredth in range(1, 100)]
    for lower, higher in pairwise(every):
        assert lower.removed <= higher.removed
        assert lower.lost <= higher.lost
        assert lower.pending_below <= higher.pending_below


@given(_SCORES, _BINS)
def test_what_nobody_judged_decides_nothing(scores: ScoreCounts, pending: dict[int, int]) -> None:
    other = ScoreCounts(scores.confirmed, scores.false_positive, pending)
    one, two = propose(scores, is_class_1=False), propose(other, is_class_1=False)
    assert one.outcome == two.outcome
    if one.effect is not None and two.effect is not None:
        assert (one.effect.threshold, one.effect.removed) == (
            two.effect.threshold,
            two.effect.removed,
        )


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe (1998), "Two-sided confidence intervals for the single proportion", table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_the_interval_is_the_published_one(hits: int, of: int, low: float, high: float) -> None:
    share = counted_share(hits, of)
    assert share is not None
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_its_share_and_narrows(hits: int, misses: int) -> None:
    share = counted_share(hits, hits + misses)
    if hits + misses == 0:
        assert share is None
        return
    assert share is not None
    assert 0.0 <= share.low <= share.value <= share.high <= 1.0
    more = counted_share(10 * hits, 10 * (hits + misses))
    assert more is not None
    assert more.high - more.low < share.high - share.low


def test_none_of_less_than_none_is_no_share() -> None:
    with pytest.raises(ValueError, match="is no share"):
        counted_share(3, 2)


@pytest.mark.parametrize(
    ("rule", "hundredth", "outcome"),
    [
        ("perimeter_intrusion", None, ProposalOutcome.PROPOSED),
        ("crowding", None, ProposalOutcome.NOT_BY_SCORE),  # one strong head makes no crowd
        ("off_post", 0, ProposalOutcome.NOT_BY_SCORE),  # who is not there has no score
        ("video_loss", 100, ProposalOutcome.NOT_BY_SCORE),  # a fault of the picture has none either
    ],
)
def test_only_what_goes_by_a_score_gets_a_threshold(
    rule: str, hundredth: int | None, outcome: ProposalOutcome
) -> None:
    group = Group(rule, "m", "a" * 64)
    scores = [
        ScoreCount(group, None, status, at if hundredth is None else hundredth, amount)
        for status, at, amount in (
            (AlertStatus.CONFIRMED, 60, 30),
            (AlertStatus.FALSE_POSITIVE, 30, 30),
        )
    ]
    count = GroupCount(group, 30, 0, (), is_class_1=False, false_positive=0)
    found = proposal(count, scores, 0)
    assert found.outcome is outcome
    assert found.unscored == (0 if hundredth is None else 60)
    assert (found.effect is not None) == (outcome is ProposalOutcome.PROPOSED)
    if found.effect is not None:
        assert (found.effect.threshold, found.effect.removed) == (0.31, 30)


def test_scores_add_up_over_cameras() -> None:
    group = Group("fall", "m", "a" * 64)
    told = Counter({20: 12, 70: 4})
    scores = [ScoreCount(group, "fall", AlertStatus.CONFIRMED, 71, 9) for _ in range(2)] + [
        ScoreCount(group, "fall", AlertStatus.FALSE_POSITIVE, at, n) for at, n in told.items()
    ]
    count = GroupCount(group, 18, 0, (), is_class_1=True, false_positive=0)
    found = proposal(count, scores, 10)
    assert (found.confirmed, found.false_positive, found.is_class_1) == (18, 16, True)
    assert found.effect is not None
    assert (found.effect.threshold, found.effect.removed, found.effect.lost) == (0.71, 16, 0)

"""Adds counted groups up: pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from api.alerts.schemas import AlertStatus, FalsePositiveReason
from api.precision import threshold
from api.precision.interval import CountedShare, counted_share
from api.precision.repository import Group, GroupCount, ScoreCount
from api.precision.schemas import Effect, Figures, Proposal, Share
from api.precision.threshold import (
    FEW,
    FEW_CONFIRMED,
    HUNDREDTHS,
    NOT_BY_SCORE,
    ProposalOutcome,
    ScoreCounts,
)

Key = TypeVar("Key", bound=Hashable)
_JUDGED = (AlertStatus.CONFIRMED, AlertStatus.FALSE_POSITIVE)
"""Neither what waits nor a digest that was seen."""


def together(counts: Iterable[GroupCount], key: Callable[[Group], Key]) -> dict[Key, GroupCount]:
    """The groups of each key as one, in the order in which keys come first."""
    found: defaultdict[Key, list[GroupCount]] = defaultdict(list)
    for count in counts:
        found[key(count.group)].append(count)
    return {each: summed(told) for each, told in found.items()}


def ranked(found: Mapping[Key, GroupCount]) -> dict[Key, GroupCount]:
    """In the order in which they are looked into: most false ones first."""
    return dict(sorted(found.items(), key=lambda item: rank(item[1])))


def rank(count: GroupCount) -> tuple[int, int]:
    """By what groups are sorted: the most false ones first."""
    return -count.false_positive, -count.confirmed


def summed(counts: Sequence[GroupCount]) -> GroupCount:
    """Groups as one, called as the first of them."""
    if not counts:
        return GroupCount(Group("", "", ""), 0, 0, (0,) * len(FalsePositiveReason), False, 0)
    if len(counts) == 1:
        return counts[0]
    # Lists: there are thousands of groups, and a generator is called for each.
    return GroupCount(
        counts[0].group,
        sum([each.confirmed for each in counts]),
        sum([each.pending_review for each in counts]),
        tuple(map(sum, zip(*[each.reasons for each in counts], strict=True))),
        True in [each.is_class_1 for each in counts],
        sum([each.false_positive for each in counts]),
    )


def figures(count: GroupCount) -> Figures:
    """What is told of a group."""
    judged = count.confirmed + count.false_positive
    return Figures(
        confirmed=count.confirmed,
        false_positive=count.false_positive,
        pending_review=count.pending_review,
        reasons={r: n for r, n in zip(FalsePositiveReason, count.reasons, strict=True) if n},
        precision=_share(counted_share(count.confirmed, judged)),
        is_small=judged < FEW,
    )


def has_enough(count: GroupCount) -> bool:
    """Whether so much was judged that its scores are worth reading."""
    judged = count.confirmed + count.false_positive
    return judged >= FEW and count.confirmed >= FEW_CONFIRMED


def by_counts_alone(count: GroupCount, everywhere: ProposalOutcome) -> Proposal:
    """Why there is no threshold for a group that has not enough, known without its scores.

    Args:
        count: The group.
        everywhere: The outcome for its rule and model on all cameras.
    """
    is_few = count.confirmed + count.false_positive < FEW
    outcome = ProposalOutcome.TOO_FEW if is_few else ProposalOutcome.TOO_FEW_CONFIRMED
    return Proposal(
        outcome=everywhere if everywhere is ProposalOutcome.NOT_BY_SCORE else outcome,
        confirmed=count.confirmed,
        false_positive=count.false_positive,
        unscored=0,
        is_class_1=count.is_class_1,
        effect=None,
    )


def proposal(count: GroupCount, scores: Iterable[ScoreCount], max_lost_percent: int) -> Proposal:
    """The threshold for a group of one rule and model.

    Args:
        count: The group.
        scores: Its scores.
        max_lost_percent: See :func:`api.precision.threshold.propose`.
    """
    by_score = {status: Counter[int]() for status in AlertStatus}
    unscored = 0
    for score in scores:
        if 0 < score.hundredth < HUNDREDTHS:
            by_score[score.status][score.hundredth] += score.amount
        elif score.status in _JUDGED:
            unscored += score.amount
    verdict = threshold.propose(
        ScoreCounts(
            confirmed=by_score[AlertStatus.CONFIRMED],
            false_positive=by_score[AlertStatus.FALSE_POSITIVE],
            pending_review=by_score[AlertStatus.PENDING_REVIEW],
        ),
        is_class_1=count.is_class_1,
        max_lost_percent=max_lost_percent,
    )
    is_by_score = count.group.rule not in NOT_BY_SCORE
    if is_by_score and verdict.confirmed + verdict.false_positive == 0 < unscored:
        is_by_score = False
    effect = verdict.effect if is_by_score else None
    return Proposal(
        outcome=verdict.outcome if is_by_score else ProposalOutcome.NOT_BY_SCORE,
        confirmed=verdict.confirmed,
        false_positive=verdict.false_positive,
        unscored=unscored,
        is_class_1=count.is_class_1,
        effect=None if effect is None else _effect(effect),
    )


def _effect(effect: threshold.Effect) -> Effect:
    lost_share = _share(effect.lost_share)
    assert lost_share is not None, "it is a share of something"
    return Effect(
        threshold=effect.threshold,
        removed=effect.removed,
        lost=effect.lost,
        lost_share=lost_share,
        pending_below=effect.pending_below,
        precision_after=_share(effect.precision_after),
    )


def _share(share: CountedShare | None) -> Share | None:
    return None if share is None else Share(value=share.value, low=share.low, high=share.high)

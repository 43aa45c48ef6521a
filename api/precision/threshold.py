"""Proposes from judged alerts a least score for a rule: pure, and nothing is set by it.

An alert's score is the highest that a thing of it reached while the rule held. With ``min_score``
above it, none of its things would ever have counted, and the alert would not have been. So for each
threshold the judged alerts below it say what it would have spared and what it would have cost.

Scores are counted in hundredths, because nobody sets a threshold more finely.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from api.precision.interval import CountedShare, counted_share

FEW = 30
"""With fewer judged alerts a share is called small and no threshold is proposed: even 30 of 30
leaves 11 of 100 open."""
FEW_CONFIRMED = 10
"""With fewer true ones nothing shows what a threshold would cost; one that silences everything
would look best."""
HUNDREDTHS = 100
NOT_BY_SCORE = frozenset({"crowding", "off_post"})
"""Rules whose alerts a least score does not simply keep or drop: who must be many, and who must be
absent."""


class ProposalOutcome(StrEnum):
    """What became of the search for a threshold.

    ``proposed``: there is one. ``too_few``: not enough was judged. ``too_few_confirmed``: not
    enough of it is true. ``nothing_to_gain``: each would cost more than allowed, or spare nothing.
    ``not_by_score``: the rule does not go by the score of one thing.
    """

    PROPOSED = "proposed"
    TOO_FEW = "too_few"
    TOO_FEW_CONFIRMED = "too_few_confirmed"
    NOTHING_TO_GAIN = "nothing_to_gain"
    NOT_BY_SCORE = "not_by_score"


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """Alerts by hundredth of their score, 1 to 99, by what people judged.

    What has no score of a model (0 or 1: faults of the picture, digests) is in none of them.
    """

    confirmed: Mapping[int, int] = field(default_factory=dict)
    false_positive: Mapping[int, int] = field(default_factory=dict)
    pending_review: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a threshold would have changed.

    Attributes:
        threshold: Least score, 0 to 1.
        removed: False alerts below it.
        lost: True alerts below it.
        lost_share: Of the true ones, with how well that is known.
        pending_below: Alerts below it that nobody judged.
        precision_after: Of the judged ones that would have stayed.
    """

    threshold: float
    removed: int
    lost: int
    lost_share: CountedShare
    pending_below: int
    precision_after: CountedShare | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome, on how many scored alerts it rests, and its effect if there is one."""

    outcome: ProposalOutcome
    confirmed: int
    false_positive: int
    effect: Effect | None = None


def propose(scores: ScoreCounts, *, is_class_1: bool, max_lost_percent: int = 0) -> Verdict:
    """The least threshold that spares the most false alerts at the price allowed.

    Args:
        scores: The judged alerts of one rule and model, maybe of one camera.
        is_class_1: Whether any of them is of the gravest class: then no true one is ever lost.
        max_lost_percent: So many of a hundred true ones may be lost otherwise.
    """
    allowed_percent = 0 if is_class_1 else max_lost_percent
    confirmed, false = sum(scores.confirmed.values()), sum(scores.false_positive.values())
    if confirmed + false < FEW:
        return Verdict(ProposalOutcome.TOO_FEW, confirmed, false)
    if confirmed < FEW_CONFIRMED:
        return Verdict(ProposalOutcome.TOO_FEW_CONFIRMED, confirmed, false)
    removed = lost = 0
    best, best_removed = 0, 0
    for hundredth in range(1, HUNDREDTHS):
        removed += scores.false_positive.get(hundredth - 1, 0)
        lost += scores.confirmed.get(hundredth - 1, 0)
        if lost * 100 > allowed_percent * confirmed:
            break
        if removed > best_removed:
            best, best_removed = hundredth, removed
    if best == 0:
        return Verdict(ProposalOutcome.NOTHING_TO_GAIN, confirmed, false)
    return Verdict(ProposalOutcome.PROPOSED, confirmed, false, effect_of(scores, best))


def effect_of(scores: ScoreCounts, hundredth: int) -> Effect:
    """What a threshold of so many hundredths would have changed; some alert must be true."""
    confirmed, false = sum(scores.confirmed.values()), sum(scores.false_positive.values())
    lost, removed = _below(scores.confirmed, hundredth), _below(scores.false_positive, hundredth)
    kept = confirmed - lost
    share = counted_share(lost, confirmed)
    assert share is not None, "something is true"
    return Effect(
        threshold=hundredth / HUNDREDTHS,
        removed=removed,
        lost=lost,
        lost_share=share,
        pending_below=_below(scores.pending_review, hundredth),
        precision_after=counted_share(kept, kept + false - removed),
    )


def _below(counts: Mapping[int, int], hundredth: int) -> int:
    return sum(count for each, count in counts.items() if each < hundredth)

"""Minutes of analysed time as the stretches a timeline draws."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from api.cameras.schemas import AnalysedMinute, MissingSeconds
from api.contract import MissingReason
from api.recordings.schemas import AnalysedStretch, RuleDay

_SEAM = timedelta(seconds=1)
_ENOUGH = 0.5


def by_rule(minutes: Iterable[AnalysedMinute]) -> list[RuleDay]:
    """Each rule's day.

    Args:
        minutes: By rule and time.
    """
    rules: dict[str, RuleDay] = {}
    missing: dict[str, dict[MissingReason, float]] = {}
    for minute in minutes:
        rule = rules.setdefault(
            minute.rule_id,
            RuleDay(
                rule=minute.rule, rule_id=minute.rule_id, analysed_s=0.0, missing=[], stretches=[]
            ),
        )
        rule.analysed_s += minute.analysed_s
        sums = missing.setdefault(minute.rule_id, {})
        for reason, seconds in minute.missing.items():
            sums[reason] = sums.get(reason, 0.0) + seconds
        _append(rule.stretches, minute)
    for rule_id, rule in rules.items():
        rule.missing = [
            MissingSeconds(reason=reason, seconds=seconds)
            for reason, seconds in sorted(missing[rule_id].items(), key=lambda item: -item[1])
        ]
    return list(rules.values())


def _append(stretches: list[AnalysedStretch], minute: AnalysedMinute) -> None:
    length_s = (minute.to_at - minute.from_at).total_seconds()
    why: MissingReason | None = None
    if minute.missing and minute.analysed_s < _ENOUGH * length_s:
        why = max(minute.missing, key=lambda reason: minute.missing[reason])
    last = stretches[-1] if stretches else None
    if last is not None and last.missed_for == why and minute.from_at - last.to_at <= _SEAM:
        last.to_at = minute.to_at
        last.analysed_s += minute.analysed_s
        return
    stretches.append(
        AnalysedStretch(
            from_at=minute.from_at,
            to_at=minute.to_at,
            missed_for=why,
            analysed_s=minute.analysed_s,
        )
    )

"""What one recording's analysis adds up to, rule by rule, beside the alerts themselves."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from api.contract import AnalysedTime, MissingReason
from pipeline.rules.economy import Economy, Filter
from pipeline.rules.person_judge import PersonJudge
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.lanes import WatchedRule
from pipeline.runtime.watched_time import WatchedTime, picture_worth_s

if TYPE_CHECKING:
    from pipeline.studio.analyze import Recording


@dataclass(frozen=True, slots=True)
class RuleSum:
    """One rule over one recording.

    Attributes:
        rule: Its type.
        rule_id: Its id.
        zone: Its zone or line, ``""`` for none.
        analysed_s: Seconds in which it really looked.
        missing_s: Seconds in which it did not, by reason.
        outcomes: Of rules about people's clothes and the like: how many people were
            ``violating``, ``complying`` and ``unable_to_judge``; None for other rules.
    """

    rule: str
    rule_id: str
    zone: str
    analysed_s: float
    missing_s: Mapping[str, float]
    outcomes: Mapping[str, int] | None


@dataclass(slots=True)
class Sums:
    """All of one recording.

    Attributes:
        rules: In the configuration's order.
        removed: Episodes that did not become alerts of their own, by rule type and filter.
    """

    rules: list[RuleSum] = field(default_factory=list)
    removed: dict[tuple[str, Filter], int] = field(default_factory=dict)


class Ledger:
    """Counts analysed time while a recording is read, and closes the books at its end.

    Args:
        rules: The rules, with their models' hours and rates.
        config: What they belong to.
        start_utc_s: When the recording began, on its own clock.
    """

    def __init__(
        self, rules: Sequence[WatchedRule], config: AnalysisConfig, start_utc_s: float
    ) -> None:
        self._rules = [watched.rule for watched in rules]
        self._analysed_s = {rule.rule_id: 0.0 for rule in rules}
        self._missing_s: dict[str, dict[str, float]] = {rule.rule_id: {} for rule in rules}
        self._watched = WatchedTime(
            "recording",
            rules,
            start_utc_s,
            frame_worth_s=picture_worth_s(config),
            emit=self._add,
        )

    def looked(self, utc_s: float) -> None:
        """A picture of this moment was looked at, by the model or by the gate alone."""
        self._watched.analysed(utc_s, otherwise=MissingReason.STALLED)

    def close(self, end_utc_s: float, economy: Economy) -> Sums:
        """The sums, at the recording's end."""
        self._watched.analysed(end_utc_s, otherwise=MissingReason.STALLED)
        self._watched.finish()
        return Sums(
            [
                RuleSum(
                    rule.type,
                    rule.rule_id,
                    rule.zone_name,
                    round(self._analysed_s[rule.rule_id], 3),
                    {k: round(v, 3) for k, v in sorted(self._missing_s[rule.rule_id].items())},
                    {str(outcome): n for outcome, n in rule.outcomes.items()}
                    if isinstance(rule, PersonJudge)
                    else None,
                )
                for rule in self._rules
            ],
            {key: number for key, number in sorted(economy.removed.items()) if number > 0},
        )

    def _add(self, reports: list[AnalysedTime]) -> None:
        for report in reports:
            self._analysed_s[report.rule_id] += report.analysed_s
            missing = self._missing_s[report.rule_id]
            for gap in report.missing:
                missing[gap.reason] = missing.get(gap.reason, 0.0) + gap.seconds


def summary_json(recordings: Iterable[Recording]) -> str:
    """``summary.json``: counts for other programs, beside ``alerts.jsonl``."""
    return json.dumps([_summary(each) for each in recordings], ensure_ascii=False, indent=1) + "\n"


def _summary(recording: Recording) -> dict[str, object]:
    alerts: dict[str, int] = {}
    for found in recording.found:
        alerts[found.episode.rule] = alerts.get(found.episode.rule, 0) + 1
    withheld: dict[str, dict[str, int]] = {}
    for (rule, why), number in recording.sums.removed.items():
        withheld.setdefault(rule, {})[why.value] = number
    return {
        "video": recording.path.name,
        "duration_s": round(recording.duration_s, 3),
        "failure": recording.failure,
        "alerts": dict(sorted(alerts.items())),
        "withheld": withheld,
        "rules": [
            {
                "rule": each.rule,
                "rule_id": each.rule_id,
                "zone": each.zone,
                "analysed_s": each.analysed_s,
                "missing_s": dict(each.missing_s),
                "outcomes": None if each.outcomes is None else dict(each.outcomes),
            }
            for each in recording.sums.rules
        ],
    }

"""What a change of model, threshold or gate does to alerts: two runs side by side."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.errors import ConfigError

START_WITHIN_S = 0.5
"""Episodes of one rule whose starts are nearer than this are the same episode."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an ``alerts.jsonl``, as far as it is compared."""

    video: str
    rule_id: str
    zone: str
    start_s: float
    end_s: float
    rule: str = ""

    def text(self) -> str:
        """For people."""
        return f"{self.video} {self.rule_id} {self.zone} {self.start_s:.1f}-{self.end_s:.1f} s"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs over the same recordings.

    Attributes:
        same: Pairs of the same episode.
        only_first: Episodes of the first run alone.
        only_second: Episodes of the second run alone.
        latest_start_s: How much later the second run's latest pair began; negative if none did.
    """

    same: tuple[tuple[Line, Line], ...]
    only_first: tuple[Line, ...]
    only_second: tuple[Line, ...]
    latest_start_s: float


def read_alerts(path: Path) -> list[Line]:
    """The episodes of an ``alerts.jsonl``.

    Raises:
        ConfigError: The file is missing or a line is not an alert.
    """
    lines: list[Line] = []
    try:
        texts = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            "cannot be read", where=str(path), remedy="Give the alerts.jsonl of an earlier run"
        ) from error
    for number, text in enumerate(texts, 1):
        try:
            data = json.loads(text)
            lines.append(
                Line(
                    str(data["video"]),
                    str(data["rule_id"]),
                    str(data["zone"]),
                    float(data["start_s"]),
                    float(data["end_s"]),
                    str(data.get("rule", data["rule_id"])),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                "this line is no alert",
                where=f"{path}:{number}",
                remedy="Give the alerts.jsonl of an earlier run",
            ) from error
    return lines


def compare(first: Sequence[Line], second: Sequence[Line]) -> Comparison:
    """Pair the episodes of two runs, nearest starts first."""
    near = sorted(
        (abs(a.start_s - b.start_s), i, j)
        for i, a in enumerate(first)
        for j, b in enumerate(second)
        if (a.video, a.rule_id, a.zone) == (b.video, b.rule_id, b.zone)
        and abs(a.start_s - b.start_s) <= START_WITHIN_S
    )
    pairs: dict[int, int] = {}
    for _, i, j in near:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    same = tuple((first[i], second[pairs[i]]) for i in sorted(pairs))
    return Comparison(
        same,
        tuple(a for i, a in enumerate(first) if i not in pairs),
        tuple(b for j, b in enumerate(second) if j not in pairs.values()),
        max((b.start_s - a.start_s for a, b in same), default=0.0),
    )


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What changed for one rule.

    Attributes:
        rule: Its type.
        before: Episodes of the first run.
        now: Of the second.
        same: Pairs among them.
        before_s: Seconds they lasted, all together.
        now_s: Of the second run.
    """

    rule: str
    before: int
    now: int
    same: int
    before_s: float
    now_s: float


def by_rule(comparison: Comparison) -> list[RuleChange]:
    """The comparison rule by rule, those that changed most first."""
    before = [*(a for a, _ in comparison.same), *comparison.only_first]
    now = [*(b for _, b in comparison.same), *comparison.only_second]
    changes = []
    for rule in sorted({line.rule for line in (*before, *now)}):
        was = [line for line in before if line.rule == rule]
        is_ = [line for line in now if line.rule == rule]
        same = sum(a.rule == rule for a, _ in comparison.same)
        changes.append(
            RuleChange(
                rule,
                len(was),
                len(is_),
                same,
                sum(line.end_s - line.start_s for line in was),
                sum(line.end_s - line.start_s for line in is_),
            )
        )
    return sorted(changes, key=lambda c: (2 * c.same - c.before - c.now, c.rule))


def describe(comparison: Comparison) -> list[str]:
    """The comparison in lines for people."""
    lines = [
        f"compared: {len(comparison.same)} the same, {len(comparison.only_first)} only before, "
        f"{len(comparison.only_second)} only now, latest start {comparison.latest_start_s:+.2f} s"
    ]
    lines += [
        f"  {change.rule}: {change.before} before, {change.now} now, {change.same} the same; "
        f"{change.before_s:.1f} s before, {change.now_s:.1f} s now"
        for change in by_rule(comparison)
    ]
    lines += [f"  only before: {line.text()}" for line in comparison.only_first]
    lines += [f"  only now:    {line.text()}" for line in comparison.only_second]
    return lines

"""What would have happened: kept tracks, judged again by the very same rules.

Each run of the analysis is judged by rules of its own, since its tracks are unknown to the next
one. Alerts pass the camera's economy as live ones do; a bad picture alone, of which no tracks tell,
holds nothing back here.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from api.contract.footage.spans import Span, clip, merge
from api.contract.preview import (
    MAX_PREVIEW_ALERTS,
    HeldSpan,
    PreviewAlert,
    PreviewAnswer,
    PreviewedRule,
    PreviewHour,
    PreviewHourState,
    PreviewState,
)
from pipeline.core.clock import FrameTime
from pipeline.core.events import EventKind, RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.rules.base import Rule, build_rule
from pipeline.rules.economy import DIGEST, Economy, EconomyConfig
from pipeline.rules.rule_config import RuleConfigBase
from pipeline.runtime.episodes import utc
from pipeline.runtime.lanes import PERSON
from pipeline.runtime.track_store import Block, Kept, LaneFacts
from pipeline.tracking.kept import GarbledTracksError

_HOUR_S = 3600.0
_STEP_S = 60.0
_SEAM_S = 60.0
_MOST_SPANS = 500
_SAMPLES = 6
_ROUNDED_S = 1.0
"""What an hour may lack and still be whole: spans are cut where blocks are."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be judged.

    Attributes:
        rules: The changed ones, each with its zone.
        economy: The camera's.
        site: The school's calendar.
        from_s: Where the interval begins, seconds since the epoch.
        to_s: Where it ends.
    """

    rules: Sequence[RuleConfigBase]
    economy: EconomyConfig
    site: SiteConfig
    from_s: float
    to_s: float

    @property
    def window(self) -> Span:
        """The interval."""
        return Span(self.from_s, self.to_s)


@dataclass(slots=True)
class _Predicted:
    """An alert as it grows."""

    started_s: float
    raised_s: float
    ended_s: float


@dataclass(slots=True)
class _Verdict:
    """What is found of one rule."""

    rule: Rule
    spans: list[Span] = field(default_factory=list)
    alerts: list[_Predicted] = field(default_factory=list)
    withheld: int = 0
    not_seen: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Told:
    """An event with the rule it is of, in the order of its run."""

    verdict: _Verdict
    event: RuleEvent


def preview(kept: Kept, question: Question, *, limit_s: float | None = None) -> PreviewAnswer:
    """Judge what is kept.

    Args:
        kept: Tracks of one camera.
        question: By what.
        limit_s: About how long it may take; of what would take longer the newest is judged.
    """
    if limit_s is not None:
        from_s = _affordable(kept, question, limit_s)
        if from_s > question.from_s:
            newest = tuple(b for b in kept.blocks if _ends_s(b) > from_s)
            told = preview(replace(kept, blocks=newest), replace(question, from_s=from_s))
            return told.model_copy(update={"is_cut": True})
    verdicts = [_Verdict(_rule_of(each, question.site)) for each in question.rules]
    held: list[Span] = []
    damaged = kept.damaged
    for run in dict.fromkeys(block.run for block in kept.blocks):
        blocks = [block for block in kept.blocks if block.run == run]
        judged = _Run(question, verdicts, kept.runs.get(run, ()))
        for block in blocks:
            try:
                judged.take(block)
            except GarbledTracksError:
                damaged += 1
                continue
            held += _spans(block)
        judged.finish()
    told = _answer(question, verdicts, held, damaged)
    return told.model_copy(update={"size_bytes": kept.size_bytes})


def _affordable(kept: Kept, question: Question, limit_s: float) -> float:
    """From when on a question can be answered in time, by what samples of the looks take."""
    with_looks = [block for block in kept.blocks if block.count]
    samples = with_looks[:: max(1, len(with_looks) // _SAMPLES)][:_SAMPLES]
    sampled = sum(block.count for block in samples)
    began_s = time.monotonic()
    for block in samples:
        verdicts = [_Verdict(_rule_of(rule, question.site)) for rule in question.rules]
        trial = _Run(question, verdicts, kept.runs.get(block.run, ()))
        with contextlib.suppress(GarbledTracksError):
            trial.take(block)
    each_s = (time.monotonic() - began_s) / max(1, sampled)
    left_s = limit_s - sampled * each_s
    for block in reversed(kept.blocks):
        left_s -= block.count * each_s
        if left_s < 0.0:
            return min(question.to_s - 1.0, _ends_s(block))
    return question.from_s


class _Run:
    """One run of the analysis, judged by rules made for it."""

    def __init__(
        self, question: Question, verdicts: Sequence[_Verdict], lanes: Sequence[LaneFacts]
    ) -> None:
        self._economy = question.economy
        self._told: list[_Told] = []
        self._by_lane: dict[int, list[tuple[_Verdict, Rule]]] = {}
        self._last: dict[int, FrameTime] = {}
        for verdict, config in zip(verdicts, question.rules, strict=True):
            needed = {*config.model_classes, *([PERSON] if config.required_attributes else [])}
            for n, lane in enumerate(lanes):
                if needed <= {*lane.classes} and {*config.required_attributes} <= {
                    *lane.attributes
                }:
                    rule = build_rule(config, question.site, lane.classes, lane.attributes)
                    self._by_lane.setdefault(n, []).append((verdict, rule))
                    break
            else:
                seen = {name for lane in lanes for name in (*lane.classes, *lane.attributes)}
                verdict.not_seen |= {*needed, *config.required_attributes} - seen

    def take(self, block: Block) -> None:
        """The next looks of a lane.

        Raises:
            GarbledTracksError: They cannot be read; nothing was judged.
        """
        looks = block.looks()
        rules = self._by_lane.get(block.lane, [])
        for verdict, _ in rules:
            verdict.spans += _spans(block)
        for look in looks:
            for verdict, rule in rules:
                self._note(verdict, rule.update(look.tracks, look.time))
        if looks:
            self._last[block.lane] = looks[-1].time
        if block.is_end:
            self._end(block.lane)

    def finish(self) -> None:
        """No more looks come: what is open ends, and all goes through the economy."""
        for lane in list(self._last):
            self._end(lane)
        economy = Economy(self._economy)
        open_of: dict[tuple[str, str], _Predicted] = {}
        for told in sorted(self._told, key=lambda each: each.event.at.media_s):
            slot = (told.event.rule_id, told.event.zone)
            passed = economy.take(told.event, told.verdict.rule.risk_level)
            ours = [each for each in passed if each.rule != DIGEST]
            if told.event.kind is EventKind.OPENED and not ours:
                told.verdict.withheld += 1
            for event in ours:
                if event.kind is EventKind.OPENED:
                    alert = _Predicted(event.started.utc_s, event.at.utc_s, event.last_seen.utc_s)
                    open_of[slot] = alert
                    told.verdict.alerts.append(alert)
                else:
                    open_of[slot].ended_s = max(open_of[slot].ended_s, event.last_seen.utc_s)

    def _end(self, lane: int) -> None:
        last = self._last.pop(lane, None)
        if last is not None:
            for verdict, rule in self._by_lane.get(lane, []):
                self._note(verdict, rule.finish(last))

    def _note(self, verdict: _Verdict, events: Iterable[RuleEvent]) -> None:
        self._told += [_Told(verdict, event) for event in events]


def _rule_of(config: RuleConfigBase, site: SiteConfig) -> Rule:
    """The rule alone, for its hours and its risk."""
    return build_rule(config, site, config.model_classes, config.required_attributes)


def _ends_s(block: Block) -> float:
    return max(end for _, end in block.spans)


def _spans(block: Block) -> list[Span]:
    return [Span(start, end) for start, end in block.spans if end > start]


def _answer(
    question: Question, verdicts: Sequence[_Verdict], held: list[Span], damaged: int
) -> PreviewAnswer:
    spans = clip(merge(held), question.window)
    return PreviewAnswer(
        state=PreviewState.JUDGED,
        as_of=utc(question.to_s),
        from_at=utc(question.from_s),
        to_at=utc(question.to_s),
        held_s=round(sum(span.seconds for span in spans), 3),
        held=tuple(
            HeldSpan(from_at=utc(span.start_s), to_at=utc(span.end_s))
            for span in merge(spans, _SEAM_S)[-_MOST_SPANS:]
        ),
        damaged=damaged,
        rules=tuple(_previewed(verdict, question.window) for verdict in verdicts),
    )


def _previewed(verdict: _Verdict, window: Span) -> PreviewedRule:
    rule = verdict.rule
    looked = clip(merge(verdict.spans), window)
    alerts = [a for a in verdict.alerts if window.start_s <= a.raised_s <= window.end_s]
    alerts.sort(key=lambda alert: (alert.raised_s, alert.started_s))
    hours = tuple(_hour(rule, hour, looked, alerts) for hour in _hours(window))
    is_analysed = any(hour.alerts is not None for hour in hours)
    return PreviewedRule(
        rule=rule.type,
        rule_id=rule.rule_id,
        zone=rule.zone_name[:128],
        hours=hours,
        alerts=tuple(
            PreviewAlert(
                started_at=utc(alert.started_s),
                raised_at=utc(alert.raised_s),
                ended_at=utc(alert.ended_s),
            )
            for alert in alerts[-MAX_PREVIEW_ALERTS:]
        ),
        alert_count=len(alerts) if is_analysed else None,
        withheld=verdict.withheld,
        not_seen=tuple(sorted(verdict.not_seen))[:64],
    )


def _hour(
    rule: Rule, hour: Span, looked: Sequence[Span], alerts: Sequence[_Predicted]
) -> PreviewHour:
    watched_s = _scheduled_s(rule, [hour])
    analysed_s = min(_scheduled_s(rule, clip(looked, hour)), watched_s)
    raised = sum(1 for alert in alerts if hour.start_s <= alert.raised_s < hour.end_s)
    if analysed_s == 0.0 and not raised:
        is_off = watched_s == 0.0
        state = PreviewHourState.OFF_SCHEDULE if is_off else PreviewHourState.NOT_ANALYSED
    else:
        is_whole = analysed_s >= watched_s - _ROUNDED_S
        state = PreviewHourState.ANALYSED if is_whole else PreviewHourState.PARTLY
    is_known = state in (PreviewHourState.ANALYSED, PreviewHourState.PARTLY)
    return PreviewHour(
        from_at=utc(hour.start_s),
        state=state,
        analysed_s=round(analysed_s, 3),
        watched_s=round(watched_s, 3),
        alerts=raised if is_known else None,
    )


def _scheduled_s(rule: Rule, spans: Iterable[Span]) -> float:
    """Seconds of some time in which a rule watches, to the minute."""
    total_s = 0.0
    for span in spans:
        start_s = span.start_s
        while start_s < span.end_s:
            end_s = min(span.end_s, (math.floor(start_s / _STEP_S) + 1) * _STEP_S)
            if rule.is_scheduled((start_s + end_s) / 2):
                total_s += end_s - start_s
            start_s = end_s
    return total_s


def _hours(window: Span) -> Iterator[Span]:
    start_s = window.start_s
    while start_s < window.end_s:
        end_s = min(window.end_s, (math.floor(start_s / _HOUR_S) + 1) * _HOUR_S)
        yield Span(start_s, end_s)
        start_s = end_s

"""Between a rule and the alert: what would flood a reviewer is joined, bundled or held back.

A kitchen of three cooks without hats, a fence in the wind and a cloth over the lens all make rules
say true things too often. Three filters stand between a rule's events and the alerts, and each
counts what it removed; nothing vanishes uncounted:

- *merge*: what opens again within ``merge_s`` goes on as the same episode;
- *picture*: while the picture is bad, rules open nothing new; what still goes on when it is good
  again is raised then;
- *budget*: more than so many alerts of one camera in an hour become one digest that says how many
  of which rule were held back.

Class 1 passes all but the first. Pure: driven by the events' own moments.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.contract import ALERT_DIGEST, RiskLevel
from pipeline.core.clock import FrameTime
from pipeline.core.events import EventKind, RuleEvent

DIGEST = ALERT_DIGEST
"""Rule and rule id of the digest."""
HOUR_S = 3600.0
_DIGEST_UPDATE_S = 60.0

PictureFaultName = Literal[
    "video_loss",
    "black_screen",
    "freeze",
    "brightness_abnormal",
    "occlusion",
    "blur",
    "scene_change",
    "color_cast",
    "clock_drift",
]


class EconomyConfig(BaseModel):
    """How many alerts one camera may make.

    Attributes:
        merge_s: A violation that begins again within so long of its end is the same one: a minute
            is a walk to the cold store and back. 0 joins nothing.
        budget_per_hour: Alerts of one camera in an hour before the rest becomes a digest; 30 is one
            each two minutes, more than anybody judges for a single camera. None: no limit.
        suppress_while: Picture faults during which rules of class 2 and 3 open nothing new: what
            zones and detector say of a covered, dark, blurred or turned picture is not to be
            believed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge_s: Annotated[float, Field(ge=0.0, le=3600.0, allow_inf_nan=False)] = 60.0
    budget_per_hour: Annotated[int, Field(ge=1, le=10_000)] | None = 30
    suppress_while: tuple[PictureFaultName, ...] = (
        "black_screen",
        "occlusion",
        "scene_change",
        "blur",
    )


class Filter(StrEnum):
    """What kept an episode from being an alert of its own."""

    MERGED = "merged"
    BUDGET = "budget"
    PICTURE = "picture"


_ABOUT_SOMEBODY = frozenset(
    {
        "climbing",
        "fall",
        "fire_lane_blocked",
        "illegal_parking",
        "left_object",
        "loitering",
        "perimeter_intrusion",
        "unauthorized_entry",
    }
)
"""Another person (or car) is another matter: joined only if a track takes part in both."""
_NEVER_JOINED = frozenset({"line_crossing"})
"""Each crossing is an event of its own, in its own direction."""

Slot = tuple[str, str]
_LEAP_S = 60.0
"""Times may be out of order by less; by more, the clock was set back."""


@dataclass(slots=True)
class _Ended:
    """An episode that was told to have ended, and may go on."""

    closing: RuleEvent
    track_ids: frozenset[int]


@dataclass(slots=True)
class _Digest:
    began: RuleEvent
    counts: Counter[str] = field(default_factory=Counter)
    newest_s: float = 0.0
    told_s: float = 0.0
    told_total: int = 0


class Economy:
    """The filters of one camera; not thread-safe.

    Args:
        config: How many alerts it may make.

    Attributes:
        removed: Episodes each filter kept from being alerts of their own, by rule type.
    """

    def __init__(self, config: EconomyConfig) -> None:
        self._config = config
        self._bad: frozenset[str] = frozenset()
        self._ended: dict[Slot, _Ended] = {}
        self._joined: dict[Slot, _Ended] = {}
        self._withheld: dict[Slot, Filter] = {}
        self._opened_s: deque[float] = deque()
        self._digest: _Digest | None = None
        self.removed: Counter[tuple[str, Filter]] = Counter()

    def picture_is(self, faults: Collection[str]) -> None:
        """Say which faults the picture has now."""
        self._bad = frozenset(faults).intersection(self._config.suppress_while)

    def take(self, event: RuleEvent, risk: RiskLevel, *, is_fault: bool = False) -> list[RuleEvent]:
        """What becomes of one event of a rule.

        Args:
            event: The event; of one slot (rule id and zone) in the rule's order.
            risk: Risk class of the rule's alerts.
            is_fault: It is about the picture itself, so a bad picture does not silence it.

        Returns:
            What is to be told, in order. An episode keeps the start, and so the identity, it began
            with; an update after its end takes it up again.
        """
        slot = (event.rule_id, event.zone)
        if event.kind is EventKind.OPENED:
            return self._open(slot, event, risk, is_fault=is_fault)
        filtered = self._withheld.get(slot)
        if filtered is None:
            return self._go_on(slot, self._as_joined(slot, event))
        if event.kind is EventKind.CLOSED:
            del self._withheld[slot]
            return []
        if filtered is Filter.PICTURE and not self._bad:
            self._withheld.pop(slot)
            self.removed[event.rule, Filter.PICTURE] -= 1
            return self._open(slot, replace(event, kind=EventKind.OPENED), risk, is_fault=is_fault)
        return []

    def tick(self, utc_s: float) -> list[RuleEvent]:
        """Tell the digest's news, once a minute, and its end.

        Args:
            utc_s: Now, on the events' clock.
        """
        return self._tend_digest(utc_s)

    def finish(self) -> list[RuleEvent]:
        """End the digest, because no more events will come."""
        return [] if self._digest is None else self._end_digest(self._digest)

    def _open(
        self, slot: Slot, event: RuleEvent, risk: RiskLevel, *, is_fault: bool
    ) -> list[RuleEvent]:
        told: list[RuleEvent] = []
        ended = self._ended.pop(slot, None)
        if ended is not None and self._joins(ended, event):
            self._joined[slot] = ended
            self.removed[event.rule, Filter.MERGED] += 1
            return [self._as_joined(slot, replace(event, kind=EventKind.UPDATED))]
        if risk is not RiskLevel.CLASS_1:
            if self._bad and not is_fault:
                return told + self._withhold(slot, event, Filter.PICTURE)
            if self._is_over_budget(event.at.utc_s):
                return told + self._withhold(slot, event, Filter.BUDGET)
            self._opened_s.append(event.at.utc_s)
        told.append(event)
        return told

    def _go_on(self, slot: Slot, event: RuleEvent) -> list[RuleEvent]:
        if event.kind is EventKind.CLOSED:
            self._joined.pop(slot, None)
            if self._config.merge_s > 0.0 and event.rule not in _NEVER_JOINED:
                self._ended[slot] = _Ended(event, frozenset(event.track_ids))
        return [event]

    def _as_joined(self, slot: Slot, event: RuleEvent) -> RuleEvent:
        """An event of a re-opened episode as one of the episode it was joined to."""
        joined = self._joined.get(slot)
        if joined is None:
            return event
        before = joined.closing
        return replace(
            event,
            started=before.started,
            track_ids=tuple(sorted(joined.track_ids.union(event.track_ids))),
            class_names=tuple(sorted({*before.class_names, *event.class_names})),
            score=max(before.score, event.score),
            box_norm_xyxy=(
                event.box_norm_xyxy if event.score >= before.score else before.box_norm_xyxy
            ),
        )

    def _joins(self, ended: _Ended, event: RuleEvent) -> bool:
        pause_s = event.started.utc_s - ended.closing.last_seen.utc_s
        if not -HOUR_S <= pause_s <= self._config.merge_s:
            return False
        if event.rule not in _ABOUT_SOMEBODY or not event.track_ids:
            return True
        return not ended.track_ids.isdisjoint(event.track_ids)

    def _is_over_budget(self, utc_s: float) -> bool:
        if self._config.budget_per_hour is None:
            return False
        # An alert of a later hour than now is of before the box's clock was set back.
        while self._opened_s and not -_LEAP_S <= utc_s - self._opened_s[0] < HOUR_S:
            self._opened_s.popleft()
        return len(self._opened_s) >= self._config.budget_per_hour

    def _withhold(self, slot: Slot, event: RuleEvent, why: Filter) -> list[RuleEvent]:
        self._withheld[slot] = why
        self.removed[event.rule, why] += 1
        if why is not Filter.BUDGET:
            return []
        told = self._tend_digest(event.at.utc_s)
        is_new = self._digest is None
        if self._digest is None:
            self._digest = _Digest(replace(event, started=event.at))
        self._digest.counts[event.rule] += 1
        self._digest.newest_s = event.at.utc_s
        if is_new:
            told.append(self._digest_event(self._digest, EventKind.OPENED, event.at))
        return told

    def _tend_digest(self, utc_s: float) -> list[RuleEvent]:
        digest = self._digest
        if digest is None:
            return []
        if not -_LEAP_S <= utc_s - digest.began.at.utc_s < HOUR_S:
            return self._end_digest(digest)
        is_news = digest.counts.total() > digest.told_total
        if is_news and utc_s - digest.told_s >= _DIGEST_UPDATE_S:
            return [self._digest_event(digest, EventKind.UPDATED, _later(digest, utc_s))]
        return []

    def _end_digest(self, digest: _Digest) -> list[RuleEvent]:
        self._digest = None
        return [
            self._digest_event(
                digest, EventKind.CLOSED, _later(digest, max(digest.told_s, digest.newest_s))
            )
        ]

    def _digest_event(self, digest: _Digest, kind: EventKind, at: FrameTime) -> RuleEvent:
        digest.told_s, digest.told_total = at.utc_s, digest.counts.total()
        return RuleEvent(
            kind=kind,
            rule=DIGEST,
            rule_id=DIGEST,
            zone="",
            started=digest.began.at,
            at=at,
            last_seen=at,
            track_ids=(),
            class_names=(),
            box_norm_xyxy=digest.began.box_norm_xyxy,
            score=1.0,
            facts=_facts(digest.counts),
        )


def _facts(counts: Mapping[str, int]) -> dict[str, float | str]:
    named = {f"withheld_{rule}": float(number) for rule, number in sorted(counts.items())}
    return {"withheld": float(sum(counts.values())), **named}


def _later(digest: _Digest, utc_s: float) -> FrameTime:
    began = digest.began.at
    return FrameTime(began.media_s + utc_s - began.utc_s, utc_s)

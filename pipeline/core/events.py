"""What a rule says: an episode opened, changed or closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.core.clock import FrameTime


class EventKind(StrEnum):
    """Life of an episode."""

    OPENED = "opened"
    UPDATED = "updated"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class RuleEvent:
    """One fact about one episode of one rule (and one zone).

    Attributes:
        kind: Opened, updated or closed.
        rule: The rule's type, as ``perimeter_intrusion``.
        rule_id: The rule's id in the configuration, unique per camera.
        zone: Name of the zone or line, or ``""``.
        started: First qualifying moment, before any dwell; with camera, rule and zone it is the
            episode's identity and never changes.
        at: The moment this event tells of; of an opening, when the alert was raised.
        last_seen: Last qualifying moment so far; of a closed episode, its end.
        track_ids: Tracks that took part so far.
        class_names: Classes of those tracks, sorted.
        box_norm_xyxy: The most telling box, as fractions of the picture, unclipped.
        score: Highest detection score so far, 0–1.
        facts: More, by rule, as ``{"direction": "in"}``; numbers in SI units.
    """

    kind: EventKind
    rule: str
    rule_id: str
    zone: str
    started: FrameTime
    at: FrameTime
    last_seen: FrameTime
    track_ids: tuple[int, ...]
    class_names: tuple[str, ...]
    box_norm_xyxy: tuple[float, float, float, float]
    score: float
    facts: Mapping[str, float | str] = field(default_factory=dict)

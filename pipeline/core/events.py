"""What a rule says: an episode opened, changed or closed (DESIGN §3)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.core.clock import FrameTime

EPISODE_NAMESPACE = uuid.UUID("5c1f0f0e-6f0b-5b5e-9a2e-1d6f8f6d8a10")


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


def episode_id(camera_id: str, rule_id: str, zone: str, started_utc_s: float) -> uuid.UUID:
    """The derived identity of an episode; the same facts give the same id on every machine.

    Args:
        camera_id: Camera.
        rule_id: The rule's id on that camera.
        zone: Name of the zone or line, or ``""``.
        started_utc_s: First qualifying moment, seconds since the epoch; used to the millisecond.
    """
    name = "\x1f".join((camera_id, rule_id, zone, str(round(started_utc_s * 1000))))
    return uuid.uuid5(EPISODE_NAMESPACE, name)

"""Scripted tracks: people whose feet are where the script says, at any frame rate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from pydantic import TypeAdapter

from pipeline.core.clock import FrameTime
from pipeline.core.detections import Tracks
from pipeline.core.events import EventKind, RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.rules import AnyRuleConfig, Rule, RuleConfigBase, build_rule

CLASSES = ("person", "bicycle", "car")
MONDAY_NOON_UTC_S = 1_795_406_400.0
"""2026-11-23 12:00 in Shanghai."""
LEFT_HALF = {"name": "yard", "polygon": [[0, 0], [0.5, 0], [0.5, 1], [0, 1]]}
MIDDLE_UP = {"name": "gate", "points": [[0.5, 1], [0.5, 0]]}
Foot = tuple[float, float]
Path = Callable[[float], Foot | None]

_any_rule: TypeAdapter[RuleConfigBase] = TypeAdapter(AnyRuleConfig)


@dataclass(frozen=True)
class Person:
    """One track.

    Attributes:
        track_id: Its id.
        path: Where the foot is at a time, fractions of the picture; None where it is not seen.
        first_seen_s: What the tracker says of its beginning; the first frame with it if None.
        score: Of each detection.
        kind: Class.
        height: Of the box, fraction of the picture.
    """

    track_id: int
    path: Path
    first_seen_s: float | None = None
    score: float | Callable[[float], float] = 0.8
    kind: str = "person"
    height: float = 0.3


def config(**keys: object) -> RuleConfigBase:
    """A rule's configuration as a file would give it."""
    return _any_rule.validate_python(keys)


def rule(site: SiteConfig | None = None, /, **keys: object) -> Rule:
    """A rule from its configuration's keys."""
    return build_rule(config(**keys), site or SiteConfig(), CLASSES)


def time_at(t_s: float, base_utc_s: float = MONDAY_NOON_UTC_S) -> FrameTime:
    """A frame's time."""
    return FrameTime(t_s, base_utc_s + t_s)


def tracks_at(
    people: Iterable[Person],
    t_s: float,
    size: tuple[int, int] = (1000, 800),
    born: dict[int, float] | None = None,
) -> Tracks:
    """What a tracker says at a time."""
    born = {} if born is None else born
    rows = []
    for person in people:
        foot = person.path(t_s)
        if foot is None:
            continue
        since = born.setdefault(
            person.track_id, t_s if person.first_seen_s is None else person.first_seen_s
        )
        half = person.height / 6
        box = (foot[0] - half, foot[1] - person.height, foot[0] + half, foot[1])
        score = person.score if isinstance(person.score, float) else person.score(t_s)
        rows.append((person.track_id, box, score, CLASSES.index(person.kind), since))
    rows.sort()
    scale = np.array([size[0], size[1], size[0], size[1]])
    return Tracks(
        (np.array([r[1] for r in rows], np.float64).reshape(-1, 4) * scale).astype(np.float32),
        np.array([r[2] for r in rows], np.float32),
        np.array([r[3] for r in rows], np.int64),
        np.array([r[0] for r in rows], np.int64),
        np.array([r[4] for r in rows], np.float64),
        CLASSES,
        size,
    )


def play(
    what: Rule,
    people: Iterable[Person],
    times: Iterable[float],
    *,
    size: tuple[int, int] = (1000, 800),
    base_utc_s: float = MONDAY_NOON_UTC_S,
    finish: bool = True,
) -> list[RuleEvent]:
    """All events of a rule over a script."""
    everybody, born, events, t_s = list(people), dict[int, float](), list[RuleEvent](), 0.0
    for t_s in times:
        tracks = tracks_at(everybody, t_s, size, born)
        events += what.update(tracks, time_at(t_s, base_utc_s))
    if finish:
        events += what.finish(time_at(t_s, base_utc_s))
    return events


def every(fps: float, until_s: float, from_s: float = 0.0) -> list[float]:
    """Times of a steady camera's frames."""
    return [from_s + n / fps for n in range(round((until_s - from_s) * fps))]


def at(x: float, y: float) -> Path:
    """Somebody who stands still."""
    return lambda _: (x, y)


def during(path: Path, *spans: tuple[float, float]) -> Path:
    """Seen only in these spans of time."""
    return lambda t: path(t) if any(a <= t < b for a, b in spans) else None


def walk(*stops: tuple[float, float, float]) -> Path:
    """Straight from stop to stop (time, x, y); unseen before the first and after the last."""

    def path(t_s: float) -> Foot | None:
        if not stops[0][0] <= t_s <= stops[-1][0]:
            return None
        times, xs, ys = zip(*stops, strict=True)
        return float(np.interp(t_s, times, xs)), float(np.interp(t_s, times, ys))

    return path


def kinds(events: Iterable[RuleEvent]) -> list[str]:
    """What happened, in order, without the updates."""
    return [str(e.kind) for e in events if e.kind is not EventKind.UPDATED]


def closed(events: Iterable[RuleEvent]) -> list[RuleEvent]:
    """The episodes, as they ended."""
    return [e for e in events if e.kind is EventKind.CLOSED]


def spans(events: Iterable[RuleEvent]) -> list[tuple[float, float]]:
    """Start and end of each episode, media seconds."""
    return [(e.started.media_s, e.last_seen.media_s) for e in closed(events)]

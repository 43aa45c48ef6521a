"""Scripted scenes of things of any class: boxes, attributes and changing track ids over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from api.contract.vocabulary import vocabulary
from pipeline.core.detections import Tracks
from pipeline.core.events import RuleEvent
from pipeline.geometry import SiteConfig
from pipeline.rules import Rule, build_rule
from tests.rules.scripted import MONDAY_NOON_UTC_S, Path, config, during, time_at

SEEN = tuple(vocabulary().object_class)
TOLD = tuple(vocabulary().attribute)
SIZE = (1000, 1000)
"""Square, so that a share of the width is as long as one of the height."""
Box = tuple[float, float, float, float]
BoxPath = Callable[[float], Box | None]
RATES = (2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Thing:
    """One track, or one thing under several.

    Attributes:
        track_id: Its id, or what it is at a time.
        box: Where it is at a time, fractions of the picture; None where it is not seen.
        kind: Class, or what the detector takes it for at a time.
        says: Attributes: what a classifier answers at a time.
    """

    track_id: int | Callable[[float], int]
    box: BoxPath
    kind: str | Callable[[float], str] = "person"
    says: Mapping[str, Callable[[float], int]] = field(default_factory=dict)
    score: float = 0.8


def standing(path: Path, height: float = 0.3) -> BoxPath:
    """The box of a person whose foot is on the path: a third as wide as high."""

    def box(t_s: float) -> Box | None:
        foot = path(t_s)
        if foot is None:
            return None
        return foot[0] - height / 6, foot[1] - height, foot[0] + height / 6, foot[1]

    return box


def block(x: float, y: float, width: float = 0.06, height: float = 0.06) -> BoxPath:
    """A thing that stands still, the middle of its lower edge at x, y."""
    return lambda _: (x - width / 2, y - height, x + width / 2, y)


def only(box: BoxPath, *spans: tuple[float, float]) -> BoxPath:
    """Seen only in these spans of time."""
    return lambda t: box(t) if any(a <= t < b for a, b in spans) else None


def a_rule(site: SiteConfig | None = None, /, **keys: object) -> Rule:
    """A rule on a camera whose models know every class and attribute there is a word for."""
    return build_rule(config(**keys), site or SiteConfig(), SEEN, TOLD)


def scene_at(
    things: Iterable[Thing],
    t_s: float,
    born: dict[int, float],
    size: tuple[int, int] = SIZE,
) -> Tracks:
    """What tracker and classifier say at a time."""
    rows: list[tuple[int, Box, int, Thing]] = []
    for thing in things:
        box = thing.box(t_s)
        if box is None:
            continue
        track_id = thing.track_id if isinstance(thing.track_id, int) else thing.track_id(t_s)
        kind = thing.kind if isinstance(thing.kind, str) else thing.kind(t_s)
        born.setdefault(track_id, t_s)
        rows.append((track_id, box, SEEN.index(kind), thing))
    rows.sort(key=lambda row: row[0])
    told = {name for _, _, _, thing in rows for name in thing.says}
    scale = np.array([size[0], size[1], size[0], size[1]])
    return Tracks(
        (np.array([r[1] for r in rows], np.float64).reshape(-1, 4) * scale).astype(np.float32),
        np.array([r[3].score for r in rows], np.float32),
        np.array([r[2] for r in rows], np.int64),
        np.array([r[0] for r in rows], np.int64),
        np.array([born[r[0]] for r in rows], np.float64),
        SEEN,
        size,
        {
            name: np.array(
                [r[3].says[name](t_s) if name in r[3].says else -1 for r in rows], np.int8
            )
            for name in told
        },
    )


def watch(
    what: Rule,
    things: Iterable[Thing],
    times: Iterable[float],
    *,
    base_utc_s: float = MONDAY_NOON_UTC_S,
    size: tuple[int, int] = SIZE,
    finish: bool = True,
) -> list[RuleEvent]:
    """All events of a rule over a scene."""
    everything, born, events, t_s = list(things), dict[int, float](), list[RuleEvent](), 0.0
    for t_s in times:
        events += what.update(scene_at(everything, t_s, born, size), time_at(t_s, base_utc_s))
    if finish:
        events += what.finish(time_at(t_s, base_utc_s))
    return events


__all__ = [
    "RATES", "SEEN", "SIZE", "TOLD", "Box", "BoxPath", "Thing", "a_rule", "block", "during",
    "only", "scene_at", "standing", "watch",
]  # fmt: skip

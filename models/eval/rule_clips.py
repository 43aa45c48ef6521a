"""Which rule is judged on which recording, with the moments of truth.

Moments of real recordings were read from their pictures by eye and are good to about half a second;
those of falls are the data set's own; those of compositions are exact. Times that take minutes in a
school (nobody at the post for 180 s) are shortened to what a recording of two minutes can show;
everything else is as shipped.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.eval import compositions
from models.eval.compositions import Recipe

Settings = Mapping[str, object]

SETTINGS: dict[str, Settings] = {
    "perimeter_intrusion": {},
    "line_crossing": {"line": {"name": "way out", "points": [[0.8, 0.0], [0.8, 1.0]]}},
    "loitering": {"min_s": 10},
    "crowding": {"people": 8, "dwell_s": 2},
    "fall": {},
    "fire_smoke": {"clear_s": 3},
    "fire_lane_blocked": {"still_s": 20, "clear_s": 5},
    "illegal_parking": {"still_s": 30, "clear_s": 5},
    "left_object": {"alone_s": 10},
    "off_post": {"absent_s": 20},
    "sleeping_on_post": {"still_s": 30, "clear_s": 5},
    "no_chef_hat": {"clear_s": 3},
    "no_mask": {"clear_s": 3},
    "no_uniform": {"clear_s": 3},
    "phone_use": {"clear_s": 3},
    "rodent": {"clear_s": 3},
    "unauthorized_entry": {"clear_s": 3},
    "unattended_fire": {"alone_s": 10, "clear_s": 5},
}
"""Every rule a shipped model can feed; what differs from the rule's defaults."""

WHOLE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
_LAWN = ((0.0, 0.62), (0.3, 0.72), (0.62, 0.84), (0.8, 1.0), (0.0, 1.0))
_NEAR_HALF = ((0.0, 0.5), (1.0, 0.5), (1.0, 1.0), (0.0, 1.0))
_STREET = ((0.2, 0.3), (1.0, 0.3), (1.0, 1.0), (0.2, 1.0))
_CAR_PARK = ((0.8, 0.0), (1.0, 0.0), (1.0, 0.22), (0.8, 0.22))
_NIGHT: Settings = {"hours": {"workdays": ["22:00-23:00"]}, "require_uniform": False}
"""Nobody may be in the room: recordings begin at 08:00 of a workday."""

END = None
"""Of an episode whose end nobody knows."""


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule on one recording.

    Attributes:
        rule: Its type.
        truth: Start and end of each episode; none when nothing of the kind happens.
        zone: Its polygon.
        settings: Keys beside those of ``SETTINGS``.
    """

    rule: str
    truth: tuple[tuple[float, float | None], ...] = ()
    zone: tuple[tuple[float, float], ...] = WHOLE
    settings: Settings | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording and all that is judged on it.

    Attributes:
        name: As in the table.
        watches: The rules.
        path: The file, relative to the data folder; ``vtest.avi`` is the street recording.
        recipe: Puts the recording together, if it is none of the files.
    """

    name: str
    watches: tuple[Watch, ...]
    path: str = ""
    recipe: Recipe | None = None

    @property
    def is_composed(self) -> bool:
        """Whether it was put together."""
        return self.recipe is not None


STREET = "vtest.avi"
_VISITS = ((6.0, 19.7), (22.7, 44.8), (50.3, 69.8), (74.4, 86.8), (92.3, 119.9), (123.4, 135.9))
_LEAVES_S = (18.85, 43.9, 68.9, 86.0, 118.9, 135.0)
_THINGS = ("fire_smoke", "rodent", "left_object")
_VEHICLES = ("illegal_parking", "fire_lane_blocked")
_PEOPLE = (
    "perimeter_intrusion", "line_crossing", "loitering", "crowding", "fall", "sleeping_on_post",
    "no_chef_hat", "no_mask", "no_uniform", "phone_use", "unauthorized_entry",
)  # fmt: skip


def _silent(*rules: str) -> tuple[Watch, ...]:
    return tuple(Watch(rule) for rule in rules)


def clips(data: Path) -> list[Clip]:
    """Every recording of the evaluation; whether its file is there is for the caller to see."""
    return [*_real(), *_falls(data / "falls"), *_composed()]


def _real() -> Iterable[Clip]:
    yield Clip(
        "one_by_one",
        (
            Watch("perimeter_intrusion", _VISITS),
            Watch("loitering", _VISITS),
            Watch("line_crossing", tuple((t_s, t_s) for t_s in _LEAVES_S)),
            Watch("unauthorized_entry", _VISITS, settings=_NIGHT),
            *_silent("crowding", "fall", "sleeping_on_post", *_THINGS, *_VEHICLES),
            *_silent("unattended_fire"),
        ),
        "videos/one_by_one.mp4",
    )
    yield Clip(
        "vtest",
        (
            Watch("perimeter_intrusion", ((51.7, 65.0),), _LAWN),
            Watch("loitering", ((51.7, 65.0),), _LAWN),
            Watch("illegal_parking", ((0.0, 79.5),), _CAR_PARK),
            Watch("fire_lane_blocked", ((0.0, 79.5),), _CAR_PARK),
            *(Watch(rule, zone=_STREET) for rule in _VEHICLES),
            *_silent("fall", "sleeping_on_post", "phone_use", *_THINGS),
            *_silent("unattended_fire"),
        ),
        STREET,
    )
    yield Clip(
        "left_bag",
        (
            Watch("left_object", ((20.5, END),)),
            *_silent("crowding", "fall", "sleeping_on_post", "phone_use"),
            *_silent("fire_smoke", "rodent", *_VEHICLES),
        ),
        "videos/left_bag.avi",
    )
    yield Clip(
        "crossing_crowd",
        (
            Watch("crowding", ((4.7, END),), _NEAR_HALF),
            *_silent("fall", "sleeping_on_post", *_THINGS, *_VEHICLES),
        ),
        "videos/crossing_crowd.mp4",
    )
    yield Clip(
        "flames",
        (
            Watch("fire_smoke", ((0.0, END),)),
            Watch("unattended_fire", ((0.0, END),)),
            *_silent(*_PEOPLE, "rodent", "left_object", *_VEHICLES),
        ),
        "videos/flames.mp4",
    )
    bare_face = Watch("no_mask", ((0.0, END),))
    for name, mask in (("man_smoking", bare_face), ("man_with_mask", Watch("no_mask"))):
        quiet = _silent("crowding", "fall", "phone_use", *_THINGS, *_VEHICLES)
        yield Clip(name, (mask, *quiet), f"videos/{name}.mp4")
    for name in ("retail_overhead", "towncentre_h264"):
        quiet = _silent("fall", *_THINGS, *_VEHICLES)
        yield Clip(name, quiet, f"videos/{name}.mp4")


def _falls(folder: Path) -> Iterable[Clip]:
    """Each clip of GMDCSA24; of those with a fall, only falls are judged, and fires and rats."""
    quiet = _silent("crowding", *_THINGS, *_VEHICLES)
    on_the_phone = "falls/Subject_3/ADL/20.mp4"
    for path in sorted(folder.glob("Subject_*/*/*.mp4")):
        relative = path.relative_to(folder.parent).as_posix()
        fell = _fell_at(path)
        phone = Watch("phone_use", ((0.0, END),)) if relative == on_the_phone else None
        yield Clip(
            relative.removesuffix(".mp4"),
            (Watch("fall", fell), *quiet, *([phone] if phone else [])),
            relative,
        )


def _fell_at(path: Path) -> tuple[tuple[float, float | None], ...]:
    """When somebody falls in a clip, by the table beside its folder."""
    if path.parent.name != "Fall":
        return ()
    table = path.parent.parent / "Fall.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows: Sequence[Sequence[str]] = list(csv.reader(file))
    (row,) = (row for row in rows if row and row[0].strip() == path.name)
    spans = re.findall(r"Fall(?:ing)? *\(\w+\) *\[([\d.]+) to ([\d.]+)\]", ",".join(row))
    return tuple((float(start), float(end)) for start, end in spans)


@dataclass(frozen=True, slots=True)
class _Made:
    """A composition and what else is watched on it.

    Attributes:
        recipe: Gives pictures and truth.
        rules: Judged by the recipe's truth.
        silent: Rules whose matter does not happen in it.
        zone: Of all of them.
    """

    recipe: Recipe
    rules: tuple[str, ...]
    silent: tuple[str, ...]
    zone: tuple[tuple[float, float], ...] = WHOLE


_DRESS = ("no_chef_hat", "no_mask", "no_uniform", "unauthorized_entry")
_MADE = (
    _Made(
        compositions.guard_post, ("off_post",), ("crowding", "fall", "sleeping_on_post", *_VEHICLES)
    ),
    _Made(compositions.sleeping_guard, ("sleeping_on_post",), ("crowding", "fall", *_VEHICLES)),
    _Made(
        compositions.kitchen_staff,
        (*_DRESS, "fire_smoke"),
        ("phone_use", "fall", "rodent", *_VEHICLES),
    ),
    _Made(compositions.parked_van, _VEHICLES, (), _STREET),
    _Made(
        compositions.lonely_fire,
        ("fire_smoke", "unattended_fire"),
        ("rodent", *_VEHICLES),
    ),
    _Made(compositions.fire_stills, ("fire_smoke",), ()),
    _Made(compositions.rodent_stills, ("rodent",), ()),
    _Made(compositions.phone_stills, ("phone_use",), ()),
    _Made(compositions.running_mouse, ("rodent",), (*_PEOPLE, *_VEHICLES)),
)


def _composed() -> Iterable[Clip]:
    for made in _MADE:
        watches = tuple(Watch(rule, zone=made.zone) for rule in (*made.rules, *made.silent))
        yield Clip(made.recipe.__name__, watches, "", made.recipe)

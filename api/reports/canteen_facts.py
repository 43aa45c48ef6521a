"""What a canteen's month 食堂月报 rests on: its kitchen cameras, what they were looked at for, what
was confirmed there, and the orders that came of it. Nobody is named: places are, not people.

Alerts and hours are those of the whole month, so that a rat on a Sunday counts. Whether enough was
looked at is asked of the days with school alone, within the hours of the rules: a kitchen that is
closed need not be watched.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from api.alerts.figures import ConfirmedAlert
from api.contract.vocabulary import vocabulary
from api.evidence.service import ShownFile
from api.orders.subjects import CANTEEN_RULES
from api.organisations.calendar import NoSchool
from api.organisations.schemas import BureauView, SchoolView
from api.reports.district_month import WATCHED_SHARE, Figures, Month

KITCHEN_RULES = tuple(
    rule for rule in vocabulary().rules if rule in CANTEEN_RULES or rule == "fire_smoke"
)
"""In the order in which they are listed everywhere."""
OF_KITCHENS_ALONE = frozenset(
    {"no_chef_hat", "no_mask", "no_uniform", "no_gloves", "unattended_fire", "bin_uncovered"}
)
"""By these a camera is a kitchen's whose place nobody wrote down."""
MOST_ALERTS = 20_000
"""Confirmed ones of a school and month."""
BANDS = (0, 6, 10, 14, 18, 24)
"""Hours of the day that are told apart."""
_WORST = 3
_REPEATED = 5


@dataclass(frozen=True, slots=True)
class KitchenCamera:
    """A camera in a kitchen.

    Attributes:
        key: Its number.
        school_id: Whose.
        place: Where it hangs, by the register; its name where nobody wrote that down.
        is_placed: Whether somebody did.
    """

    key: int
    school_id: str
    place: str
    is_placed: bool


@dataclass(frozen=True, slots=True)
class KitchenFigures(Figures):
    """What is counted of a kitchen.

    ``hours`` are those of the whole month, ``of_hours`` those of days with school within the hours
    of the rules.

    Attributes:
        open_hours: Camera-hours that were looked at on days with school.
        cameras: Kitchen cameras in use now.
        open_days: Days with school.
        closed: Days without it, by why.
    """

    open_hours: float = 0.0
    cameras: int = 0
    open_days: int = 0
    closed: Counter[NoSchool] = field(default_factory=Counter)

    @property
    def is_watched(self) -> bool:
        """Whether enough was looked at to be compared."""
        return self.hours > 0 and self.open_hours >= WATCHED_SHARE * self.of_hours

    @property
    def watched_share(self) -> float | None:
        """Of the hours that were to be looked at; None where there were none."""
        return min(1.0, self.open_hours / self.of_hours) if self.of_hours > 0 else None


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same kind of alert, confirmed several times at one place."""

    place: str
    rule: str
    count: int
    days: int


@dataclass(frozen=True, slots=True)
class Worst:
    """One of the gravest confirmed alerts, and its blurred snapshot if there is one."""

    alert: ConfirmedAlert
    place: str
    picture: ShownFile | None


@dataclass(frozen=True, slots=True)
class CanteenMonth:
    """A school's canteen in one month.

    Attributes:
        by_rule: What was judged, and hours looked at, of each kitchen rule that had either.
        before: The month before; None where its hours are no longer kept.
        when: Confirmed alerts by day of the week (0 is Monday) and band of :data:`BANDS`.
        has_pictures: Whether pictures were looked for.
    """

    month: Month
    as_of: dt.datetime
    school: SchoolView
    kitchen: KitchenFigures
    by_rule: Mapping[str, Figures]
    before: KitchenFigures | None
    rules_before: Mapping[str, Figures]
    unplaced: int
    when: Counter[tuple[int, int]]
    repeated: Sequence[Repeat]
    worst: Sequence[Worst]
    has_pictures: bool

    @property
    def unwatched_rules(self) -> list[str]:
        """Kitchen rules that no camera was looked at for, and of which nothing was judged."""
        return [rule for rule in KITCHEN_RULES if rule not in self.by_rule]


@dataclass(frozen=True, slots=True)
class DistrictCanteens:
    """The canteens of a district in one month."""

    month: Month
    as_of: dt.datetime
    bureau: BureauView
    schools: Mapping[str, SchoolView]
    by_school: Mapping[str, KitchenFigures]
    judged: Mapping[str, Figures]
    """By rule."""


def by_weekday(found: Iterable[ConfirmedAlert], zone: ZoneInfo) -> Counter[tuple[int, int]]:
    """How many of some alerts were raised on which day of the week, in which band."""
    counts: Counter[tuple[int, int]] = Counter()
    for each in found:
        at = each.at.astimezone(zone)
        band = next(n for n, end in enumerate(BANDS[1:]) if at.hour < end)
        counts[at.weekday(), band] += 1
    return counts


def repeated_at(
    found: Iterable[ConfirmedAlert], kitchens: Mapping[int, KitchenCamera], zone: ZoneInfo
) -> list[Repeat]:
    """Of some alerts those that came more than once at a place, the most frequent first."""
    days: dict[tuple[str, str], list[dt.date]] = {}
    for each in found:
        key = (kitchens[each.camera_key].place, each.rule)
        days.setdefault(key, []).append(each.at.astimezone(zone).date())
    repeats = [Repeat(*key, len(on), len(set(on))) for key, on in days.items() if len(on) > 1]
    return sorted(repeats, key=lambda each: (-each.count, each.place, each.rule))[:_REPEATED]


def gravest_of(
    found: Iterable[ConfirmedAlert], kitchens: Mapping[int, KitchenCamera]
) -> list[ConfirmedAlert]:
    """By class, then by how long it lasted; of one kind and place the gravest alone."""
    chosen: dict[tuple[str, str], ConfirmedAlert] = {}
    for each in sorted(found, key=lambda each: (each.risk, -each.lasted_s, each.at)):
        chosen.setdefault((kitchens[each.camera_key].place, each.rule), each)
    return list(chosen.values())[:_WORST]

"""The verdict on a school's cameras: each place asked for, against the cameras that hang there.

Pure: what is asked (a profile), what the school is, its places and its cameras go in. What nobody
can know is ``unknown``, never ``missing``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.contract.places import PlaceKind, SchoolType
from api.contract.profile import Check, Condition, Forbidden, Placement, Profile, kind_of
from api.organisations.subjects import KITCHEN


class Sight(StrEnum):
    """What is known of a camera: it was looked at in the window, was not, or nobody can say."""

    SEEN = "seen"
    UNSEEN = "unseen"
    UNKNOWN = "unknown"


class Coverage(StrEnum):
    """Of a place that is asked for."""

    COVERED = "covered"
    MISSING = "missing"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Why(StrEnum):
    """Why a place is not covered; ``fine`` where there is nothing to say."""

    FINE = "fine"
    NO_PLACE = "no_place"
    NO_CAMERA = "no_camera"
    NO_PICTURE = "no_picture"
    NOT_REPORTED = "not_reported"
    TYPE_UNKNOWN = "type_unknown"
    OTHER_TYPE = "other_type"
    NOT_BOARDING = "not_boarding"
    NO_CANTEEN = "no_canteen"
    NO_CT_KEY_TARGET = "no_ct_key_target"
    NO_HAZMAT = "no_hazmat"
    NO_PARKING = "no_parking"
    NOT_PRESENT = "not_present"
    UNCONFIRMED = "unconfirmed"
    KITCHEN_CLOSED = "kitchen_closed"


_ABSENT = {
    Condition.BOARDING: Why.NOT_BOARDING,
    Condition.CANTEEN: Why.NO_CANTEEN,
    Condition.CT_KEY_TARGET: Why.NO_CT_KEY_TARGET,
    Condition.HAZMAT: Why.NO_HAZMAT,
    Condition.PARKING: Why.NO_PARKING,
    Condition.PRESENT: Why.NOT_PRESENT,
    Condition.BUREAU_CONFIRMED: Why.UNCONFIRMED,
}
_WORST_FIRST = (Coverage.MISSING, Coverage.UNKNOWN, Coverage.NOT_APPLICABLE, Coverage.COVERED)


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """What a school is; which conditions hold for it; whether nobody cooked lately, so that what a
    kitchen's cameras did not show was not asked for.
    """

    type: SchoolType | None
    holds: frozenset[Condition]
    is_kitchen_closed: bool = False


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """A place, and what is known of the cameras in use there, by their numbers."""

    id: int
    kind: PlaceKind
    cameras: Mapping[int, Sight]


@dataclass(frozen=True, slots=True)
class PlaceVerdict:
    """One place of the kind asked for."""

    place: PlaceFacts
    state: Coverage
    why: Why


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """One row of the profile, with the places it is about."""

    row: Placement
    state: Coverage
    why: Why
    places: tuple[PlaceVerdict, ...] = ()


@dataclass(frozen=True, slots=True)
class Trespass:
    """Cameras where none may hang."""

    row: Forbidden
    place: PlaceFacts


def judge_placements(
    profile: Profile, school: SchoolFacts, places: Sequence[PlaceFacts]
) -> list[RowVerdict]:
    """Every row of a profile, in its order."""
    of_kind: dict[PlaceKind, list[PlaceFacts]] = {}
    for place in places:
        of_kind.setdefault(place.kind, []).append(place)
    return [_judge(row, school, of_kind.get(row.place, [])) for row in profile.placements]


def trespasses(profile: Profile, places: Iterable[PlaceFacts]) -> list[Trespass]:
    """Cameras that hang where none may."""
    where = {kind: row for row in profile.forbidden for kind in row.places}
    return [
        Trespass(where[place.kind], place)
        for place in places
        if place.kind in where and place.cameras
    ]


def why_not_asked(row: Placement | Check, school: SchoolFacts, *, is_present: bool) -> Why | None:
    """Why a row does not speak of a school, or cannot be known to; None when it does.

    Args:
        row: What is asked.
        school: Of which school.
        is_present: Whether it has such a place.
    """
    if len(set(row.of)) == 1:
        if school.type is None:
            return Why.TYPE_UNKNOWN
        if kind_of(school.type) not in row.of:
            return Why.OTHER_TYPE
    return None if _holds(row.when, school, is_present) else _ABSENT[row.when]


def _judge(row: Placement, school: SchoolFacts, places: Sequence[PlaceFacts]) -> RowVerdict:
    if (why := why_not_asked(row, school, is_present=bool(places))) is not None:
        is_unknown = why is Why.TYPE_UNKNOWN
        return RowVerdict(row, Coverage.UNKNOWN if is_unknown else Coverage.NOT_APPLICABLE, why)
    if not places:
        return RowVerdict(row, Coverage.MISSING, Why.NO_PLACE)
    verdicts = tuple(_judge_place(place, school) for place in places)
    worst = min(verdicts, key=lambda verdict: _WORST_FIRST.index(verdict.state))
    return RowVerdict(row, worst.state, worst.why, verdicts)


def _holds(condition: Condition, school: SchoolFacts, is_present: bool) -> bool:
    if condition is Condition.PRESENT:
        return is_present
    return condition is Condition.ALWAYS or condition in school.holds


def _judge_place(place: PlaceFacts, school: SchoolFacts) -> PlaceVerdict:
    sights = set(place.cameras.values())
    if not sights:
        return PlaceVerdict(place, Coverage.MISSING, Why.NO_CAMERA)
    if Sight.SEEN in sights:
        return PlaceVerdict(place, Coverage.COVERED, Why.FINE)
    if school.is_kitchen_closed and place.kind in KITCHEN:
        return PlaceVerdict(place, Coverage.NOT_APPLICABLE, Why.KITCHEN_CLOSED)
    if Sight.UNKNOWN in sights:
        return PlaceVerdict(place, Coverage.UNKNOWN, Why.NOT_REPORTED)
    return PlaceVerdict(place, Coverage.MISSING, Why.NO_PICTURE)

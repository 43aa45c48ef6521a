"""The items of a form: what the profiles in force ask of a school. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from api.contract.places import PlaceKind
from api.contract.profile import About, Check, InspectionKind, Level, Profile, Rank, Reading
from api.contract.vocabulary import Term, vocabulary
from api.coverage.judging import (
    Coverage,
    PlaceFacts,
    SchoolFacts,
    Why,
    judge_placements,
    why_not_asked,
)
from api.inspections.schemas import InspectionSubject
from api.organisations.subjects import KITCHEN

_ASKED = (Level.MUST, Level.SHOULD)


@dataclass(frozen=True, slots=True)
class FormItem:
    """An item of a form, with its source as it stood when the form was made."""

    check_id: str
    rank: Rank
    demand: Term
    about: About
    places: tuple[PlaceKind, ...]
    source: Term
    clause: str
    reading: Reading


def items_of(
    profiles: Sequence[Profile],
    kind: InspectionKind,
    subject: InspectionSubject,
    school: SchoolFacts,
    places: Sequence[PlaceFacts],
) -> list[FormItem]:
    """Every item that applies to a school, in the order of the profiles."""
    return [
        item
        for profile in profiles
        for check in profile.inspection
        if kind in check.kinds and InspectionSubject(check.subject) is subject
        for item in _items(profile, check, school, places)
    ]


def _items(
    profile: Profile, check: Check, school: SchoolFacts, places: Sequence[PlaceFacts]
) -> Iterator[FormItem]:
    is_present = any(place.kind in check.places for place in places)
    # Whether it speaks of a school whose kind nobody wrote, who answers it knows.
    if why_not_asked(check, school, is_present=is_present) not in (None, Why.TYPE_UNKNOWN):
        return
    if check.about is not About.PLACEMENTS:
        yield FormItem(
            check_id=check.id,
            rank=check.rank,
            demand=check.demand,
            about=check.about,
            places=check.places,
            source=profile.texts[check.text],
            clause=check.clause,
            reading=check.reading,
        )
        return
    is_kitchen = InspectionSubject(check.subject) is InspectionSubject.CANTEEN
    for verdict in judge_placements(profile, school, places):
        row = verdict.row
        if (
            verdict.state is Coverage.NOT_APPLICABLE
            or row.level not in _ASKED
            or (row.place in KITCHEN) is not is_kitchen
        ):
            continue
        words = vocabulary().place_kind[row.place]
        yield FormItem(
            check_id=row.id,
            rank=check.rank,
            demand=Term(zh=f"{words.zh}：{check.demand.zh}", en=f"{words.en}: {check.demand.en}"),
            about=About.CAMERAS,
            places=(row.place,),
            source=profile.texts[row.text],
            clause=row.clause,
            reading=row.reading,
        )

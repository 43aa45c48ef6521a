"""The verdict on places, without a database: what any school and any cameras may be."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from api.contract.places import PlaceKind, SchoolType
from api.contract.profile import Condition, load_profile
from api.coverage.judging import (
    Coverage,
    PlaceFacts,
    RowVerdict,
    SchoolFacts,
    Sight,
    Why,
    judge_placements,
    trespasses,
)
from api.coverage.profiles import Profiles, load_profiles

PROFILE = load_profile(
    Path(__file__).resolve().parents[2] / "configs" / "compliance" / "cn-school.yaml"
)
_RANK = [Coverage.MISSING, Coverage.UNKNOWN, Coverage.NOT_APPLICABLE, Coverage.COVERED]
_SCHOOLS = st.builds(
    SchoolFacts,
    st.sampled_from([None, *SchoolType]),
    st.frozensets(st.sampled_from(list(Condition))),
    st.booleans(),
)
_CAMERAS = st.dictionaries(st.integers(1, 50), st.sampled_from(list(Sight)), max_size=4)
_PLACES = st.lists(
    st.builds(PlaceFacts, st.integers(1, 99), st.sampled_from(list(PlaceKind)), _CAMERAS),
    max_size=12,
    unique_by=lambda place: place.id,
)


def _by_id(school: SchoolFacts, places: list[PlaceFacts]) -> dict[str, RowVerdict]:
    return {each.row.id: each for each in judge_placements(PROFILE, school, places)}


def _school(kind: SchoolType | None, *holds: Condition) -> SchoolFacts:
    return SchoolFacts(kind, frozenset(holds))


def test_schools_of_different_kinds_are_asked_different_things() -> None:
    kindergarten = _by_id(_school(SchoolType.KINDERGARTEN, Condition.CANTEEN), [])
    primary = _by_id(_school(SchoolType.PRIMARY), [])
    boarding = _by_id(
        _school(SchoolType.COMPLETE_SECONDARY, Condition.BOARDING, Condition.CANTEEN), []
    )
    asked = [
        {row_id for row_id, each in school.items() if each.state is not Coverage.NOT_APPLICABLE}
        for school in (kindergarten, primary, boarding)
    ]
    assert asked[0] - asked[2] == {"kg_activity_room", "kg_nap_room"}
    assert asked[2] - asked[0] == {"dorm_entrance"}
    assert "cooking" not in asked[1]
    assert asked[1] < asked[2]
    assert primary["cooking"].why is Why.NO_CANTEEN
    assert primary["kg_nap_room"].why is Why.OTHER_TYPE
    assert primary["dedicated_room"].why is Why.NOT_PRESENT


def test_what_nobody_can_know_is_not_called_missing() -> None:
    place = PlaceFacts(1, PlaceKind.ENTRANCE, {7: Sight.UNKNOWN, 8: Sight.UNSEEN})
    found = _by_id(_school(SchoolType.PRIMARY), [place])["entrance"]
    assert (found.state, found.why) == (Coverage.UNKNOWN, Why.NOT_REPORTED)
    untyped = _by_id(_school(None), [])
    assert (untyped["kg_nap_room"].state, untyped["kg_nap_room"].why) == (
        Coverage.UNKNOWN,
        Why.TYPE_UNKNOWN,
    )


def test_one_gate_without_a_camera_leaves_the_gates_uncovered() -> None:
    gates = [
        PlaceFacts(1, PlaceKind.ENTRANCE, {7: Sight.SEEN}),
        PlaceFacts(2, PlaceKind.ENTRANCE, {}),
    ]
    found = _by_id(_school(SchoolType.PRIMARY), gates)["entrance"]
    assert (found.state, found.why) == (Coverage.MISSING, Why.NO_CAMERA)
    assert [each.state for each in found.places] == [Coverage.COVERED, Coverage.MISSING]


def test_a_closed_kitchen_owes_a_camera_and_no_picture() -> None:
    places = [
        PlaceFacts(1, PlaceKind.COOKING, {7: Sight.UNSEEN}),
        PlaceFacts(2, PlaceKind.FOOD_STORE, {8: Sight.UNKNOWN}),
        PlaceFacts(3, PlaceKind.SERVING_PREP, {9: Sight.SEEN}),
        PlaceFacts(4, PlaceKind.DISHWASH, {}),
        PlaceFacts(5, PlaceKind.ENTRANCE, {10: Sight.UNSEEN}),
    ]
    asked = ("cooking", "food_store", "serving_prep", "dishwash", "sample_room", "entrance")
    school = _school(SchoolType.PRIMARY, Condition.CANTEEN)
    open_, closed = (
        [(each.state, each.why) for each in map(_by_id(facts, places).__getitem__, asked)]
        for facts in (school, replace(school, is_kitchen_closed=True))
    )
    rest = (Coverage.NOT_APPLICABLE, Why.KITCHEN_CLOSED)
    assert open_[:2] == [
        (Coverage.MISSING, Why.NO_PICTURE),
        (Coverage.UNKNOWN, Why.NOT_REPORTED),
    ]
    assert closed == [rest, rest, *open_[2:]]
    assert closed[2:] == [
        (Coverage.COVERED, Why.FINE),
        (Coverage.MISSING, Why.NO_CAMERA),
        (Coverage.MISSING, Why.NO_PLACE),
        (Coverage.MISSING, Why.NO_PICTURE),
    ]


@given(school=_SCHOOLS, places=_PLACES)
def test_every_row_has_one_verdict_and_the_worst_place_decides(
    school: SchoolFacts, places: list[PlaceFacts]
) -> None:
    verdicts = judge_placements(PROFILE, school, places)
    assert [each.row for each in verdicts] == list(PROFILE.placements)
    for verdict in verdicts:
        assert all(each.place.kind is verdict.row.place for each in verdict.places)
        if verdict.places:
            assert verdict.state is min((each.state for each in verdict.places), key=_RANK.index)
        assert (verdict.why is Why.FINE) == (verdict.state is Coverage.COVERED)


@given(school=_SCHOOLS, places=_PLACES, data=st.data())
def test_a_camera_that_sees_makes_nothing_worse(
    school: SchoolFacts, places: list[PlaceFacts], data: st.DataObject
) -> None:
    before = _by_id(school, places)
    if not places:
        return
    at = data.draw(st.integers(0, len(places) - 1))
    more = list(places)
    more[at] = PlaceFacts(places[at].id, places[at].kind, {**places[at].cameras, 1000: Sight.SEEN})
    for row_id, after in _by_id(school, more).items():
        assert _RANK.index(after.state) >= _RANK.index(before[row_id].state)
        if not after.places:
            assert after == before[row_id]


@given(places=_PLACES)
def test_every_camera_where_none_may_hang_is_named(places: list[PlaceFacts]) -> None:
    nowhere = {kind for row in PROFILE.forbidden for kind in row.places}
    named = {each.place.id for each in trespasses(PROFILE, places)}
    assert named == {each.id for each in places if each.kind in nowhere and each.cameras}


def test_the_later_profile_of_a_name_replaces_the_earlier_one_from_its_day() -> None:
    later = PROFILE.model_copy(update={"from_day": dt.date(2026, 9, 1)})
    other = PROFILE.model_copy(update={"profile": "a-bureau"})
    profiles = Profiles([later, PROFILE, other])
    assert profiles.in_force(dt.date(2026, 8, 31)) == [other, PROFILE]
    assert profiles.in_force(dt.date(2026, 9, 1)) == [other, later]
    assert profiles.in_force(dt.date(2025, 3, 31)) == []
    assert load_profiles(None).in_force(dt.date(2026, 9, 1)) == [PROFILE]

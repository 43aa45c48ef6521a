"""Which form is due when, and whose: without a database."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.contract.places import PlaceKind, SchoolType
from api.contract.profile import Condition, InspectionKind, Reading, load_profile
from api.coverage.judging import PlaceFacts, SchoolFacts
from api.db.inspection import InspectionPlan
from api.inspections.forms import FormItem, items_of
from api.inspections.periods import Due, Rhythm, Span, due, recent, span_of, visitor_of
from api.inspections.planning import rhythm_of
from api.inspections.planning_schemas import WhyNot
from api.inspections.schemas import InspectionSubject
from api.organisations.calendar import Calendar
from api.organisations.schemas import Term

PROFILE = load_profile(
    Path(__file__).resolve().parents[2] / "configs" / "compliance" / "cn-school.yaml"
)
SAFETY, CANTEEN = InspectionSubject.SAFETY, InspectionSubject.CANTEEN
TUESDAY = dt.date(2026, 11, 24)
_DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2030, 12, 31))


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (InspectionKind.DAILY, "2026-11-24", "2026-11-24"),
        (InspectionKind.WEEKLY, "2026-11-23", "2026-11-29"),
        (InspectionKind.MONTHLY, "2026-11-01", "2026-11-30"),
        (InspectionKind.MUTUAL, "2026-11-01", "2026-11-30"),
    ],
)
def test_a_day_belongs_to_one_period(kind: InspectionKind, first: str, last: str) -> None:
    found = span_of(Rhythm(kind, dt.date(2026, 1, 1), None), TUESDAY)
    assert found == Span(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert span_of(Rhythm(kind, dt.date(2027, 1, 1), None), TUESDAY) is None


@given(_DAYS, st.sampled_from([each for each in InspectionKind if each != "key_moment"]))
def test_periods_follow_each_other_without_a_gap(day: dt.date, kind: InspectionKind) -> None:
    spans = recent(Rhythm(kind, dt.date(2020, 1, 1), None), day, 5)
    assert spans[0].first <= day <= spans[0].last
    for newer, older in itertools.pairwise(spans):
        assert older.last + dt.timedelta(days=1) == newer.first


def test_a_plan_that_was_ended_has_no_further_periods() -> None:
    plan = InspectionPlan(kind="daily", first_day=TUESDAY, last_day=None, ended_at=None)
    later = TUESDAY + dt.timedelta(days=3)
    assert len(recent(rhythm_of(plan), later, 9)) == 4
    plan.ended_at = dt.datetime(2026, 11, 25, 9, tzinfo=dt.UTC)
    assert [span.first.day for span in recent(rhythm_of(plan), later, 9)] == [25, 24]


def test_without_school_nothing_is_asked_and_the_reason_is_told() -> None:
    day = Span(TUESDAY, TUESDAY)
    holiday = Calendar(holidays=frozenset({TUESDAY}))
    term = Term(name="秋", first_day=dt.date(2026, 9, 1), last_day=dt.date(2026, 10, 31))
    daily = InspectionKind.DAILY
    assert due(daily, SAFETY, day, Calendar(), canteen=True) == Due(TUESDAY, TUESDAY)
    assert due(daily, SAFETY, day, holiday, canteen=True) is WhyNot.HOLIDAY
    assert due(daily, CANTEEN, day, Calendar(), canteen=False) is WhyNot.NO_CANTEEN
    assert due(daily, SAFETY, day, Calendar([term]), canteen=True) is WhyNot.NO_TERM
    saturday = TUESDAY + dt.timedelta(days=4)
    weekend = Span(saturday, saturday)
    assert due(daily, SAFETY, weekend, Calendar(), canteen=True) is WhyNot.WEEKEND
    made_up = Calendar(workdays=frozenset({saturday}))
    assert due(daily, SAFETY, weekend, made_up, canteen=True) == Due(saturday, saturday)


def test_a_week_is_due_on_its_last_day_of_school() -> None:
    monday = dt.date(2026, 11, 23)
    week = Span(monday, monday + dt.timedelta(days=6))
    free = Calendar(holidays=frozenset({monday, monday + dt.timedelta(days=4)}))
    found = due(InspectionKind.WEEKLY, SAFETY, week, free, canteen=True)
    assert found == Due(monday + dt.timedelta(days=1), monday + dt.timedelta(days=3))


def test_before_a_holiday_the_campus_is_inspected_and_the_closed_kitchen_not() -> None:
    days = [dt.date(2026, 10, day) for day in range(1, 8)]
    national_day = Span(days[0], days[-1])
    free, kind = Calendar(holidays=frozenset(days)), InspectionKind.KEY_MOMENT
    assert due(kind, SAFETY, national_day, free, canteen=True) == Due(days[0], days[-1])
    assert due(kind, CANTEEN, national_day, free, canteen=True) is WhyNot.HOLIDAY


@given(st.sets(st.text("abcdefgh", min_size=1, max_size=3), min_size=2, max_size=9), _DAYS)
def test_each_school_inspects_another_and_is_inspected_once(names: set[str], day: dt.date) -> None:
    schools = sorted(names)
    pairs = {school: visitor_of(school, schools, day) for school in schools}
    assert all(visitor != school for school, visitor in pairs.items())
    assert sorted(filter(None, pairs.values())) == schools


def _form(
    kind: InspectionKind,
    subject: InspectionSubject,
    *holds: Condition,
    places: tuple[str, ...] = (),
) -> list[FormItem]:
    school = SchoolFacts(SchoolType.COMPLETE_SECONDARY, frozenset(holds))
    present = [PlaceFacts(at, PlaceKind(each), {}) for at, each in enumerate(places, 1)]
    return items_of([PROFILE], kind, subject, school, present)


def test_a_form_asks_what_applies_to_the_school() -> None:
    monthly = InspectionKind.MONTHLY
    plain = {item.check_id for item in _form(monthly, SAFETY)}
    hazmat = {item.check_id for item in _form(monthly, SAFETY, Condition.HAZMAT)}
    assert hazmat - plain == {"check_hazmat", "hazmat_room"}
    # Places are items with the source of the row that asks for the place.
    by_id = {item.check_id: item for item in _form(monthly, SAFETY)}
    assert by_id["perimeter"].source == PROFILE.texts["gbt_29315"]
    assert by_id["perimeter"].reading is Reading.PARTIAL
    assert "dorm_entrance" not in plain
    assert "kg_activity_room" not in plain
    kitchen = {item.check_id for item in _form(monthly, CANTEEN, Condition.CANTEEN)}
    assert {"food_store", "cooking", "sample_room"} <= kitchen
    assert "dedicated_room" not in kitchen
    present = _form(monthly, CANTEEN, Condition.CANTEEN, places=("dedicated_room",))
    assert "dedicated_room" in {item.check_id for item in present}
    assert _form(monthly, CANTEEN) == []


def test_what_the_shipped_forms_call_law_was_read() -> None:
    read = {each.id for each in PROFILE.inspection if each.reading is Reading.VERIFIED}
    assert read == {
        "check_footage",
        "check_signs",
        "check_forbidden",
        "check_viewing_register",
        "check_canteen_places",
    }
    for kind in InspectionKind:
        for subject in InspectionSubject:
            assert _form(kind, subject, *Condition), (kind, subject)

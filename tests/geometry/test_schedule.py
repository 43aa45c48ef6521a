"""Schedules: ranges, midnights, holidays, and clocks that jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from pipeline.geometry import Schedule, ScheduleConfig, SiteConfig, WeeklyScheduleConfig

SHANGHAI = SiteConfig()
BERLIN = SiteConfig(time_zone="Europe/Berlin")


class Plan(BaseModel):
    """As a rule holds it."""

    schedule: ScheduleConfig = "always"


def schedule(site: SiteConfig = SHANGHAI, **plan: object) -> Schedule:
    return Schedule(WeeklyScheduleConfig.model_validate(plan), site)


def at(text: str, site: SiteConfig = SHANGHAI, fold: int = 0) -> float:
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(site.time_zone), fold=fold)
    return wall.timestamp()


def test_always_is_always() -> None:
    always = Schedule("always", SHANGHAI)
    assert always.is_active(at("2026-11-23T03:00"))


# 2026-11-23 is a Monday.
@pytest.mark.parametrize(
    ("moment", "active"),
    [
        ("2026-11-23T00:00", True),
        ("2026-11-23T07:29:59.9", True),
        ("2026-11-23T07:30", False),
        ("2026-11-23T17:30", True),
        ("2026-11-23T23:59:59", True),
        ("2026-11-24T12:00", False),
        ("2026-11-28T12:00", True),
    ],
)
def test_ranges_hold_their_start_and_not_their_end(moment: str, active: bool) -> None:
    plan = schedule(workdays=["00:00-07:30", "17:30-24:00"], weekend=["00:00-24:00"])
    assert plan.is_active(at(moment)) is active


@pytest.mark.parametrize(
    ("moment", "active"),
    [
        ("2026-11-23T21:59", False),
        ("2026-11-23T22:00", True),
        ("2026-11-24T05:59", True),
        ("2026-11-24T06:00", False),
        ("2026-11-23T03:00", False),  # Sunday night has no range
    ],
)
def test_a_range_over_midnight_belongs_to_the_day_it_starts(moment: str, active: bool) -> None:
    assert schedule(mon=["22:00-06:00"]).is_active(at(moment)) is active


def test_a_day_of_its_own_beats_its_group() -> None:
    plan = schedule(workdays=["08:00-09:00"], wed=[])
    assert plan.is_active(at("2026-11-24T08:30"))
    assert not plan.is_active(at("2026-11-25T08:30"))


@pytest.mark.parametrize(
    ("holidays", "expected"),
    [("as_sunday", (True, False)), ("closed", (False, False)), (["10:00-11:00"], (False, True))],
)
def test_holidays(holidays: object, expected: tuple[bool, bool]) -> None:
    site = SiteConfig(holidays=["2026-10-01..2026-10-07"])
    plan = schedule(site, workdays=["18:00-20:00"], sun=["08:00-09:00"], holidays=holidays)
    # A Thursday.
    seen = plan.is_active(at("2026-10-01T08:30")), plan.is_active(at("2026-10-01T10:30"))
    assert seen == expected
    assert not plan.is_active(at("2026-10-01T19:00"))
    assert plan.is_active(at("2026-10-08T19:00"))


def test_a_weekend_worked_in_exchange_follows_the_workdays() -> None:
    site = SiteConfig(holidays=["2026-10-01..2026-10-07"], workday_overrides=["2026-10-10"])
    plan = schedule(site, workdays=["18:00-20:00"])
    assert plan.is_active(at("2026-10-10T19:00"))  # a Saturday
    assert not plan.is_active(at("2026-10-17T19:00"))
    monday_only = schedule(site, mon=["18:00-20:00"])
    assert monday_only.is_active(at("2026-10-10T19:00"))


def test_a_working_day_within_holidays_keeps_its_own_ranges() -> None:
    site = SiteConfig(holidays=["2026-10-01..2026-10-07"], workday_overrides=["2026-10-06"])
    assert schedule(site, tue=["18:00-20:00"]).is_active(at("2026-10-06T19:00"))


def test_a_night_runs_on_into_a_holiday() -> None:
    site = SiteConfig(holidays=["2026-10-01"])
    plan = schedule(site, workdays=["22:00-06:00"], holidays="closed")
    assert plan.is_active(at("2026-10-01T05:00"))
    assert not plan.is_active(at("2026-10-01T23:00"))


def test_a_range_in_a_skipped_hour_does_not_happen() -> None:
    # Berlin, 2026-03-29: 02:00 becomes 03:00.
    plan = schedule(BERLIN, sun=["02:10-02:50"])
    midnight = at("2026-03-29T00:00", BERLIN)
    assert not any(plan.is_active(midnight + 60 * m) for m in range(6 * 60))
    assert plan.is_active(at("2026-04-05T02:10", BERLIN))


def test_a_range_that_starts_in_a_skipped_hour_starts_at_the_jump() -> None:
    plan = schedule(BERLIN, sun=["02:30-04:00"])
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC).timestamp()
    assert not plan.is_active(jump - 1)
    assert plan.is_active(jump)


def test_a_range_in_a_repeated_hour_happens_twice() -> None:
    # Berlin, 2026-10-25: 03:00 becomes 02:00 again.
    plan = schedule(BERLIN, sun=["02:10-02:50"])
    midnight = at("2026-10-25T00:00", BERLIN)
    minutes = [midnight + 60 * m for m in range(1, 6 * 60)]
    assert [m for m in minutes if plan.is_active(m) is not plan.is_active(m - 60)] == [
        at("2026-10-25T02:10", BERLIN, fold=0),
        at("2026-10-25T02:50", BERLIN, fold=0),
        at("2026-10-25T02:10", BERLIN, fold=1),
        at("2026-10-25T02:50", BERLIN, fold=1),
    ]


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ({"mon": ["7:30"]}, ["'7:30'", "17:30-24:00"]),
        ({"mon": ["25:00-26:00"]}, ["does not exist"]),
        ({"mon": ["10:00-10:75"]}, ["does not exist"]),
        ({"mon": ["24:00-24:00"]}, ["does not exist"]),
        ({"mon": ["08:00-08:00"]}, ["empty", "00:00-24:00"]),
        ({"mon": []}, ["never watch", "always"]),
        ({}, ["never watch"]),
        ({"monday": ["08:00-09:00"]}, ["monday"]),
    ],
)
def test_a_broken_plan_is_refused_in_words(plan: dict[str, object], words: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        WeeklyScheduleConfig.model_validate(plan)
    for word in words:
        assert word in str(refusal.value)


def test_a_rule_may_say_always_or_give_a_plan() -> None:
    assert Plan.model_validate({"schedule": "always"}).schedule == "always"
    plan = Plan.model_validate({"schedule": {"fri": ["08:00-09:00"]}}).schedule
    assert isinstance(plan, WeeklyScheduleConfig)
    with pytest.raises(ValidationError):
        Plan.model_validate({"schedule": "sometimes"})


@pytest.mark.parametrize(
    ("site", "words"),
    [
        ({"time_zone": "Asia/Hailing"}, ["no time zone", "Asia/Shanghai"]),
        ({"time_zone": "../etc/passwd"}, ["no time zone"]),
        ({"holidays": ["2026-10-07..2026-10-01"]}, ["ends before it starts"]),
        ({"holidays": ["2026-10-01..2036-10-07"]}, ["Check the years"]),
        ({"holidays": ["soon..later"]}, ["no range of dates"]),
        ({"holidays": ["2026-02-30"]}, ["holidays"]),
        ({"timezone": "Asia/Shanghai"}, ["timezone"]),
    ],
)
def test_a_broken_site_is_refused_in_words(site: dict[str, object], words: list[str]) -> None:
    with pytest.raises(ValidationError) as refusal:
        SiteConfig.model_validate(site)
    for word in words:
        assert word in str(refusal.value)


def test_a_range_of_dates_holds_both_ends() -> None:
    site = SiteConfig.model_validate({"holidays": ["2026-10-01..2026-10-03", date(2026, 5, 1)]})
    assert site.holidays == {date(2026, 5, 1), *(date(2026, 10, d) for d in (1, 2, 3))}


clock = st.builds(lambda h, m: f"{h:02d}:{m:02d}", st.integers(0, 23), st.integers(0, 59))
ranges = st.lists(
    st.tuples(clock, clock).filter(lambda p: p[0] != p[1]).map("-".join), min_size=1, max_size=3
)
plans = st.fixed_dictionaries(
    {"workdays": ranges}, optional={"wed": ranges, "weekend": ranges, "sun": ranges}
)
zones = st.sampled_from(
    ["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"]
)
moments = st.integers(0, 365 * 1440).map(
    lambda minute: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
)


@given(plan=plans, zone=zones, start=moments)
def test_active_means_the_clock_on_the_wall_shows_it(
    plan: dict[str, list[str]], zone: str, start: datetime
) -> None:
    """An independent reading of the plan, minute by minute of the wall clock."""
    wall = start.astimezone(ZoneInfo(zone))

    def of_day(day: date) -> list[str]:
        names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        group = "workdays" if day.weekday() < 5 else "weekend"
        return plan.get(names[day.weekday()], plan.get(group, []))

    minute = f"{wall:%H:%M}"
    today = any(
        a <= minute and (minute < b or b <= a)
        for a, b in (text.split("-") for text in of_day(wall.date()))
    )
    night = any(
        b <= a and minute < b
        for a, b in (text.split("-") for text in of_day(wall.date() - timedelta(days=1)))
    )
    weekly = schedule(SiteConfig(time_zone=zone), **plan)
    assert weekly.is_active(start.timestamp()) is (today or night)

"""Of all texts that apply the strictest binds, and only what was read."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from api.compliance.history import DayFacts
from api.compliance.judging import judge_camera
from api.compliance.requirements import Override, requirement_of
from api.compliance.rules import Demand
from api.contract.footage.calendar_ms import Calendar
from api.contract.profile import Condition, Profile

ZONE = ZoneInfo("Asia/Shanghai")
NOON_MS = 1_795_000_000_000
DAY_MS = 86_400_000


def profile(name: str, *rows: dict[str, Any]) -> Profile:
    durations = [
        {"applies_to": "footage", "text": "t", "clause": "§1", "reading": "verified", **row}
        for row in rows
    ]
    return Profile.model_validate(
        {
            "profile": name,
            "name": {"zh": name, "en": name},
            "from_day": "2026-01-01",
            "texts": {"t": {"zh": "条例", "en": "Rules"}},
            "durations": durations,
        }
    )


def override(number: int = 7, **changes: Any) -> Override:
    told = {"min_days": None, "max_days": None, "until_day": None, "reason": "r", "by": "admin"}
    return Override(id=number, from_day=dt.date(2026, 1, 1), **(told | changes))


LAW = {"id": "law", "days": 30}
KEY = {"id": "key", "days": 90, "when": "ct_key_target"}
HEARD = {"id": "heard", "days": 60, "clause": "", "reading": "unverified"}
LOGS = {"id": "logs", "days": 180, "applies_to": "logs"}


def test_the_strictest_that_applies_binds_whichever_profile_names_it() -> None:
    profiles = [profile("a", LAW, LOGS), profile("b", KEY)]
    day_school = requirement_of(profiles, (), ())
    target = requirement_of(profiles, (Condition.CT_KEY_TARGET,), ())
    assert (day_school.days, target.days) == (30, 90)
    assert target.least is not None
    assert (target.least.id, target.least.profile_sha256) == ("key", profiles[1].sha256)
    assert [each.profile for each in target.profiles] == ["a", "b"]
    assert requirement_of(profiles, (), (override(min_days=45),)).days == 45


def test_what_nobody_has_read_binds_nobody() -> None:
    asked = requirement_of([profile("a", LAW, HEARD)], (), ())
    assert (asked.days, asked.unread_days) == (30, 60)
    assert requirement_of([profile("a", KEY, HEARD)], (Condition.CT_KEY_TARGET,), ()).unread is None
    nothing = requirement_of([profile("a", HEARD)], (), ())
    assert (nothing.least, nothing.days, nothing.unread_days) == (None, 0, 60)


def test_the_lowest_maximum_binds_and_a_contradiction_is_told_and_not_judged_by() -> None:
    most = [{"id": name, "days": days, "limit": "at_most"} for name, days in (("m", 60), ("n", 40))]
    profiles = [profile("a", LAW, most[0]), profile("b", most[1])]
    asked = requirement_of(profiles, (), ())
    assert (asked.days, asked.max_days, asked.is_contradictory) == (30, 40, False)
    more = requirement_of(profiles, (), (override(min_days=50),))
    assert more.most is not None
    assert (more.days, more.most.days, more.max_days) == (50, 40, None)
    assert more.is_contradictory


def test_another_content_is_another_profile_and_another_requirement() -> None:
    one, other = profile("a", LAW), profile("a", {**LAW, "days": 31})
    assert one.sha256 != other.sha256 == profile("a", {**LAW, "days": 31}).sha256
    found = {requirement_of([each], (), ()).sha256() for each in (one, other, one)}
    assert len(found) == 2


def _judged(demand: Demand, kept_days: int) -> tuple[str, bool]:
    front_ms = NOON_MS - kept_days * DAY_MS
    row = DayFacts(
        dt.datetime.fromtimestamp(NOON_MS / 1000, ZONE).date(),
        NOON_MS,
        front_ms,
        front_ms,
        None,
        front_ms,
        NOON_MS - 300 * DAY_MS,
        False,
        False,
        front_ms,
        (),
    )
    [verdict] = judge_camera(1, [(row, demand)], Calendar(ZONE, row.day))
    return verdict.state, verdict.is_unconfirmed


def test_falling_short_of_an_unread_text_alone_is_unconfirmed() -> None:
    assert _judged(Demand(1, 30, None, 60), 40) == ("compliant", True)
    assert _judged(Demand(1, 30, None, 60), 61) == ("compliant", False)
    assert _judged(Demand(1, 30, None, 60), 20) == ("insufficient", False)
    assert _judged(Demand(1, 0, None, 60), 20) == ("compliant", True)
    assert _judged(Demand(1, 30, 35, None), 40) == ("over_retained", False)

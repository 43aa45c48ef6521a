"""What is known of each day now, beside what was judged then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from api.compliance.day_cells import held_days
from api.contract import GapCause
from api.contract.footage.calendar_ms import Calendar
from api.contract.footage.held import HeldFootage, Hole

_FIRST, _LAST = date(2026, 10, 24), date(2026, 10, 27)
_BERLIN = ZoneInfo("Europe/Berlin")
_HOUR_MS = 3_600_000


def _ms(day: int, hour: float) -> int:
    """UTC; midnight in Berlin is 22:00 until 25 October 2026, which has 25 hours, then 23:00."""
    return round(datetime(2026, 10, day, tzinfo=UTC).timestamp() * 1000 + hour * _HOUR_MS)


def _held(*holes: Hole, front_ms: int | None = _ms(23, 22)) -> HeldFootage:
    return HeldFootage(
        as_of_ms=_ms(27, 11),
        from_ms=_ms(1, 0),
        front_ms=front_ms,
        before=None,
        holes=holes,
        oldest_ms=front_ms,
        life_ms=None,
    )


def _days(held: HeldFootage | None, asked_days: int = 0) -> dict[int, tuple[float, bool]]:
    found = held_days(held, _FIRST, _LAST, Calendar(_BERLIN, _LAST), asked_days)
    return {each.day.day: (round(each.share, 6), each.has_unverified) for each in found}


def test_a_day_misses_what_lies_in_it_and_lasts_as_long_as_it_does() -> None:
    over_midnight = Hole(_ms(24, 21), _ms(25, 3), GapCause.OFFLINE)
    today = Hole(_ms(27, 5), _ms(27, 8), GapCause.DISK_FULL)
    assert _days(_held(over_midnight, today)) == {
        24: (round(1 - 1 / 24, 6), False),
        25: (round(1 - 5 / 25, 6), False),
        26: (1.0, False),
        # Half of the day had passed when it was told.
        27: (0.75, False),
    }


def test_what_nobody_could_tell_is_not_missing() -> None:
    hole = Hole(_ms(26, 1), _ms(26, 2), GapCause.NOT_VERIFIED)
    assert _days(_held(hole))[26] == (1.0, True)


@pytest.mark.parametrize(
    ("front_ms", "days"),
    [(_ms(25, 0), [26, 27]), (_ms(24, 22), [25, 26, 27]), (_ms(27, 9), []), (None, [])],
)
def test_days_before_the_footage_begins_are_not_told_of(
    front_ms: int | None, days: list[int]
) -> None:
    assert list(_days(_held(front_ms=front_ms))) == days


@pytest.mark.parametrize(
    ("front_ms", "before", "days"),
    [
        (_ms(25, 23), GapCause.DELETED, {25: (0.0, False), 26: (1.0, False), 27: (1.0, False)}),
        (None, GapCause.NO_FILE, {25: (0.0, False), 26: (0.0, False), 27: (0.0, False)}),
        (None, GapCause.NOT_VERIFIED, {25: (1.0, True), 26: (1.0, True), 27: (1.0, True)}),
    ],
)
def test_days_that_had_to_be_there_are_told_of_although_nothing_is(
    front_ms: int | None, before: GapCause, days: dict[int, tuple[float, bool]]
) -> None:
    held = replace(_held(front_ms=front_ms), before=before)
    assert _days(held, asked_days=3) == days
    # A camera that hangs since the 26th misses nothing of the day before.
    young = replace(held, life_ms=_ms(25, 23))
    assert _days(young, asked_days=3) == {day: days[day] for day in (26, 27)}


def test_of_a_camera_without_facts_nothing_is_told() -> None:
    assert _days(None) == {}

"""Whatever is told later: judged by the rule of then, a day gets the verdict it got then."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from api.compliance.history import DayFacts, day_facts, pack, unpack
from api.compliance.judging import calendar_of, judge_camera
from api.compliance.rules import Demand
from api.contract import RetentionStatus
from api.contract.footage.held import HeldFootage, held_of
from api.contract.footage.school_days import local_day
from tests.contract.footage.histories import histories

ZONE = ZoneInfo("Europe/Berlin")


def _stored(row: DayFacts) -> DayFacts:
    """As it comes back from the database."""
    return row._replace(holes=unpack(*pack(row.holes)))


@given(histories(), st.lists(st.integers(1, 30), min_size=12, max_size=12))
@settings(max_examples=20, deadline=None)
def test_a_day_judged_again_by_its_old_rule_is_what_it_was(
    told: list[RetentionStatus], days_asked: list[int]
) -> None:
    rows: list[tuple[DayFacts, Demand]] = []
    before: HeldFootage | None = None
    said = []
    for number, status in enumerate(told):
        held = held_of(status, before)
        day = local_day(held.as_of_ms / 1000, ZONE)
        if rows and rows[-1][0].day == day:
            continue  # one a day is kept
        demand = Demand(number, days_asked[number], None, 2 * days_asked[number])
        rows.append((_stored(day_facts(day, held, before)), demand))
        said.append(judge_camera(1, rows, calendar_of(ZONE, day))[-1])
        before = held
    assert judge_camera(1, rows, calendar_of(ZONE, rows[-1][0].day)) == said
    # Some of the days alone are judged as all of them are.
    some = [(row, demand if n % 2 else None) for n, (row, demand) in enumerate(rows)]
    assert judge_camera(1, some, calendar_of(ZONE, rows[-1][0].day)) == said[1::2]

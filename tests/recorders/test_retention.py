"""What is deleted, in a simulated year and in any state of the disk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.contract.footage.school_days import days_before, days_between, local_day
from api.contract.footage.spans import Span
from pipeline.core.errors import ConfigError
from pipeline.recorders.forecast import bytes_per_day, forecast
from pipeline.recorders.retention import (
    Holding,
    RetentionPolicy,
    Why,
    plan,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC).timestamp()
DAY = 86_400.0


def holding(camera: str, age_days: float, size: int = 10, *, held: bool = False) -> Holding:
    """A segment of an hour that ended so many days ago."""
    end_s = NOW - age_days * DAY
    path = f"{camera}/{age_days:09.4f}"
    return Holding(camera, path, Span(end_s - 3600, end_s), size, held)


def deleted(
    holdings: list[Holding], policies: dict[str, RetentionPolicy], needed: int = 0
) -> list[tuple[str, Why]]:
    made = plan(holdings, policies, needed_bytes=needed, now_s=NOW, zone=SHANGHAI)
    return [(d.holding.path, d.why) for d in made.deletions]


def test_what_the_law_forbids_to_keep_goes_without_need() -> None:
    policies = {"a": RetentionPolicy(30, 60)}
    found = deleted(
        [holding("a", 61), holding("a", 59), holding("a", 70, held=True), holding("b", 500)],
        policies,
    )
    assert found == [("a/0061.0000", Why.TOO_OLD)]


def test_nothing_promised_goes_while_something_unpromised_is_left() -> None:
    policies = {"a": RetentionPolicy(30), "b": RetentionPolicy(7)}
    found = deleted(
        [holding("a", 31), holding("a", 29), holding("b", 8), holding("b", 6), holding("c", 1)],
        policies,
        needed=30,
    )
    assert found == [
        ("a/0031.0000", Why.NO_LONGER_PROMISED),
        ("b/0008.0000", Why.NO_LONGER_PROMISED),
        ("c/0001.0000", Why.NO_LONGER_PROMISED),
    ]


def test_the_smallest_promise_breaks_and_equal_ones_lose_equally() -> None:
    policies = {n: RetentionPolicy(30) for n in "ab"} | {"law": RetentionPolicy(90)}
    found = deleted(
        [holding("law", 89), holding("a", 29), holding("a", 27), holding("b", 28)],
        policies,
        needed=20,
    )
    assert found == [("a/0029.0000", Why.DISK_FULL), ("b/0028.0000", Why.DISK_FULL)]


def test_the_last_day_of_a_camera_goes_last() -> None:
    policies = {"small": RetentionPolicy(7), "law": RetentionPolicy(90)}
    found = deleted(
        [holding("small", 0.5), holding("law", 40), holding("law", 2)], policies, needed=30
    )
    assert [path for path, _ in found] == ["law/0040.0000", "law/0002.0000", "small/0000.5000"]


def test_evidence_stays_and_the_want_is_told() -> None:
    made = plan(
        [holding("a", 40, held=True), holding("a", 1)],
        {"a": RetentionPolicy(30)},
        needed_bytes=25,
        now_s=NOW,
        zone=SHANGHAI,
    )
    assert [d.holding.path for d in made.deletions] == ["a/0001.0000"]
    assert made.missing_bytes == 15


@pytest.mark.parametrize(("least", "most"), [(-1, None), (30, 29), (0, 0)])
def test_a_policy_that_contradicts_itself_is_refused(least: int, most: int | None) -> None:
    with pytest.raises(ConfigError):
        RetentionPolicy(least, most)


POLICIES = st.builds(
    lambda low, more: RetentionPolicy(low, None if more is None else max(1, low + more)),
    st.integers(0, 40),
    st.none() | st.integers(0, 30),
)
HOLDINGS = st.lists(
    st.builds(
        holding,
        st.sampled_from("abc"),
        st.floats(0.05, 90),
        st.integers(1, 50),
        held=st.booleans(),
    ),
    max_size=40,
    unique_by=lambda h: h.path,
)


@given(HOLDINGS, st.fixed_dictionaries({"a": POLICIES, "b": POLICIES}), st.integers(0, 1500))
def test_any_plan_keeps_the_order_of_deletion(
    holdings: list[Holding], policies: dict[str, RetentionPolicy], needed: int
) -> None:
    made = plan(holdings, policies, needed_bytes=needed, now_s=NOW, zone=SHANGHAI)
    gone = {d.holding.path for d in made.deletions}
    assert len(gone) == len(made.deletions)
    kept = [h for h in holdings if h.path not in gone]
    assert all(h.path not in gone for h in holdings if h.is_held)
    freed = sum(d.holding.size_bytes for d in made.deletions)
    assert freed + made.missing_bytes >= needed
    if made.missing_bytes:
        assert all(h.is_held for h in kept)
    for deletion in made.deletions:
        policy = policies.get(deletion.holding.camera, RetentionPolicy(0))
        age = days_between(deletion.holding.span.end_s, NOW, SHANGHAI)
        assert deletion.kept_days == age
        assert deletion.breaks == (deletion.why is Why.DISK_FULL) == (age < policy.min_days)
        if deletion.why is Why.TOO_OLD:
            assert policy.max_days is not None
            assert age >= policy.max_days
        else:
            # It was needed: without it the room would not be made.
            assert freed - made.deletions[-1].holding.size_bytes < needed
    for h in kept:
        policy = policies.get(h.camera, RetentionPolicy(0))
        age = days_between(h.span.end_s, NOW, SHANGHAI)
        assert h.is_held or policy.max_days is None or age < policy.max_days
        if not h.is_held and age >= policy.min_days:
            assert not any(d.breaks for d in made.deletions)


class Year:
    """A disk over time: each step writes footage and lets the planner make room."""

    def __init__(
        self, zone: ZoneInfo, policies: dict[str, RetentionPolicy], capacity: int, start: date
    ) -> None:
        self.zone, self.policies, self.capacity = zone, policies, capacity
        self.now_s = datetime(start.year, start.month, start.day, tzinfo=zone).timestamp()
        self.began_s = self.now_s
        self.holdings: list[Holding] = []
        self.broken: list[tuple[float, str, float]] = []
        self.used = 0

    def step(self, hours: float, rates: dict[str, int]) -> None:
        end_s = self.now_s + hours * 3600
        for camera, rate in rates.items():
            size = round(rate * hours / 24)
            span = Span(self.now_s, end_s)
            self.holdings.append(Holding(camera, f"{camera}/{end_s:.0f}", span, size))
            self.used += size
        self.now_s = end_s
        made = plan(
            self.holdings,
            self.policies,
            needed_bytes=self.used - self.capacity,
            now_s=self.now_s,
            zone=self.zone,
        )
        if made.deletions:
            gone = {d.holding.path for d in made.deletions}
            self.holdings = [h for h in self.holdings if h.path not in gone]
            self.used -= sum(d.holding.size_bytes for d in made.deletions)
            self.broken += [
                (self.now_s, d.holding.camera, d.kept_days) for d in made.deletions if d.breaks
            ]

    def kept_days(self, camera: str) -> float:
        oldest_s = min(h.span.start_s for h in self.holdings if h.camera == camera)
        return days_between(oldest_s, self.now_s, self.zone)

    def foretold(self) -> dict[str, date | None]:
        by_camera: dict[str, list[Holding]] = {}
        for one in self.holdings:
            by_camera.setdefault(one.camera, []).append(one)
        found = forecast(
            by_camera,
            self.policies,
            rates={camera: bytes_per_day(own, self.now_s) for camera, own in by_camera.items()},
            capacity_bytes=self.capacity,
            now_s=self.now_s,
            zone=self.zone,
        )
        return {camera: one.breaks_on for camera, one in found.items()}


@pytest.mark.whole
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"])
def test_a_year_on_a_disk_that_is_large_enough(zone: str) -> None:
    policies = {
        "gate": RetentionPolicy(30, 60),
        "law": RetentionPolicy(90),
        "yard": RetentionPolicy(7),
    }
    year = Year(
        ZoneInfo(zone), policies, capacity=4 * (30 + 90 + 7 + 3) * 24, start=date(2026, 1, 1)
    )
    rates = {"gate": 96, "law": 96, "yard": 96}
    for step in range(365 * 2):
        year.step(12, rates)
        life = days_between(year.began_s, year.now_s, year.zone)
        for camera, policy in policies.items():
            kept = year.kept_days(camera)
            assert kept >= min(life, policy.min_days) - 1e-6
            if policy.max_days is not None:
                assert kept < policy.max_days + 1
        if step % 120 == 50:
            assert set(year.foretold().values()) == {None}
    assert year.broken == []
    assert year.used <= year.capacity


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
@pytest.mark.parametrize("start", [date(2026, 1, 10), date(2026, 8, 20)])
def test_a_disk_that_is_too_small_breaks_the_smallest_promise_on_the_day_foretold(
    zone: str, start: date
) -> None:
    # Room for 100 camera-days; 30 + 90 are promised.
    policies = {"gate": RetentionPolicy(30), "law": RetentionPolicy(90)}
    year = Year(ZoneInfo(zone), policies, capacity=100 * 96, start=start)
    said: list[tuple[float, dict[str, date | None]]] = []
    for step in range(365 * 2):
        year.step(12, {"gate": 96, "law": 96})
        if not year.broken and step % 14 == 13:
            said.append((year.now_s, year.foretold()))
    assert {camera for _, camera, _ in year.broken} == {"gate"}
    broke = local_day(year.broken[0][0], year.zone)
    assert len(said) > 5
    for _, told in said:
        assert told["law"] is None
        assert told["gate"] is not None
        assert abs(told["gate"] - broke) <= timedelta(days=1)
    assert year.kept_days("law") >= 90
    assert 8 <= year.kept_days("gate") <= 11


@settings(max_examples=15, deadline=None)
@given(
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Pacific/Chatham"]),
    st.lists(POLICIES, min_size=1, max_size=3),
    st.integers(20, 60),
    st.lists(st.integers(0, 150), min_size=12, max_size=12),
)
def test_any_half_year(
    zone: str, given_policies: list[RetentionPolicy], days_of_room: int, rates: list[int]
) -> None:
    policies = {f"c{n}": policy for n, policy in enumerate(given_policies)}
    year = Year(ZoneInfo(zone), policies, days_of_room * 50, date(2026, 7, 1))
    for step in range(180):
        rate = rates[step // 15]
        year.step(24, dict.fromkeys(policies, rate))
        assert year.used <= year.capacity or not year.holdings
        for one in year.holdings:
            limit = policies[one.camera].max_days
            if limit is not None:
                assert one.span.end_s > days_before(year.now_s, limit, year.zone)
    for at_s, camera, kept in year.broken:
        assert kept < policies[camera].min_days
        assert at_s > year.began_s


def _hours(camera: str, count: int, size: int) -> Iterator[Holding]:
    for n in range(count):
        yield holding(camera, n / 24, size)


def test_a_camera_that_paused_does_not_look_cheaper() -> None:
    always = list(_hours("a", 24, 1000))
    half = [h for n, h in enumerate(always) if n % 2]
    assert bytes_per_day(always, NOW) == bytes_per_day(half, NOW) == 24_000
    assert bytes_per_day([holding("a", 3)], NOW) == 0
    assert bytes_per_day([], NOW) == 0


def test_held_footage_takes_room_for_ever() -> None:
    policies = {"a": RetentionPolicy(10)}
    free = {"a": list(_hours("a", 48, 100))}
    evidence = {"a": [*free["a"], holding("a", 50, 20_000, held=True)]}
    how = {
        "rates": {"a": bytes_per_day(free["a"], NOW)},
        "capacity_bytes": 30_000,
        "now_s": NOW,
        "zone": SHANGHAI,
    }
    assert forecast(free, policies, **how)["a"].breaks_on is None
    told = forecast(evidence, policies, **how)["a"]
    assert told.breaks_on == date(2026, 11, 26)
    assert told.reachable_days == pytest.approx(10_000 / 2400, abs=0.1)
    assert told.bytes_per_day == 2400

"""Alerts that would flood: joined, bundled or held back, and every one of them counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from api.contract import RiskLevel
from pipeline.core.clock import FrameTime
from pipeline.core.events import EventKind, RuleEvent
from pipeline.diagnosis import Fault
from pipeline.rules.economy import DIGEST, HOUR_S, Economy, EconomyConfig, Filter

_OPENED, _UPDATED, _CLOSED = EventKind.OPENED, EventKind.UPDATED, EventKind.CLOSED


def _event(
    kind: EventKind,
    started_s: float,
    at_s: float,
    *,
    rule: str = "no_chef_hat",
    zone: str = "kitchen",
    tracks: tuple[int, ...] = (1,),
) -> RuleEvent:
    return RuleEvent(
        kind=kind,
        rule=rule,
        rule_id=rule,
        zone=zone,
        started=FrameTime(started_s, 1e9 + started_s),
        at=FrameTime(at_s, 1e9 + at_s),
        last_seen=FrameTime(at_s, 1e9 + at_s),
        track_ids=tracks,
        class_names=("person",),
        box_norm_xyxy=(0.1, 0.1, 0.2, 0.2),
        score=0.5,
    )


def _visit(
    economy: Economy,
    start_s: float,
    end_s: float,
    risk: RiskLevel = RiskLevel.CLASS_3,
    **more: object,
) -> list[RuleEvent]:
    told = []
    for kind, at_s in ((_OPENED, start_s), (_UPDATED, (start_s + end_s) / 2), (_CLOSED, end_s)):
        told += economy.tick(1e9 + at_s)
        told += economy.take(_event(kind, start_s, at_s, **more), risk)  # type: ignore[arg-type]
    return told


def _kinds(events: Sequence[RuleEvent]) -> list[EventKind]:
    return [event.kind for event in events]


def test_what_begins_again_soon_goes_on_as_the_same_episode() -> None:
    economy = Economy(EconomyConfig(merge_s=60))
    told = _visit(economy, 0, 10) + _visit(economy, 50, 80, tracks=(2,))
    assert _kinds(told) == [_OPENED, _UPDATED, _CLOSED, _UPDATED, _UPDATED, _CLOSED]
    assert {event.started.media_s for event in told} == {0.0}
    assert (told[-1].track_ids, told[-1].last_seen.media_s) == ((1, 2), 80.0)
    told = _visit(economy, 130, 140, tracks=(3,))
    assert {event.started.media_s for event in told} == {0.0}, "again and again"
    assert economy.removed == {("no_chef_hat", Filter.MERGED): 2}


def test_after_merge_s_it_is_another_one() -> None:
    economy = Economy(EconomyConfig(merge_s=60))
    told = _visit(economy, 0, 10) + _visit(economy, 71, 80)
    assert [(e.kind, e.started.media_s) for e in told if e.kind is not _UPDATED] == [
        (_OPENED, 0.0),
        (_CLOSED, 0.0),
        (_OPENED, 71.0),
        (_CLOSED, 71.0),
    ]
    assert not economy.removed


@pytest.mark.parametrize(
    ("rule", "same_track", "alerts"),
    [
        ("perimeter_intrusion", True, 1),
        ("perimeter_intrusion", False, 2),
        ("line_crossing", True, 2),
        ("no_mask", False, 1),
        ("rodent", False, 1),
    ],
)
def test_another_person_is_another_matter_where_the_rule_is_about_somebody(
    rule: str, same_track: bool, alerts: int
) -> None:
    economy = Economy(EconomyConfig())
    told = _visit(economy, 0, 10, rule=rule, tracks=(1,))
    told += _visit(economy, 20, 30, rule=rule, tracks=(1,) if same_track else (2,))
    assert _kinds(told).count(_OPENED) == len({event.started for event in told}) == alerts


def test_other_zones_and_rules_are_not_joined() -> None:
    economy = Economy(EconomyConfig())
    told = _visit(economy, 0, 10) + _visit(economy, 20, 30, zone="store")
    told += _visit(economy, 35, 40, rule="no_mask")
    assert _kinds(told).count(_OPENED) == 3


def test_nothing_new_opens_while_the_picture_is_bad_but_class_1() -> None:
    economy = Economy(EconomyConfig())
    economy.picture_is({"occlusion"})
    assert _visit(economy, 0, 10) == []
    assert _kinds(_visit(economy, 0, 10, RiskLevel.CLASS_1, rule="fire_smoke"))[0] is _OPENED
    fault = _event(_OPENED, 0, 10, rule="occlusion", zone="", tracks=())
    assert economy.take(fault, RiskLevel.CLASS_2, is_fault=True) == [fault]
    assert economy.removed == {("no_chef_hat", Filter.PICTURE): 1}
    economy.picture_is({"color_cast"})
    assert _kinds(_visit(economy, 20, 30))[0] is _OPENED


def test_what_still_goes_on_when_the_picture_is_good_again_is_raised_then() -> None:
    economy = Economy(EconomyConfig())
    economy.picture_is({"black_screen"})
    assert economy.take(_event(_OPENED, 0, 1), RiskLevel.CLASS_3) == []
    economy.picture_is(())
    [opened] = economy.take(_event(_UPDATED, 0, 90), RiskLevel.CLASS_3)
    assert (opened.kind, opened.started.media_s, opened.at.media_s) == (_OPENED, 0.0, 90.0)
    assert economy.removed[("no_chef_hat", Filter.PICTURE)] == 0


def test_an_episode_that_was_open_before_goes_on_under_a_bad_picture() -> None:
    economy = Economy(EconomyConfig())
    economy.take(_event(_OPENED, 0, 1), RiskLevel.CLASS_3)
    economy.picture_is({"blur"})
    assert _kinds(economy.take(_event(_UPDATED, 0, 5), RiskLevel.CLASS_3)) == [_UPDATED]


def test_beyond_the_budget_one_digest_counts_what_was_held_back() -> None:
    economy = Economy(EconomyConfig(merge_s=0, budget_per_hour=2))
    told = []
    for index in range(8):
        rule = "no_mask" if index % 2 else "no_chef_hat"
        told += _visit(economy, 100.0 * index, 100.0 * index + 10, rule=rule)
    opened = [event.rule for event in told if event.kind is _OPENED]
    assert opened == ["no_chef_hat", "no_mask", DIGEST]
    digest = [event for event in told if event.rule == DIGEST]
    assert len({event.started for event in digest}) == 1
    told += economy.tick(1e9 + 900)
    last = [event for event in told if event.rule == DIGEST][-1]
    assert last.facts == {"withheld": 6.0, "withheld_no_chef_hat": 3.0, "withheld_no_mask": 3.0}
    [closed] = economy.tick(1e9 + 200 + HOUR_S)
    assert (closed.rule, closed.kind) == (DIGEST, _CLOSED)
    assert economy.removed.total() == 6
    assert _kinds(_visit(economy, 4000, 4010))[0] is _OPENED, "an hour later there is room again"


def test_a_digest_lasts_until_the_newest_alert_it_counts() -> None:
    economy = Economy(EconomyConfig(merge_s=0, budget_per_hour=1))
    for begun_s in (0.0, 100.0, 130.0):
        _visit(economy, begun_s, begun_s + 10)
    [closed] = economy.finish()
    assert closed.facts["withheld"] == 2.0
    assert closed.last_seen.utc_s == 1e9 + 130.0


def test_class_1_needs_no_budget_and_takes_none() -> None:
    economy = Economy(EconomyConfig(merge_s=0, budget_per_hour=1))
    fires = [
        _visit(economy, 50.0 * i, 50.0 * i + 10, RiskLevel.CLASS_1, rule="fire_smoke")
        for i in range(20)
    ]
    assert all(_kinds(told)[0] is _OPENED for told in fires)
    assert _kinds(_visit(economy, 2000, 2010))[0] is _OPENED


def test_faults_that_silence_are_faults_that_exist() -> None:
    assert EconomyConfig(suppress_while=tuple(fault.value for fault in Fault))
    with pytest.raises(ValidationError, match="suppress_while"):
        EconomyConfig.model_validate({"suppress_while": ["rain"]})


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["no_mask", "perimeter_intrusion", "fire_smoke", "line_crossing"]),
        st.floats(0.1, 400.0),
        st.integers(1, 3),
        st.sampled_from([(), ("occlusion",), ("freeze",)]),
    ),
    max_size=60,
)


@given(steps=_STEPS, merge_s=st.sampled_from([0.0, 30.0, 300.0]), budget=st.integers(1, 5))
def test_whatever_happens_episodes_are_whole_counted_and_few(
    steps: list[tuple[str, float, int, tuple[str, ...]]], merge_s: float, budget: int
) -> None:
    economy = Economy(EconomyConfig(merge_s=merge_s, budget_per_hour=budget))
    now_s, running, asked = 0.0, {}, Counter[str]()
    told: list[RuleEvent] = []
    for rule, pause_s, track, faults in steps:
        now_s += pause_s
        economy.picture_is(faults)
        told += economy.tick(1e9 + now_s)
        risk = RiskLevel.CLASS_1 if rule == "fire_smoke" else RiskLevel.CLASS_2
        started_s = running.pop(rule, None)
        kind = _OPENED if started_s is None else _CLOSED
        if started_s is None:
            started_s = running[rule] = now_s
            asked[rule] += 1
        told += economy.take(
            _event(kind, started_s, now_s, rule=rule, zone="", tracks=(track,)), risk
        )
    for rule, started_s in running.items():
        risk = RiskLevel.CLASS_1 if rule == "fire_smoke" else RiskLevel.CLASS_2
        told += economy.take(_event(_CLOSED, started_s, now_s, rule=rule, zone=""), risk)
    told += economy.finish()

    for rule in {event.rule for event in told}:
        mine = [event for event in told if event.rule == rule]
        current, is_open = None, False
        for event in mine:
            if event.kind is _OPENED:
                assert not is_open, "an episode opened inside another one"
                current = event.started
            assert event.started == current, "told of an episode that is not the latest"
            is_open = event.kind is not _CLOSED
        assert not is_open, "an episode was never closed"
    opened = Counter(event.rule for event in told if event.kind is _OPENED)
    for rule, number in asked.items():
        removed = sum(economy.removed[rule, why] for why in Filter)
        assert opened[rule] + removed == number, "something vanished uncounted"
    assert economy.removed["fire_smoke", Filter.BUDGET] == 0
    assert economy.removed["fire_smoke", Filter.PICTURE] == 0
    times_s = [
        e.at.utc_s for e in told if e.kind is _OPENED and e.rule not in ("fire_smoke", DIGEST)
    ]
    for start_s in times_s:
        assert sum(start_s <= t < start_s + HOUR_S for t in times_s) <= budget
    digests_s = [e.at.utc_s for e in told if e.kind is _OPENED and e.rule == DIGEST]
    assert all(b - a >= HOUR_S for a, b in pairwise(digests_s))


def test_a_clock_set_back_leaves_no_budget_used_up_and_joins_nothing() -> None:
    economy = Economy(EconomyConfig(merge_s=30, budget_per_hour=2))
    day_s = 86_400.0
    for visit in range(4):
        _visit(economy, day_s + visit * 100, day_s + visit * 100 + 10)
    told = _visit(economy, 100.0, 110.0)
    opened = [e for e in told if e.rule == "no_chef_hat" and e.kind is _OPENED]
    assert [e.started.media_s for e in opened] == [100.0]
    assert [e.kind for e in told if e.rule == DIGEST] == [_CLOSED]

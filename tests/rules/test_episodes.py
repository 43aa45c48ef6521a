"""The hysteresis machine on its own, fed with seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.events import EventKind, RuleEvent
from pipeline.rules.episodes import MAX_UNSEEN_S, EpisodeMachine, Identity, Moment
from tests.rules.scripted import closed, every, kinds, spans, time_at


def machine(dwell_s: float = 1.0, clear_s: float = 2.0) -> EpisodeMachine:
    return EpisodeMachine(Identity("r", "r", "z"), dwell_s=dwell_s, clear_s=clear_s)


def moment(t_s: float, score: float = 0.8, **facts: float | str) -> Moment:
    return Moment(time_at(t_s), frozenset({1}), frozenset({"person"}), (t_s, 0, 1, 1), score, facts)


def run(
    what: EpisodeMachine, times: Iterable[float], holds: Callable[[float], bool]
) -> list[RuleEvent]:
    events, t_s = [], 0.0
    for t_s in times:
        events += what.step(time_at(t_s), moment(t_s) if holds(t_s) else None)
    return events + what.finish(time_at(t_s))


RATES = pytest.mark.parametrize("fps", [10.0, 5.0, 2.0])


@RATES
def test_an_episode_opens_after_its_dwell_and_starts_before_it(fps: float) -> None:
    events = run(machine(), every(fps, 12), lambda t: 2.0 <= t < 6.0)
    assert kinds(events) == ["opened", "closed"]
    opened, ended = events[0], events[-1]
    assert (opened.started.media_s, opened.at.media_s) == (2.0, 3.0)
    assert ended.last_seen.media_s == pytest.approx(6.0 - 1 / fps)
    assert ended.at.media_s == pytest.approx(8.0)
    assert ended.started == opened.started


@RATES
def test_what_is_shorter_than_its_dwell_is_nothing(fps: float) -> None:
    assert run(machine(dwell_s=2.0), every(fps, 12), lambda t: 2.0 <= t < 3.6) == []


def test_without_dwell_it_opens_at_once() -> None:
    events = run(machine(dwell_s=0.0), every(5, 6), lambda t: t == 2.0)
    assert kinds(events) == ["opened", "closed"]
    assert events[0].at == events[0].started == time_at(2.0)


@RATES
@pytest.mark.parametrize("gap_s", [1.0, 1.5, 2.0])
def test_a_drop_out_up_to_clear_s_does_not_split(fps: float, gap_s: float) -> None:
    events = run(machine(), every(fps, 14), lambda t: 1.0 <= t < 10.0 and not 5 <= t < 5 + gap_s)
    assert len(closed(events)) == 1


@RATES
def test_absence_longer_than_clear_s_splits(fps: float) -> None:
    events = run(machine(), every(fps, 14), lambda t: 1.0 <= t < 10.0 and not 5 <= t < 8.0)
    assert len(closed(events)) == 2


@RATES
def test_a_missed_frame_does_not_restart_the_dwell(fps: float) -> None:
    events = run(machine(), every(fps, 6), lambda t: t >= 1.0 and t != 1.5)
    assert events[0].started.media_s == 1.0
    assert events[0].at.media_s == 2.0


def test_a_long_dwell_is_not_filled_by_short_visits() -> None:
    # Two seconds here, three seconds away: never ten seconds.
    assert run(machine(dwell_s=10.0, clear_s=8.0), every(5, 60), lambda t: t % 5 < 2) == []


def test_few_frames_do_not_mean_absence() -> None:
    # One frame in 3 s, always occupied: nobody was ever seen to be absent.
    assert len(closed(run(machine(), every(1 / 3, 60), lambda _: True))) == 1


def test_a_long_blind_gap_ends_the_episode_where_it_was_last_seen() -> None:
    times = [*every(5, 10), *every(5, 40, from_s=10 + MAX_UNSEEN_S + 1)]
    events = run(machine(), times, lambda _: True)
    assert len(closed(events)) == 2
    first = closed(events)[0]
    assert first.last_seen.media_s == pytest.approx(9.8)
    assert first.at.media_s == pytest.approx(16.0)


def test_a_patient_rule_bridges_a_blind_gap_within_its_patience() -> None:
    times = [*every(5, 10), *every(5, 40, from_s=20)]
    assert len(closed(run(machine(clear_s=15.0), times, lambda _: True))) == 1


def test_updates_are_rare_unless_a_fact_changes() -> None:
    what, events = machine(), []
    for t in every(10, 21):
        people = 2.0 if t >= 12.3 else 1.0
        events += what.step(time_at(t), moment(t, people=people))
    told = [e.at.media_s for e in events if e.kind is EventKind.UPDATED]
    assert told == pytest.approx([6.0, 11.0, 12.3, 17.3])
    assert events[-1].facts == {"people": 2.0}


def test_score_is_the_highest_and_the_box_the_best_near_the_alert() -> None:
    what, events = machine(dwell_s=2.0), []
    scores = {0.0: 0.99, 1.6: 0.7, 1.8: 0.9, 2.0: 0.5, 2.4: 0.95}
    for t in every(5, 3):
        events += what.step(time_at(t), moment(t, scores.get(round(t, 1), 0.3)))
    events += what.finish(time_at(3.0))
    opened, ended = events[0], events[-1]
    assert opened.box_norm_xyxy[0] == pytest.approx(1.8)
    assert opened.score == ended.score == 0.99
    assert ended.box_norm_xyxy == opened.box_norm_xyxy


def test_two_episodes_never_share_a_start() -> None:
    # A condition that is itself a duration may reach back into the episode before.
    what, events = machine(dwell_s=0.0, clear_s=1.0), []
    for t in every(5, 10):
        holds = t < 3 or 6 <= t < 8
        since = Moment(time_at(0.0), frozenset({1}), frozenset(), (0, 0, 1, 1), 0.5)
        events += what.step(time_at(t), since if holds else None)
    starts = [e.started.media_s for e in events if e.kind is EventKind.OPENED]
    assert starts == [0.0, 6.0]


def test_asking_twice_about_one_frame_changes_nothing() -> None:
    holds = lambda t: 1.0 <= t < 4.0 or 5.9 <= t < 9  # noqa: E731
    once = run(machine(), every(2, 14), holds)
    what, twice = machine(), []
    for t in every(2, 14):
        twice += what.expire(time_at(t), holds=holds(t))
        twice += what.step(time_at(t), moment(t) if holds(t) else None)
    assert spans(once) == spans(twice + what.finish(time_at(13.5)))


@settings(max_examples=200)
@given(
    steps=st.lists(st.tuples(st.sampled_from([0.1, 0.2, 0.5, 1.0, 3.0, 7.0]), st.booleans())),
    dwell_s=st.sampled_from([0.0, 1.0, 5.0]),
    clear_s=st.sampled_from([0.5, 2.0, 10.0]),
)
def test_episodes_are_ordered_apart_and_bounded_by_what_held(
    steps: list[tuple[float, bool]], dwell_s: float, clear_s: float
) -> None:
    t_s, script = 0.0, {}
    for gap, holds in steps:
        t_s = round(t_s + gap, 3)
        script[t_s] = holds
    events = run(machine(dwell_s, clear_s), script, lambda t: script[t])
    assert kinds(events) == ["opened", "closed"] * (len(kinds(events)) // 2)
    end_before = float("-inf")
    for event in closed(events):
        start, end = event.started.media_s, event.last_seen.media_s
        assert script[start]
        assert script[end]
        assert end_before < start <= end <= event.at.media_s
        assert end - start >= dwell_s - 2e-3
        end_before = end
    if not any(script.values()):
        assert events == []

from __future__ import annotations

import random
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.core.packets import EncodedPacket
from pipeline.video.gate import Action, Activity, Cause, Decision, Gate, GateConfig, Mode
from tests.video.gate_scene import FPS, GOP, dummy, info

STILL = np.full((96, 160), 100, np.uint8)
GOP_S = GOP / FPS
LOUD = 3000


def _walker(index: int) -> NDArray[np.uint8]:
    picture = STILL.copy()
    x = 10 + (index * 37) % 120
    picture[30:70, x : x + 12] = 220
    return picture


class Watch:
    """Feeds a gate packets of given sizes and pictures, and notes what it wants."""

    def __init__(self, config: GateConfig | None = None, **more: float) -> None:
        self.gate = Gate(info(), config, **more)
        self.index = 0
        self.decided: list[tuple[float, Decision]] = []
        self._random = random.Random(5)

    @property
    def mode(self) -> Mode:
        return self.gate.state.mode

    @property
    def now_s(self) -> float:
        return self.index / FPS

    def run(
        self, seconds: float, *, size: int = 1000, moves: bool = False, gop: int = GOP
    ) -> list[tuple[float, Decision]]:
        first = len(self.decided)
        for _ in range(round(seconds * FPS)):
            noisy = round(size * self._random.lognormvariate(0.0, 0.03))
            self._take(dummy(self.index, noisy, gop=gop), moves)
            self.index += 1
        return self.decided[first:]

    def _take(self, packet: EncodedPacket, moves: bool) -> None:
        decision = self.gate.packet(packet)
        if packet.is_keyframe:
            wanted = decision.action is not Action.SKIP
            picture = _walker(self.index) if moves else STILL
            if wanted:
                seen = self.gate.picture(packet.media_s, picture)
                decision = seen if decision.action is Action.KEYFRAME else decision
        self.decided.append((packet.media_s, decision))


def _decoded(decided: Iterable[tuple[float, Decision]]) -> list[float]:
    return [t_s for t_s, decision in decided if decision.action is Action.DECODE]


def test_begins_awake_and_rests_after_the_warm_up() -> None:
    watch = Watch(GateConfig(warm_up_s=10.0))
    assert len(_decoded(watch.run(10.0))) == 100
    assert watch.gate.state.cause is Cause.START
    assert _decoded(watch.run(25.0)) == []
    assert watch.gate.state.activity is Activity.IDLE


def test_rising_sizes_wake_it_and_it_goes_back_before_them() -> None:
    watch = Watch(GateConfig(rewind_s=2.0))
    watch.run(30.0)
    woken = [(t, d) for t, d in watch.run(3.0, size=LOUD) if d.action is Action.DECODE]
    assert 30.0 < woken[0][0] <= 31.0
    assert woken[0][1].since_s == pytest.approx(woken[0][0] - 2.0)
    assert watch.gate.state.cause is Cause.SIZES


def test_a_changed_keyframe_wakes_it_from_the_keyframe_before() -> None:
    watch = Watch()
    watch.run(30.0)
    woken = [(t, d) for t, d in watch.run(4.0, moves=True) if d.action is Action.DECODE]
    assert woken[0][0] == 30.0
    assert woken[0][1].since_s == pytest.approx(30.0 - GOP_S)
    assert watch.gate.state.cause is Cause.PICTURE


def test_rests_once_nothing_moved_for_hold_s() -> None:
    watch = Watch(GateConfig(hold_s=4.0))
    watch.run(30.0)
    watch.run(6.0, moves=True)
    last = max(_decoded(watch.run(10.0)))
    assert 34.0 + 4.0 - 0.2 <= last <= 36.0 + 4.0


def test_the_rules_time_to_close_is_waited_for() -> None:
    quick, slow = Watch(GateConfig(hold_s=4.0)), Watch(GateConfig(hold_s=4.0), settle_s=9.0)
    for watch in (quick, slow):
        watch.run(30.0)
        watch.run(2.0, moves=True)
    assert max(_decoded(slow.run(15.0))) - max(_decoded(quick.run(15.0))) == pytest.approx(5.0)


def test_what_the_tracker_follows_keeps_it_awake_without_any_motion() -> None:
    watch = Watch(GateConfig(hold_s=4.0))
    watch.run(30.0)
    watch.run(2.0, moves=True)
    for _ in range(60):
        assert len(_decoded(watch.run(1.0))) == 10
        watch.gate.still_moving(watch.now_s)
    watch.run(5.0)
    assert watch.gate.state.activity is Activity.IDLE


def test_a_keyframe_is_analysed_at_least_every_interval() -> None:
    watch = Watch(GateConfig(min_analysis_interval_s=30.0))
    watch.run(10.0)
    analysed = [t for t, decision in watch.run(190.0) if decision.analyse]
    assert len(analysed) == 6
    assert max(np.diff([10.0, *analysed])) <= 30.0 + GOP_S


def test_somebody_found_in_a_lone_keyframe_wakes_it() -> None:
    watch = Watch()
    watch.run(60.0)
    watch.gate.still_moving(58.0)
    assert len(_decoded(watch.run(1.0))) == 10
    assert watch.gate.state.cause is Cause.TRACKS


def test_always_decodes_everything() -> None:
    watch = Watch(GateConfig(mode="always"))
    assert len(_decoded(watch.run(60.0))) == 600
    assert watch.mode == Mode.ALWAYS
    assert not watch.gate.state.wants_substream


def test_keyframes_mode_does_not_listen_to_sizes() -> None:
    watch = Watch(GateConfig(mode="keyframes"))
    watch.run(30.0)
    assert _decoded(watch.run(4.0, size=LOUD)) == []
    assert len(_decoded(watch.run(4.0, moves=True))) == 40


def test_sizes_that_say_nothing_lose_its_trust_by_themselves() -> None:
    watch = Watch()
    watch.run(20.0)
    assert not watch.gate.state.wants_substream
    for _ in range(3):  # movement that strictly constant sizes do not show
        watch.run(6.0, moves=True)
        watch.run(20.0)
    assert watch.mode == Mode.KEYFRAMES
    assert watch.gate.state.score < 0.5
    assert watch.gate.state.missed == 3
    assert watch.gate.state.wants_substream
    assert _decoded(watch.run(4.0, size=LOUD)) == []


def test_sizes_win_their_trust_back() -> None:
    watch = Watch()
    watch.run(20.0)
    for _ in range(3):
        watch.run(6.0, moves=True)
        watch.run(20.0)
    for _ in range(6):
        watch.run(6.0, moves=True, size=LOUD)
        watch.run(20.0)
    assert not watch.gate.state.wants_substream
    assert watch.gate.state.announced == 6


def test_a_false_alarm_is_counted_and_makes_it_more_careful() -> None:
    watch = Watch()
    watch.run(30.0)
    watch.run(2.0, size=LOUD)
    watch.run(20.0)
    assert watch.gate.state.false_alarms == 1
    assert watch.gate.state.caution > 1.0


def test_a_new_level_of_sizes_does_not_keep_it_awake_for_ever() -> None:
    watch = Watch()
    watch.run(60.0)
    watch.run(60.0, size=LOUD)  # the infrared lamp went on
    assert watch.gate.state.activity is Activity.IDLE
    assert _decoded(watch.run(30.0, size=LOUD)) == []


def test_long_gops_are_decoded_in_full_until_the_sizes_earned_their_trust() -> None:
    long = 10 * FPS
    watch = Watch(GateConfig(max_blind_s=5.0))
    watch.run(40.0, gop=long)
    assert len(_decoded(watch.run(20.0, gop=long))) == 200
    for _ in range(2):
        watch.run(20.0, moves=True, size=LOUD, gop=long)
        watch.run(40.0, gop=long)
    assert watch.gate.state.announced >= 2
    assert watch.mode == Mode.PACKETS
    assert _decoded(watch.run(10.0, gop=long)) == []


def test_a_substream_that_is_fed_takes_over_from_untrusted_sizes() -> None:
    watch = Watch(GateConfig(mode="keyframes"))
    watch.run(20.0)
    watch.gate.glance(20.0, STILL)
    watch.run(1.0)
    assert watch.mode == Mode.SUBSTREAM
    watch.gate.glance(20.8, STILL)
    watch.gate.glance(21.0, _walker(1))
    woken = watch.run(1.0)
    assert woken[0][1].action is Action.DECODE
    assert woken[0][1].since_s == pytest.approx(20.8)


def test_a_new_session_keeps_the_score_and_starts_awake() -> None:
    watch = Watch()
    watch.run(20.0)
    for _ in range(3):
        watch.run(6.0, moves=True)
        watch.run(20.0)
    watch.gate.restart(info())
    watch.index = 0
    assert len(_decoded(watch.run(10.0))) == 100
    assert watch.mode == Mode.KEYFRAMES


@pytest.mark.whole
@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0.1, 12.0), st.booleans(), st.sampled_from([300, 1000, LOUD])),
        min_size=1,
        max_size=12,
    )
)
def test_never_later_than_one_gop_and_never_from_the_future(
    parts: list[tuple[float, bool, int]],
) -> None:
    watch = Watch()
    watch.run(20.0)
    for seconds, moves, size in parts:
        for t_s, decision in watch.run(seconds, moves=moves, size=size):
            assert 0.0 <= decision.since_s <= t_s
            if moves and t_s % GOP_S == 0.0:
                assert decision.action is Action.DECODE

"""An overloaded box looks less often where it matters least, and recovers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.clock import SystemClock
from pipeline.runtime.config import AnalysisConfig
from pipeline.runtime.load import (
    SHARES,
    CameraLoad,
    LoadController,
    LoadWatch,
    Urgency,
    urgency_of,
)

_TICK_S = 0.5
_DROPS_FROM_S = 1.0
"""From this lag on a camera drops pictures."""
_FPS = 5.0


@dataclass
class _Box:
    """A box in simulated time: cameras share its cores fairly and lag together.

    Attributes:
        cameras: Urgency of each.
        capacity: CPU seconds a second.
        picture_s: Of looking at one picture.
        decode_s: Of decoding a second of video.
    """

    cameras: list[Urgency]
    capacity: float
    picture_s: float = 0.02
    decode_s: float = 0.05
    lag_s: float = 0.0
    now_s: float = 1000.0
    controller: LoadController = field(default_factory=LoadController)
    worst_lag_s: float = 0.0
    changes: int = 0

    @property
    def shares(self) -> Mapping[Urgency, float]:
        return self.controller.shares

    def demand(self, shares: Mapping[Urgency, float]) -> float:
        return sum(self.decode_s + _FPS * shares[u] * self.picture_s for u in self.cameras)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / _TICK_S)):
            demand = self.demand(self.shares)
            self.lag_s = max(0.0, self.lag_s + _TICK_S * (1.0 - self.capacity / demand))
            self.worst_lag_s = max(self.worst_lag_s, self.lag_s)
            self.now_s += _TICK_S
            before = dict(self.shares)
            loads = [CameraLoad(u, self.lag_s, 60.0) for u in self.cameras]
            self.controller.update(self.now_s, loads, 0.0)
            self.changes += before != self.shares


def _lowered(shares: Mapping[Urgency, float]) -> set[Urgency]:
    return {urgency for urgency, share in shares.items() if share < 1.0}


def test_a_box_that_keeps_up_changes_nothing() -> None:
    box = _Box([Urgency.CLASS_3] * 8, capacity=2.0)
    box.run(300)
    assert not _lowered(box.shares)
    assert box.changes == 0


def test_the_least_urgent_give_way_first_and_alike_before_anything_is_dropped() -> None:
    cameras = [Urgency.CLASS_3] * 6 + [Urgency.CLASS_2] * 4 + [Urgency.CLASS_1] * 2
    box = _Box(cameras, capacity=1.6)
    assert box.demand(box.shares) > box.capacity
    box.run(120)
    assert _lowered(box.shares) == {Urgency.CLASS_3}
    assert box.demand(box.shares) < box.capacity
    assert box.worst_lag_s < _DROPS_FROM_S


def test_when_only_one_class_is_there_it_gives_way() -> None:
    box = _Box([Urgency.CLASS_1] * 12, capacity=1.5)
    box.run(120)
    assert box.shares[Urgency.CLASS_1] < 1.0
    assert box.shares[Urgency.ENGAGED] == 1.0
    assert box.worst_lag_s < _DROPS_FROM_S


def test_what_goes_on_is_looked_at_least_less() -> None:
    box = _Box([Urgency.ENGAGED] * 2 + [Urgency.CLASS_1] * 10, capacity=1.2)
    box.run(120)
    assert _lowered(box.shares) <= {Urgency.CLASS_3, Urgency.CLASS_2, Urgency.CLASS_1}
    box.capacity = 0.1
    box.run(120)
    assert box.shares[Urgency.ENGAGED] == SHARES[-1]


def test_after_the_rush_everything_is_looked_at_again() -> None:
    box = _Box([Urgency.CLASS_3] * 6 + [Urgency.CLASS_2] * 6, capacity=0.9)
    box.run(60)
    assert _lowered(box.shares)
    box.capacity = 4.0
    box.run(20)
    assert _lowered(box.shares), "not at the first quiet moment"
    box.run(1800)
    assert not _lowered(box.shares)


def test_rates_do_not_swing_although_the_box_is_just_too_small() -> None:
    box = _Box([Urgency.CLASS_3] * 12, capacity=1.7)
    box.run(3600)
    assert box.changes <= 2 * 3600 / 100
    assert box.worst_lag_s < _DROPS_FROM_S


def test_one_slow_camera_and_one_that_has_just_woken_are_no_overload() -> None:
    controller = LoadController()
    for tick in range(240):
        loads = [CameraLoad(Urgency.CLASS_3, 0.0, 60.0)] * 3
        loads += [CameraLoad(Urgency.CLASS_1, 5.0, 60.0), CameraLoad(Urgency.CLASS_3, 4.0, 1.0)]
        assert not _lowered(controller.update(tick * _TICK_S, loads, 0.0))


def test_a_moment_is_no_overload_and_a_long_line_is() -> None:
    controller = LoadController()
    for tick in range(60):
        loads = [CameraLoad(Urgency.CLASS_2, 0.9 * (tick % 2), 60.0)] * 4
        assert not _lowered(controller.update(tick * _TICK_S, loads, 0.0))
    for tick in range(60, 64):
        controller.update(tick * _TICK_S, [CameraLoad(Urgency.CLASS_2, 0.0, 60.0)], 0.9)
    assert controller.shares[Urgency.CLASS_2] < controller.shares[Urgency.CLASS_1] == 1.0


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(list(Urgency)), min_size=1, max_size=30),
    st.lists(st.floats(0.05, 8.0), min_size=1, max_size=6),
)
def test_whoever_is_more_urgent_is_never_looked_at_less(
    cameras: list[Urgency], capacities: list[float]
) -> None:
    box = _Box(cameras, capacity=1.0)
    for capacity in capacities:
        box.capacity = capacity
        for _ in range(40):
            box.run(_TICK_S)
            shares = [box.shares[urgency] for urgency in sorted(set(cameras))]
            assert shares == sorted(shares)
            assert all(share in SHARES for share in shares)


def test_a_camera_is_as_urgent_as_its_gravest_rule() -> None:
    zone = {"name": "yard", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}
    rules = [{"type": "loitering", "zone": zone, "risk": "class_3"}]
    assert urgency_of(AnalysisConfig.model_validate({"rules": rules})) is Urgency.CLASS_3
    rules.append({"type": "perimeter_intrusion", "zone": zone, "risk": "class_1"})
    assert urgency_of(AnalysisConfig.model_validate({"rules": rules})) is Urgency.CLASS_1


class _Camera:
    def __init__(self, load: CameraLoad | None) -> None:
        self._load = load
        self.shares: list[Mapping[Urgency, float]] = []

    def load(self) -> CameraLoad | None:
        return self._load

    def look_less(self, shares: Mapping[Urgency, float]) -> None:
        self.shares.append(shares)


def test_every_camera_is_told_also_one_that_is_away() -> None:
    away, here = _Camera(None), _Camera(CameraLoad(Urgency.CLASS_2, 0.0, 60.0))
    watch = LoadWatch(lambda: [away, here], lambda: 0.0, SystemClock())
    told = watch.look()
    assert away.shares == here.shares == [told]

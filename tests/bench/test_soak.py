"""The soak's plan and its checks: what it would let through, it does not prove."""

from __future__ import annotations

import itertools
import math
import socket
from dataclasses import replace
from pathlib import Path

import bench_soak
import bench_soak_cameras
import pytest
from bench_soak_checks import (
    Interval,
    Truth,
    Verdict,
    judge_episodes,
    judge_gaps,
    judge_memory,
)
from bench_soak_plan import (
    CAMERA_FAULTS,
    FIRST_FAULT_S,
    LAST_FAULT_S,
    Fault,
    Plan,
    make_plan,
    read_plan,
)
from demo_rtsp import load_film

from pipeline.runtime.config import CameraConfig
from tests.video.media import make_video

CAMERAS = [f"cam-{n:02}" for n in range(16)]


def test_the_same_seed_is_the_same_plan(tmp_path: Path) -> None:
    plan = make_plan(CAMERAS, 1200, 7)
    assert plan == make_plan(CAMERAS, 1200, 7)
    assert plan != make_plan(CAMERAS, 1200, 8)
    plan.write(tmp_path / "plan.json")
    assert read_plan(tmp_path / "plan.json") == plan


@pytest.mark.parametrize("seconds", [150, 240, 1200])
@pytest.mark.parametrize("seed", range(5))
def test_a_plan_leaves_time_to_begin_and_to_come_back(seconds: float, seed: int) -> None:
    plan = make_plan(CAMERAS, seconds, seed)
    assert {f.kind for f in plan.faults} <= {*CAMERA_FAULTS, "api_outage", "worker_kill"}
    assert all(f.at_s >= FIRST_FAULT_S for f in plan.faults)
    assert all(f.until_s <= seconds - LAST_FAULT_S for f in plan.faults if f.camera)
    for kind in ("api_outage", "worker_kill"):
        assert plan.of_kind(kind)
    for camera in CAMERAS:
        own = plan.of(camera)
        assert all(b.at_s - a.until_s >= 30 for a, b in itertools.pairwise(own))
    kills = [f.at_s for f in plan.of_kind("worker_kill")]
    assert max(kills) <= FIRST_FAULT_S + 0.41 * (seconds - FIRST_FAULT_S - LAST_FAULT_S)


def test_twenty_minutes_hold_every_kind_of_fault() -> None:
    plan = make_plan(CAMERAS, 1200, 1)
    assert {f.kind for f in plan.faults} == {*CAMERA_FAULTS, "api_outage", "worker_kill"}
    assert len(plan.faults) > 60


HEALTHY = Truth((Interval(0.0, 200.0),), (Interval(50.0, 56.0), Interval(110.0, 116.0)))
TWO = [Interval(51.0, 56.0), Interval(111.0, 116.0)]


def test_each_person_has_one_alert() -> None:
    found = judge_episodes("a", HEALTHY, TWO)
    assert found == Verdict({"expected": 2, "unsure": 0, "alerts": 2, "matched": 2})


@pytest.mark.parametrize(
    ("alerts", "says"),
    [
        (TWO[:1], "no alert of the person at 110.0"),
        ([*TWO, Interval(54.0, 56.0)], "2 alerts of one person at 50.0"),
        ([*TWO, Interval(80.0, 82.0)], "an alert of nobody at 80.0"),
        ([], "no alert of the person at 50.0"),
    ],
)
def test_lost_doubled_and_invented_alerts_are_told(alerts: list[Interval], says: str) -> None:
    assert any(says in problem for problem in judge_episodes("a", HEALTHY, alerts).problems)


@pytest.mark.parametrize(
    ("truth", "deaths"),
    [
        (Truth((Interval(0.0, 53.0), Interval(60.0, 200.0)), HEALTHY.crossings), ()),
        (Truth((Interval(48.0, 200.0),), HEALTHY.crossings), ()),
        (Truth(HEALTHY.sessions, HEALTHY.crossings, (Interval(52.0, 58.0),)), ()),
        (HEALTHY, (52.0,)),
    ],
)
def test_a_person_in_the_middle_of_a_fault_may_be_missed_and_not_doubled(
    truth: Truth, deaths: tuple[float, ...]
) -> None:
    for alerts in (TWO, TWO[1:]):
        found = judge_episodes("a", truth, alerts, deaths)
        assert found.problems == ()
        assert (found.counts["expected"], found.counts["unsure"]) == (1, 1)
    assert judge_episodes("a", truth, [*TWO, Interval(55.0, 56.0)], deaths).problems
    assert judge_episodes("a", truth, TWO[:1], deaths).problems


def test_a_person_at_the_very_end_may_have_an_alert_already() -> None:
    truth = replace(HEALTHY, until_s=118.0)
    for alerts in (TWO, TWO[:1]):
        assert judge_episodes("a", truth, alerts).problems == ()
    assert judge_episodes("a", truth, TWO[1:]).problems


AWAY = Truth((Interval(0.0, 50.0), Interval(60.0, 100.0), Interval(101.0, 200.0)), ())


def test_the_gap_list_is_the_times_without_pictures() -> None:
    exact = judge_gaps("a", AWAY, [Interval(50.0, 60.0)], 200.0)
    assert exact == Verdict({"expected": 1, "gaps": 1})
    in_parts = [Interval(55.0, 60.5), Interval(48.2, 55.0)]
    assert judge_gaps("a", AWAY, in_parts, 200.0).problems == ()
    assert judge_gaps("a", AWAY, [], 55.0).problems == ()  # it was not over when they were asked


@pytest.mark.parametrize(
    "gaps",
    [
        [],
        [Interval(50.0, 64.0)],
        [Interval(45.0, 60.0)],
        [Interval(50.0, 60.0), Interval(150.0, 153.0)],
        [Interval(52.0, 54.0), Interval(56.0, 60.0)],
    ],
)
def test_a_gap_list_that_is_not_exact_is_told(gaps: list[Interval]) -> None:
    assert judge_gaps("a", AWAY, gaps, 200.0).problems


def test_a_connection_that_was_cut_off_at_once_may_be_recorded_or_not() -> None:
    cut = Truth((Interval(0.0, 50.0), Interval(60.0, 60.5), Interval(70.0, 200.0)), ())
    for gaps in ([Interval(50.0, 70.0)], [Interval(50.0, 60.0), Interval(60.5, 70.0)]):
        found = judge_gaps("a", cut, gaps, 200.0)
        assert (found.problems, found.counts["expected"]) == ((), 1)
    for gaps in ([Interval(50.0, 60.0)], [Interval(60.5, 70.0)], []):
        assert judge_gaps("a", cut, gaps, 200.0).problems


def test_noise_may_be_footage_or_a_gap_and_excuses_nothing_else() -> None:
    noisy = Truth((Interval(0.0, 200.0),), (), (Interval(90.0, 98.0),))
    assert judge_gaps("a", noisy, [], 200.0).problems == ()
    assert judge_gaps("a", noisy, [Interval(91.0, 99.0)], 200.0).problems == ()
    assert judge_gaps("a", noisy, [Interval(91.0, 120.0)], 200.0).problems
    cut = Truth((Interval(0.0, 95.0), Interval(104.0, 200.0)), (), (Interval(90.0, 95.0),))
    assert judge_gaps("a", cut, [Interval(90.5, 104.0)], 200.0).problems == ()
    assert judge_gaps("a", cut, [Interval(80.0, 104.0)], 200.0).problems


def test_noise_at_the_end_of_a_gap_may_be_footage_already() -> None:
    late = Truth((Interval(0.0, 50.0), Interval(80.0, 200.0)), (), (Interval(70.0, 77.0),))
    for end_s in (72.0, 77.0, 80.0):
        assert judge_gaps("a", late, [Interval(50.0, end_s)], 200.0).problems == ()
    for end_s in (60.0, 90.0):
        assert judge_gaps("a", late, [Interval(50.0, end_s)], 200.0).problems


def test_noise_on_a_new_connection_may_fill_a_silence_and_what_it_does_not_fill_is_owed() -> None:
    # Given up in the middle of noise, connected again 1.2 s later, and noise until a keyframe.
    filled = Truth((Interval(0.0, 80.0), Interval(84.8, 200.0)), (), (Interval(81.2, 84.8),))
    for gaps in ([], [Interval(80.0, 84.8)], [Interval(80.0, 82.5)]):
        assert judge_gaps("a", filled, gaps, 200.0).problems == ()
    assert judge_gaps("a", filled, [Interval(76.0, 84.8)], 200.0).problems
    late = Truth((Interval(0.0, 80.0), Interval(94.8, 200.0)), (), (Interval(91.2, 94.8),))
    for gaps in ([Interval(80.0, 91.2)], [Interval(79.0, 95.0)]):
        assert judge_gaps("a", late, gaps, 200.0).problems == ()
    for gaps in ([], [Interval(80.0, 86.0)], [Interval(85.0, 94.8)]):
        assert judge_gaps("a", late, gaps, 200.0).problems == ("a: no gap 80.0 … 91.2",)


def test_a_camera_writes_down_pictures_and_noise_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = load_film(make_video(tmp_path / "film.mp4", count=10))
    camera = bench_soak_cameras.SoakCamera("a", film, 0.0, 0.0, [], 0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        session = bench_soak_cameras.SoakSession(camera, ours, 1)
        for at_s, is_keyframe, is_noise in (
            (1.0, False, False),  # nothing can be shown before a keyframe
            (2.0, True, False),
            (2.5, False, False),
            (3.0, False, True),
            (3.5, True, True),
            (4.0, False, False),  # leans on noise
            (4.5, True, False),
            (5.0, False, False),
            (9.0, False, False),  # a pause
            (9.5, True, False),
        ):
            session._sent(at_s, is_keyframe=is_keyframe, is_noise=is_noise)
    camera.stop()
    sent, noise = bench_soak.sent_intervals(capsys.readouterr().out, "a", 10.0)
    assert sent == (Interval(2.0, 2.5), Interval(4.5, 5.0), Interval(9.5, 10.0))
    assert noise == (Interval(3.0, 4.0),)


def _life(mb_per_hour: float, minutes: int) -> list[tuple[float, float]]:
    """Warm-up, a wave of a few megabytes in every five minutes, peaks, and a slope."""
    wave = [3.0 * math.sin(s / 300 * 2 * math.pi) for s in range(0, minutes * 60, 2)]
    rise = [(float(s), 300.0 - 150.0 * 0.98**s) for s in range(0, minutes * 60, 2)]
    return [
        (s, mb + s * mb_per_hour / 3600 + w + (s % 7) * 0.9)
        for (s, mb), w in zip(rise, wave, strict=True)
    ]


@pytest.mark.parametrize(
    ("mb_per_hour", "minutes", "is_flat"),
    [
        (0.0, 20, True),
        (120.0, 20, False),
        (0.0, 120, True),
        (4.0, 120, True),
        (7.0, 120, False),
        (35.0, 120, False),
        (35.0, 50, False),
    ],
)
def test_two_hours_prove_flat_memory_and_twenty_minutes_what_grows_fast(
    mb_per_hour: float, minutes: int, is_flat: bool
) -> None:
    growth = judge_memory(_life(mb_per_hour, minutes), minutes * 60.0)
    assert growth is not None
    assert growth.is_flat is is_flat
    assert growth.mb_per_hour == pytest.approx(mb_per_hour, abs=1.0 if minutes >= 120 else 25.0)


def test_memory_is_judged_by_the_last_half_of_the_run_and_by_one_life() -> None:
    grown_at_first = [(s, mb - 200.0 * 0.999**s) for s, mb in _life(0.0, 120)]
    growth = judge_memory(grown_at_first, 7200.0)
    assert growth is not None
    assert growth.is_flat
    assert growth.judged_s == pytest.approx(3600.0, abs=2.0)
    assert judge_memory([], 1200.0) is None
    assert judge_memory(_life(0.0, 15), 1200.0) is not None
    assert judge_memory(_life(0.0, 13), 1200.0) is None


def test_a_peak_is_neither_growth_nor_excuses_it() -> None:
    for mb_per_hour, is_flat in ((0.0, True), (20.0, False)):
        life = [(s, mb + (250.0 if 5400 <= s < 5412 else 0.0)) for s, mb in _life(mb_per_hour, 120)]
        growth = judge_memory(life, 7200.0)
        assert growth is not None
        assert growth.is_flat is is_flat
        assert growth.peak_mb > growth.mean_mb + 200.0


def test_a_run_passes_only_if_there_was_something_to_find() -> None:
    plan = Plan(("a",), 1200.0, (Fault("stall", "a", 50.0, 5.0),))
    good = Verdict({"expected": 1}, ())
    memory = [(float(s), 200.0) for s in range(600, 1200)]
    found = bench_soak.result(plan, [good], [good], memory, 0.0)
    assert found["passed"]
    assert found["memory_mb_by_s"] == [[s, 200.0] for s in range(600, 1200)]
    for episodes, gaps, samples in (
        ([Verdict({"expected": 0})], [good], memory),
        ([good], [Verdict({"expected": 0})], memory),
        ([good], [Verdict({"expected": 1}, ("wrong",))], memory),
        ([good], [good], []),
        ([good], [good], [(s, mb + s / 4) for s, mb in memory]),
    ):
        found = bench_soak.result(plan, episodes, gaps, samples, 0.0)
        assert not found["passed"]
        assert found["problems"]


def test_the_soaks_camera_is_a_valid_one() -> None:
    camera = CameraConfig.model_validate(bench_soak.soak_camera("a", "rtsp://127.0.0.1:1/cam"))
    assert camera.recording is not None
    longest_s = bench_soak.FILM_S - bench_soak.CROSSING_S
    assert camera.rules[0].clear_s < longest_s

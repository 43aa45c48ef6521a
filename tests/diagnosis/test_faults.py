from __future__ import annotations

import cv2
import numpy as np
import pytest

from pipeline.core.frame import Bgr
from pipeline.diagnosis import DiagnosisConfig, Fault, Findings, Reference, find_faults
from pipeline.diagnosis.measure import fit, measure
from tests.diagnosis.scenes import (
    HEIGHT,
    WIDTH,
    blurred,
    covered,
    lit,
    night,
    noisy,
    person,
    room,
    tinted,
    turned,
)

CONFIG = DiagnosisConfig()


def _find(picture: Bgr, before: Bgr | None = None, *, learned: bool = True) -> Findings:
    reference = Reference(noisy(room(), 1.5, 99)) if learned else None
    then = measure(fit(before)) if before is not None else None
    return find_faults(measure(fit(noisy(picture, 1.5, 1))), then, reference, CONFIG)


def _faults(picture: Bgr) -> set[Fault]:
    return set(_find(picture).faults)


@pytest.mark.parametrize(
    ("picture", "what"),
    [
        (room(), "as always"),
        (noisy(room(), 12.0, 5), "noise"),
        (lit(room(), 0.5), "dim"),
        (lit(room(), 1.35), "bright"),
        (night(room(), 1.0), "night"),
        (night(room(), 0.6), "dusk"),
        (person(room(), 300), "a person"),
        (person(person(person(room(), 60), 250), 440), "three persons"),
        (person(room(), 200, height=330), "a person close by"),
        (blurred(room(), 0.8), "a little soft"),
        (np.roll(room(), 3, axis=1), "wind"),
        (tinted(room(), (0.92, 1.0, 1.08)), "lamp light"),
        (covered(room(), 0.15), "a cloth at the edge"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_sound_picture_has_no_fault(picture: Bgr, what: str) -> None:
    assert _faults(picture) == set()


@pytest.mark.parametrize("level", [0, 6, 12])
def test_black(level: int) -> None:
    findings = _find(np.full((HEIGHT, WIDTH, 3), level, np.uint8))
    assert set(findings.faults) == {Fault.BLACK_SCREEN}
    assert {Fault.BLUR, Fault.SCENE_CHANGE, Fault.OCCLUSION, Fault.FREEZE} <= findings.unjudged


def test_a_dark_yard_with_a_lamp_is_not_black() -> None:
    picture = lit(room(), 0.08)
    cv2.circle(picture, (500, 60), 40, (200, 220, 230), -1)
    assert Fault.BLACK_SCREEN not in _faults(picture)


@pytest.mark.parametrize("factor", [0.15, 0.18])
def test_too_dark(factor: float) -> None:
    assert Fault.BRIGHTNESS_ABNORMAL in _faults(lit(room(), factor))


@pytest.mark.parametrize("gain", [2.2, 4.0])
def test_too_bright(gain: float) -> None:
    assert Fault.BRIGHTNESS_ABNORMAL in _faults(lit(room(), gain))


@pytest.mark.parametrize("share", [0.65, 0.85, 1.0])
def test_covered(share: float) -> None:
    assert _faults(covered(room(), share)) == {Fault.OCCLUSION}


@pytest.mark.parametrize("sigma", [3.5, 5.0, 9.0])
def test_blur(sigma: float) -> None:
    assert _faults(blurred(room(), sigma)) == {Fault.BLUR}


@pytest.mark.parametrize("share", [0.06, 0.2, 0.45])
def test_turned_camera_and_by_how_much(share: float) -> None:
    findings = _find(turned(room(), share))
    assert set(findings.faults) == {Fault.SCENE_CHANGE}
    facts = findings.faults[Fault.SCENE_CHANGE]
    assert facts["shift_right"] == pytest.approx(-share, abs=0.01)
    assert facts["shift_down"] == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_another_scene(seed: int) -> None:
    assert _faults(room(seed)) == {Fault.SCENE_CHANGE}


def test_a_camera_turned_in_the_night() -> None:
    assert _faults(night(turned(room(), 0.3), 1.0)) == {Fault.SCENE_CHANGE}


@pytest.mark.parametrize("factors", [(0.6, 1.2, 0.7), (1.4, 0.9, 0.5), (0.5, 0.7, 1.5)])
def test_colour_cast(factors: tuple[float, float, float]) -> None:
    assert _faults(tinted(room(), factors)) == {Fault.COLOR_CAST}


def test_a_green_room_is_no_cast_but_becoming_green_is() -> None:
    green = tinted(room(), (0.6, 1.2, 0.7))
    measures = measure(fit(green))
    assert Fault.COLOR_CAST not in find_faults(measures, None, Reference(green), CONFIG).faults
    assert Fault.COLOR_CAST in find_faults(measures, None, None, CONFIG).faults


@pytest.mark.parametrize("clock", [False, True])
def test_a_repeated_picture_is_frozen_even_if_its_clock_goes_on(clock: bool) -> None:
    still = noisy(room(), 2.0, 1)
    again = still.copy()
    if clock:
        again[5:25, 10:150] = 255 - again[5:25, 10:150]
    findings = find_faults(measure(fit(again)), measure(fit(still)), None, CONFIG)
    assert Fault.FREEZE in findings.faults


@pytest.mark.parametrize("sigma", [0.7, 2.0, 6.0])
def test_an_empty_room_is_not_frozen(sigma: float) -> None:
    before, now = noisy(room(), sigma, 1), noisy(room(), sigma, 2)
    findings = find_faults(measure(fit(now)), measure(fit(before)), None, CONFIG)
    assert Fault.FREEZE not in findings.faults
    assert Fault.FREEZE not in findings.unjudged


def test_without_reference_nothing_is_said_about_what_needs_one() -> None:
    findings = _find(covered(room(), 1.0), learned=False)
    assert {Fault.OCCLUSION, Fault.BLUR, Fault.SCENE_CHANGE} <= findings.unjudged


def test_a_bare_wall_as_reference_judges_neither_cover_nor_scene() -> None:
    wall = Reference(np.full((HEIGHT, WIDTH, 3), 170, np.uint8))
    findings = find_faults(measure(fit(room())), None, wall, CONFIG)
    assert Fault.OCCLUSION in findings.unjudged
    assert Fault.SCENE_CHANGE not in findings.faults


def test_a_median_reference_has_no_passers_by_in_it() -> None:
    walking = [noisy(person(room(), x), 2.0, x) for x in range(0, 550, 50)]
    reference = Reference.of(walking)
    empty = fit(room()).astype(int)
    assert np.abs(reference.bgr.astype(int) - empty).mean() < 3.0


def test_another_resolution_of_the_same_scene_is_the_same_scene() -> None:
    large = np.asarray(cv2.resize(room(), (1280, 720)), np.uint8)
    assert find_faults(measure(fit(large)), None, Reference(room()), CONFIG).faults == {}

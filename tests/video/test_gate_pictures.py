from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.video.gate.pictures import PictureSignal
from tests.video.gate_scene import Scene

GOP_S = 2.0


def _small(scene: Scene, t_s: float) -> NDArray[np.uint8]:
    return np.asarray(
        cv2.resize(scene.picture(t_s), (160, 96), interpolation=cv2.INTER_AREA), np.uint8
    )


def _motions(scene: Scene, seconds: float, *, is_confirmed: bool = False) -> list[float]:
    signal = PictureSignal()
    times = np.arange(0.0, seconds, GOP_S)
    return [
        signal.take(float(t), _small(scene, float(t)), is_confirmed=is_confirmed) for t in times
    ]


@pytest.mark.parametrize(
    "scene",
    [
        Scene(),
        Scene(noise=10.0),
        Scene(light=lambda t: 1.0 - 0.6 * min(t, 60.0) / 60.0),
        Scene(light=lambda t: 0.55 if t >= 30.0 else 1.0),
    ],
    ids=["still", "night noise", "dusk within a minute", "a cloud at once"],
)
def test_what_does_not_move_raises_nothing(scene: Scene) -> None:
    assert max(_motions(scene, 80.0)) < 1.0


def test_somebody_walking_in_is_motion_at_the_first_keyframe() -> None:
    motions = _motions(Scene(visits=((39.0, 47.0),)), 60.0)
    assert max(motions[:20]) < 1.0
    assert motions[20] >= 1.0


def test_somebody_small_and_far_is_motion() -> None:
    signal = PictureSignal()
    still = Scene(noise=1.0)
    for t_s in np.arange(0.0, 20.0, GOP_S):
        signal.take(float(t_s), _small(still, float(t_s)), is_confirmed=False)
    there = _small(still, 20.0)
    there[50:57, 80:83] = np.clip(there[50:57, 80:83].astype(int) + 60, 0, 255)
    assert signal.take(20.0, there, is_confirmed=False) >= 1.0


def test_light_that_changes_while_somebody_comes_in_does_not_hide_them() -> None:
    scene = Scene(visits=((39.0, 47.0),), light=lambda t: 0.7 if t >= 40.0 else 1.0)
    assert _motions(scene, 60.0)[20] >= 1.0


def test_a_clock_is_masked_after_a_while_and_a_walker_is_still_seen() -> None:
    motions = _motions(Scene(clock=True, visits=((99.0, 107.0),)), 110.0)
    assert max(motions[15:50]) < 1.0
    assert motions[50] >= 1.0


def test_what_is_followed_is_not_masked() -> None:
    scene = Scene(visits=tuple((s, s + 8.0) for s in np.arange(9.0, 200.0, 8.0)))
    motions = _motions(scene, 200.0, is_confirmed=True)
    assert min(motions[6:]) >= 1.0


def test_another_picture_size_begins_anew() -> None:
    signal = PictureSignal()
    signal.take(0.0, np.full((96, 160), 100, np.uint8), is_confirmed=False)
    assert signal.take(2.0, np.full((90, 160), 200, np.uint8), is_confirmed=False) == 0.0


def test_a_thing_put_down_becomes_background() -> None:
    scene = Scene(noise=1.0)
    signal = PictureSignal()
    motions = []
    for t_s in np.arange(0.0, 120.0, GOP_S):
        picture = _small(scene, float(t_s))
        if t_s >= 20.0:
            picture[40:60, 40:60] = 220
        motions.append(signal.take(float(t_s), picture, is_confirmed=False))
    assert motions[10] >= 1.0
    assert max(motions[11:]) < 1.0

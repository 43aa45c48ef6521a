"""Real scenes of the evaluation data: sound later on, faulty once something was done to them."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from pipeline.core.frame import Bgr
from pipeline.diagnosis import DiagnosisConfig, Fault, Reference, find_faults
from pipeline.diagnosis.measure import WIDTH, fit, measure
from tests.support.evaluation_data import data_folder

SCENES = ("towncentre_h264.mp4", "one_by_one.mp4", "left_bag.avi", "retail_overhead.mp4")
pytestmark = pytest.mark.needs_data


def _pictures(name: str) -> list[Bgr]:
    """Of the first nine seconds, one each second, at the size they are judged at."""
    kept: list[Bgr] = []
    with av.open(str(data_folder() / "videos" / name)) as container:
        for frame in container.decode(video=0):
            if frame.time is not None and frame.time >= len(kept):
                kept.append(fit(np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)))
            if len(kept) == 9:
                break
    return kept


def _faults(reference: Reference, picture: Bgr) -> set[Fault]:
    return set(find_faults(measure(fit(picture)), None, reference, DiagnosisConfig()).faults)


@pytest.mark.parametrize("name", SCENES)
def test_a_scene_stays_sound_and_each_fault_is_found(name: str) -> None:
    pictures = _pictures(name)
    reference, later = Reference.of(pictures[:4]), pictures[-1]
    assert _faults(reference, later) == set()
    assert _faults(reference, (later * 0.5).astype(np.uint8)) == set()
    assert _faults(reference, np.asarray(cv2.GaussianBlur(later, (0, 0), 2.0))) == {Fault.BLUR}
    turned = np.roll(later, WIDTH // 10, axis=1)
    assert _faults(reference, turned) == {Fault.SCENE_CHANGE}
    cloth = later.copy()
    cloth[:, : WIDTH * 7 // 10] = 60
    assert _faults(reference, cloth) == {Fault.OCCLUSION}


def test_every_scene_is_another_one_for_the_others() -> None:
    scenes = {name: _pictures(name) for name in SCENES}
    for name, pictures in scenes.items():
        reference = Reference.of(pictures[:4])
        for other, others in scenes.items():
            if other != name:
                height, width = reference.bgr.shape[:2]
                shown = np.asarray(cv2.resize(others[0], (width, height)), np.uint8)
                assert Fault.SCENE_CHANGE in _faults(reference, shown), (name, other)

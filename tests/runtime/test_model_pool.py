"""Cameras share models; what no camera needs is freed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import cv2
import numpy as np
import pytest
from pydantic import ValidationError

from models.eval.media import frame_of
from pipeline.core.errors import ModelError
from pipeline.core.frame import Bgr, Frame
from pipeline.geometry import SiteConfig
from pipeline.inference.detector import load_detector
from pipeline.inference.tiles import TiledDetector
from pipeline.runtime.analysis import TRACKING_SCORE
from pipeline.runtime.config import CameraConfig, InferenceConfig
from pipeline.runtime.model_pool import ModelPool

_ZONE = {"name": "room", "polygon": [[0, 0], [1, 0], [1, 1], [0, 1]]}


def _camera(**keys: Any) -> CameraConfig:
    camera = {
        "id": "gate",
        "name": "门",
        "source": {"type": "rtsp", "url": "rtsp://127.0.0.1/x"},
        "model_input": [416, 256],
        "rules": [{"type": "perimeter_intrusion", "zone": _ZONE}],
    }
    return CameraConfig.model_validate(camera | keys)


def _drawing() -> Bgr:
    """Ellipses in which the shipped weights see somebody, if weakly."""
    random = np.random.default_rng(50)
    drawn = np.full((256, 416, 3), random.integers(0, 256, 3), np.uint8)
    for _ in range(12):
        colour = random.integers(0, 256, 3).tolist()
        centre = int(random.integers(416)), int(random.integers(256))
        axes = int(random.integers(5, 80)), int(random.integers(5, 80))
        turned = float(random.uniform(0, 180))
        cv2.ellipse(drawn, centre, axes, turned, 0, 360, colour, -1, cv2.LINE_AA)
    return drawn


@pytest.fixture
def pool() -> Iterator[ModelPool]:
    made = ModelPool(InferenceConfig(threads=2, max_batch=2))
    yield made
    made.close()


def test_two_cameras_ask_one_detector_and_get_what_it_says(pool: ModelPool) -> None:
    one = pool.models_for(_camera(), SiteConfig())
    other = pool.models_for(_camera(id="yard"), SiteConfig())
    assert one.detector is other.detector
    assert one.made_by.config_sha256 != other.made_by.config_sha256
    frame = frame_of(_drawing())
    with load_detector("campus_objects", input_size=(416, 256), score=TRACKING_SCORE) as alone:
        expected = alone.detect([frame])[0]
    assert len(expected) > 0, "other weights: draw something that they see"
    np.testing.assert_array_equal(one.detector.detect([frame])[0].xyxy, expected.xyxy)


def test_who_asks_for_tiles_looks_through_them_with_the_shared_weights(
    pool: ModelPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = pool.models_for(_camera(), SiteConfig()).detector
    tiled = pool.models_for(_camera(id="yard", tiles=[3, 2]), SiteConfig()).detector
    assert isinstance(tiled, TiledDetector)
    asked: list[int] = []

    def counted(frames: Sequence[Frame], look: Callable[..., Any] = plain.detect) -> Any:
        asked.append(len(frames))
        return look(frames)

    monkeypatch.setattr(plain, "detect", counted)
    tiled.detect([frame_of(np.zeros((720, 1280, 3), np.uint8))])
    assert asked == [1 + 3 * 2]


@pytest.mark.parametrize("tiles", [[0, 2], [5, 1], [1, 1], [2], "3x2"])
def test_a_tiling_that_makes_no_sense_is_refused(tiles: object) -> None:
    with pytest.raises(ValidationError, match="tiles"):
        _camera(tiles=tiles)


def test_attributes_are_loaded_only_for_who_asks(pool: ModelPool) -> None:
    assert pool.models_for(_camera(), SiteConfig()).classifier is None
    asks = _camera(rules=[{"type": "no_mask", "zone": _ZONE}])
    models = pool.models_for(asks, SiteConfig())
    assert models.classifier is not None
    assert models.made_by.attributes_model.startswith("kitchen_attributes ")
    answers = models.classifier.classify(
        frame_of(np.zeros((200, 100, 3), np.uint8)), np.array([[10, 10, 90, 190]], np.float32)
    )
    assert answers.of("mask").shape == (1,)


def test_what_no_camera_needs_is_freed_and_the_rest_goes_on(pool: ModelPool) -> None:
    kept, gone = _camera(), _camera(id="yard", model_input=[416, 416])
    stays = pool.models_for(kept, SiteConfig()).detector
    freed = pool.models_for(gone, SiteConfig()).detector
    pool.keep_only([kept])
    frame = frame_of(np.zeros((90, 160, 3), np.uint8))
    assert len(stays.detect([frame])) == 1
    again = pool.models_for(gone, SiteConfig()).detector
    assert again is not freed
    assert len(again.detect([frame])) == 1


def test_a_bound_model_is_a_detector_of_its_own_and_named_by_its_alerts(pool: ModelPool) -> None:
    fire = {"type": "fire_smoke", "classes": ["fire"], "zone": _ZONE}
    bound = {"model": "fire_smoke", "every_s": 1.0, "input": [416, 256]}
    seldom = pool.models_for(_camera(rules=[fire], more_models=[bound]), SiteConfig())
    assert "fire" not in seldom.detector.class_names
    (sees,) = seldom.bound
    assert "fire" in sees.class_names
    assert seldom.made_by.model_for(frozenset({"fire"}))[0] == "fire_smoke"
    other = {**bound, "every_s": 2.0}
    yard = pool.models_for(_camera(id="yard", rules=[fire], more_models=[other]), SiteConfig())
    assert yard.bound == seldom.bound
    always = pool.models_for(_camera(rules=[fire], more_models=["fire_smoke"]), SiteConfig())
    assert "fire" in always.detector.class_names
    assert always.bound == ()


def test_a_closed_pool_refuses_at_once() -> None:
    pool = ModelPool(InferenceConfig(threads=1))
    detector = pool.models_for(_camera(), SiteConfig()).detector
    pool.close()
    with pytest.raises(ModelError, match="closed"):
        detector.detect([frame_of(np.zeros((90, 160, 3), np.uint8))])

"""Several detectors look as one, and none of unknown terms looks unless somebody took it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.eval.media import frame_of
from models.manifest import load_manifest
from pipeline.core.detections import Detections
from pipeline.core.errors import ConfigError, ModelError
from pipeline.core.frame import Frame
from pipeline.inference.several import SeveralDetectors, require_known_licence
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output


@dataclass
class Says:
    """Finds one box of its last class, with its own score."""

    class_names: tuple[str, ...]
    score: float

    @property
    def track_scores(self) -> dict[str, float]:
        return dict.fromkeys(self.class_names, self.score)

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        box = np.full((1, 4), self.score * 100, np.float32)
        last = np.array([len(self.class_names) - 1])
        score = np.array([self.score], np.float32)
        return [Detections(box, score, last, self.class_names) for _ in frames]


def test_each_box_keeps_its_name_score_and_place() -> None:
    both = SeveralDetectors([Says(("person", "car"), 0.5), Says(("fire", "smoke"), 0.75)])
    frames = [frame_of(np.zeros((8, 8, 3), np.uint8)) for _ in range(3)]
    found = both.detect(frames)
    assert both.class_names == ("person", "car", "fire", "smoke")
    assert both.track_scores == {"person": 0.5, "car": 0.5, "fire": 0.75, "smoke": 0.75}
    assert len(found) == 3
    for one in found:
        assert [one.class_names[i] for i in one.class_id] == ["car", "smoke"]
        assert one.score.tolist() == [0.5, 0.75]
        assert one.xyxy[:, 0].tolist() == [50.0, 75.0]


def test_a_class_found_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="two models find 'car'"):
        SeveralDetectors([Says(("person", "car"), 0.5), Says(("car",), 0.5)])


def test_unknown_terms_stay_off_until_taken(tmp_path: Path) -> None:
    constant_model(tmp_path / "tiny.onnx", {"output": yolox_output({})})
    write_registry(tmp_path, manifest(tmp_path / "tiny.onnx", licence_status="unknown"))
    unknown = load_manifest("tiny", tmp_path)
    with pytest.raises(ModelError, match="stays off") as refusal:
        require_known_licence(unknown, ["other"])
    assert "accept_unknown_licence: [tiny]" in refusal.value.remedy
    require_known_licence(unknown, ["tiny"])
    require_known_licence(load_manifest("campus_objects"), [])

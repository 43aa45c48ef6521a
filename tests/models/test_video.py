"""A detector on a video: which frames and boxes count."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from models.eval.media import read_video
from models.eval.tables import video_notes
from models.eval.video import Report, evaluate
from pipeline.core.detections import Floats
from pipeline.core.errors import ConfigError
from pipeline.inference.detector import load_detector
from pipeline.video.annotated import AnnotatedWriter
from tests.inference.tiny import constant_model, manifest, write_registry, yolox_output

CUP = np.array([[4, 4, 20, 20]], np.float32)
"""Where the model sees one in every picture."""
ELSEWHERE = np.array([[40, 40, 60, 60]], np.float32)


def judged(folder: Path, truth: dict[int, Floats], **more: object) -> Report:
    """Four frames of nothing, and a model that sees a cup in each."""
    constant_model(
        folder / "tiny.onnx",
        {"output": yolox_output({9: (0.5, 0.5, np.log(2), np.log(2), 1.0, 0.0, 0.9)})},
    )
    write_registry(folder, manifest(folder / "tiny.onnx"))
    writer = AnnotatedWriter(folder / "v.mp4", 64, 64, 5)
    for number in range(4):
        writer.write(np.full((64, 64, 3), 90, np.uint8), number / 5)
    writer.close()
    options = {"frames": range(1, 100), "min_score": 0.3, "class_name": "cup"} | more
    with load_detector("tiny", score=0.01, registry_dir=folder) as detector:
        return evaluate(detector, folder / "v.mp4", truth, **options)  # type: ignore[arg-type]


def test_frames_without_truth_are_left_out_or_empty(tmp_path: Path) -> None:
    report = judged(tmp_path, {1: CUP, 3: CUP})
    assert (report.frames, report.without_truth) == (2, 2)
    assert report.classes["cup"].precision.value == 1.0
    assert any("--empty-frames" in note for note in video_notes(report, False))
    report = judged(tmp_path, {1: CUP, 3: CUP}, unnamed_are_empty=True)
    assert (report.frames, report.without_truth) == (4, 2)
    assert report.classes["cup"].precision.value == 0.5
    assert video_notes(report, True) == []


def test_truth_after_the_videos_end_is_told(tmp_path: Path) -> None:
    report = judged(tmp_path, {4: CUP, 5: CUP, 9: CUP})
    assert (report.frames, report.beyond_end, report.classes["cup"].truths) == (1, 2, 1)
    assert any("2 boxes" in note for note in video_notes(report, False))
    assert judged(tmp_path, {4: CUP, 5: CUP}, frames=range(1, 5)).beyond_end == 0


def test_a_file_of_sound_is_told(tmp_path: Path) -> None:
    path = tmp_path / "sound.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="mono")
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 44100
        frame.planes[0].update(bytes(4096))
        container.mux([*stream.encode(frame), *stream.encode()])
    with pytest.raises(ConfigError, match="no video"):
        list(read_video(path))


@pytest.mark.parametrize(
    ("truth", "aside", "boxes", "precision"),
    [
        (CUP[:0], CUP, 0, 0.0),
        (ELSEWHERE, CUP, 0, 0.0),
        (CUP, CUP, 1, 1.0),
        (ELSEWHERE, ELSEWHERE, 1, 0.0),
    ],
)
def test_what_is_set_aside_is_neither_right_nor_wrong(
    tmp_path: Path, truth: Floats, aside: Floats, boxes: int, precision: float
) -> None:
    cup = judged(tmp_path, {1: truth}, aside={1: aside}).classes["cup"]
    assert (cup.boxes, cup.precision.value) == (boxes, precision)

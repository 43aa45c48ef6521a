"""Score a detector on a video with drawn truth, through the product's own inference path."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from models.eval.media import frame_of, read_video
from models.eval.metrics import MATCH_IOU, Scores, gather, judge
from pipeline.core.detections import Detections, Floats
from pipeline.core.errors import ConfigError
from pipeline.core.frame import Bgr
from pipeline.inference.detector import Detector
from pipeline.inference.nms import iou_matrix

LEAST_SCORE = 0.01
"""Boxes from here on enter the average precision."""


@dataclass(frozen=True, slots=True)
class Report:
    """One model on one video.

    Attributes:
        model: Its id.
        sha256: Of its weights.
        input_size: (width, height) the frames went in at.
        frames: Frames looked at.
        without_truth: Frames asked for that the truth does not name; among ``frames`` only where
            they were to count as empty.
        beyond_end: Boxes of truth asked for, in frames the video does not have.
        ms_per_image: Median of one ``detect`` call, letterbox included.
        classes: Figures of each class with truth.
    """

    model: str
    sha256: str
    input_size: tuple[int, int]
    frames: int
    without_truth: int
    beyond_end: int
    ms_per_image: float
    classes: Mapping[str, Scores]


@dataclass(frozen=True, slots=True)
class FrameLook:
    """One frame with what is there and what was found, for whoever watches an evaluation.

    Attributes:
        number: Of the frame, from 1.
        pixels: The frame.
        xyxy: (N, 4) found, cut to the frame.
        score: (N,)
        truth: (M, 4)
    """

    number: int
    pixels: Bgr
    xyxy: Floats
    score: Floats
    truth: Floats


def evaluate(
    detector: Detector,
    video: Path,
    truth: Mapping[int, Floats],
    *,
    frames: range,
    min_score: float,
    class_name: str = "person",
    aside: Mapping[int, Floats] | None = None,
    unnamed_are_empty: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    watch: Callable[[FrameLook], None] = lambda look: None,
) -> Report:
    """Score one class on the frames of a video that have truth.

    Truth and boxes are clipped to the picture before they are compared: what lies outside it
    nobody saw.

    Args:
        detector: Loaded with score ``LEAST_SCORE``.
        video: File.
        truth: Boxes (N, 4) by frame number, the first frame being 1.
        frames: Frame numbers to use.
        min_score: Operating score.
        class_name: The class the truth speaks of.
        aside: Boxes by frame that neither count when found nor when missed.
        unnamed_are_empty: Whether a frame without an entry in ``truth`` shows nobody; it is left
            out otherwise, as nobody may have looked at it.
        progress: Told (frames looked at, frames with truth).
        watch: Told every frame looked at.

    Raises:
        ConfigError: The video cannot be read, no frame in ``frames`` has truth, a box of truth lies
            outside the picture, or the model lacks the class.
    """
    wanted = frozenset((class_name,))
    if class_name not in detector.class_names:
        raise ConfigError(
            f"{detector.model_id} has no class {class_name!r}", remedy="Choose another --model"
        )
    wanted_frames = sum(number in frames for number in truth)
    nobody = np.zeros((0, 4), np.float32)
    without_truth = last = 0
    found: list[tuple[Floats, Floats]] = []
    real: list[Floats] = []
    seconds: list[float] = []
    input_size = detector.input_size
    for number, pixels in _readable(video):
        if number >= frames.stop:
            break
        last = number
        if number not in frames:
            continue
        without_truth += number not in truth
        if number not in truth and not unnamed_are_empty:
            continue
        progress(len(found), wanted_frames)
        begun = time.perf_counter()
        boxes: Detections = detector.detect([frame_of(pixels)])[0]
        seconds.append(time.perf_counter() - begun)
        boxes = boxes.of_classes(wanted)
        height, width = pixels.shape[:2]
        input_size = detector.size_for((width, height))
        real.append(_inside(truth.get(number, nobody), width, height, number))
        xyxy = clip(boxes.xyxy, width, height)
        none_aside = nobody if aside is None else aside.get(number, nobody)
        kept = ~_set_aside(xyxy, real[-1], clip(none_aside, width, height))
        found.append((xyxy[kept], boxes.score[kept]))
        watch(FrameLook(number, pixels, *found[-1], real[-1]))
    if not found:
        raise ConfigError(
            "no frame asked for has truth",
            where=str(video),
            remedy="Frames count from 1 in the truth; choose others with --frames",
        )
    scores = judge(gather(found, real), min_score)
    return Report(
        detector.model_id,
        detector.model_sha256,
        input_size,
        len(found),
        without_truth,
        sum(len(boxes) for number, boxes in truth.items() if number in frames and number > last),
        float(np.median(seconds)) * 1000,
        {class_name: scores},
    )


def _readable(video: Path) -> Iterator[tuple[int, Bgr]]:
    try:
        yield from read_video(video)
    except av.FFmpegError as error:
        raise ConfigError(
            f"the video cannot be read ({error.strerror})",
            where=str(video),
            remedy="Name a video file as --video",
        ) from error


def _inside(truth: Floats, width: int, height: int, frame: int) -> Floats:
    cut = clip(truth, width, height)
    if (cut[:, 2:] <= cut[:, :2]).any():
        raise ConfigError(
            f"a box of truth in frame {frame} lies outside the picture, which is {width}x{height}",
            remedy="Correct the truth, or name the video it was drawn on",
        )
    return cut


def _set_aside(xyxy: Floats, real: Floats, aside: Floats) -> NDArray[np.bool_]:
    """(N,) whether a box shows what is not to be considered, and no truth as well."""
    if not len(aside) or not len(xyxy):
        return np.zeros(len(xyxy), np.bool_)
    best = iou_matrix(xyxy, aside).max(axis=1)
    rival = iou_matrix(xyxy, real).max(axis=1) if len(real) else np.zeros(len(xyxy))
    return np.asarray((best >= MATCH_IOU) & (rival < MATCH_IOU), np.bool_)


def clip(xyxy: Floats, width: int, height: int) -> Floats:
    """Boxes (N, 4) cut to the picture."""
    high = np.array([width, height, width, height], np.float32)
    return np.clip(xyxy, 0.0, high).astype(np.float32)

"""A model that looks at frames: the only door of this room that the runtime needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

import numpy as np

from models.manifest import (
    ManifestError,
    ModelManifest,
    Task,
    load_manifest,
    verify,
)
from pipeline.core.detections import TRACK_SCORE, Detections, Floats
from pipeline.core.errors import ModelError
from pipeline.core.frame import Frame, Picture
from pipeline.inference.backends.base import Backend, backend_factory, require_outputs
from pipeline.inference.decode.base import Candidates, Head
from pipeline.inference.decode.registry import decoder_for
from pipeline.inference.nms import keep_best
from pipeline.inference.preprocess import Letterbox, letterbox, prepare


class Detector:
    """Boxes of the objects in a batch of frames; several threads may ask at a time.

    The same frames give the same boxes on every run.

    Args:
        manifest: A manifest of task detect.
        backend: The manifest's weights, loaded.
        input_size: (width, height) of the model's input, one of the manifest's ``allowed_sizes``.
            If None, its ``size``, or for each picture the smallest allowed one that shows it as
            large: what is saved is padding, two fifths of the time for a 16:9 camera.
        score: Least score of a box, in place of all of the manifest's.

    Raises:
        ModelError: The size is not allowed, the score no fraction, or the family not known.

    Attributes:
        class_names: What ``Detections.class_id`` indexes.
        track_scores: By class, from which score the manifest lets a box begin a track.
        model_id: The manifest's id.
        model_sha256: Of the weights, for evidence.
        input_size: (width, height), the largest in use.
    """

    def __init__(
        self,
        manifest: ModelManifest,
        backend: Backend,
        *,
        input_size: tuple[int, int] | None = None,
        score: float | None = None,
    ) -> None:
        where = str(manifest.path)
        if input_size is not None and input_size not in manifest.input.allowed_sizes:
            sizes = ", ".join(f"{w}x{h}" for w, h in manifest.input.allowed_sizes)
            raise ModelError(
                f"the model was not measured at {input_size[0]}x{input_size[1]}",
                where=f"{where}: input.allowed_sizes",
                remedy=f"Choose one of: {sizes}",
            )
        if score is not None and not 0.0 <= score <= 1.0:
            raise ModelError(
                f"the score {score} is not between 0 and 1",
                where=where,
                remedy="Write a fraction, as 0.3",
            )
        self.class_names = manifest.classes
        self.track_scores = {
            name: manifest.thresholds.track_score(name, TRACK_SCORE) for name in manifest.classes
        }
        self.model_id = manifest.id
        self.model_sha256 = manifest.weights.sha256
        self.input_size = manifest.input.size if input_size is None else input_size
        self._spec = manifest.input
        self._output_count = len(manifest.output.names)
        self._nms_iou = manifest.thresholds.nms_iou
        self._decode = decoder_for(manifest.family, where)
        self._where = where
        least = _min_score(manifest, score)
        self._heads = {
            size: Head(size, manifest.output.strides, least, where)
            for size in _sizes(manifest, input_size)
        }
        self._backend = backend

    def size_for(self, picture_size: tuple[int, int]) -> tuple[int, int]:
        """The model's input for a picture, both (width, height)."""
        anchor = self._spec.anchor
        full = letterbox(picture_size, self.input_size, anchor).scaled_size
        return next(
            size
            for size in self._heads
            if letterbox(picture_size, size, anchor).scaled_size == full
        )

    def detect(self, frames: Sequence[Frame]) -> list[Detections]:
        """Look at some frames at once.

        Args:
            frames: Of any cameras and sizes.

        Returns:
            For each frame its boxes, best first, in pixels of the full frame, not clipped to it.

        Raises:
            ModelError: The model's outputs are not what the manifest says, or not finite.
        """
        alike: dict[tuple[int, int], list[int]] = {}
        for index, frame in enumerate(frames):
            alike.setdefault(self.size_for(frame.size), []).append(index)
        found: dict[int, Detections] = {}
        for size, indices in alike.items():
            boxes = self._look([frames[index].picture for index in indices], self._heads[size])
            found.update(zip(indices, boxes, strict=True))
        return [found[index] for index in range(len(frames))]

    def close(self) -> None:
        """Free the model."""
        self._backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _look(self, pictures: Sequence[Picture], head: Head) -> list[Detections]:
        batch, places = prepare(pictures, self._spec, head.input_size)
        outputs = self._backend.infer(batch)
        require_outputs(outputs, self._output_count, self._where)
        candidates = self._decode(outputs, head)
        if len(candidates) != len(pictures):
            raise ModelError(
                f"the model answered for {len(candidates)} of {len(pictures)} pictures",
                where=self._where,
                remedy="Export the weights with a free batch dimension",
            )
        return [self._finish(c, p) for c, p in zip(candidates, places, strict=True)]

    def _finish(self, found: Candidates, place: Letterbox) -> Detections:
        if self._nms_iou is None:
            best = np.argsort(-found.score, kind="stable").astype(np.int64)
        else:
            best = keep_best(found.xyxy, found.score, found.class_id, self._nms_iou)
        return Detections(
            place.to_picture(found.xyxy[best]),
            found.score[best].astype(np.float32),
            found.class_id[best],
            self.class_names,
        )


def load_detector(
    model_id: str,
    *,
    threads: int = 1,
    input_size: tuple[int, int] | None = None,
    score: float | None = None,
    registry_dir: Path | None = None,
    backend: str = "onnx",
) -> Detector:
    """Load a detector by its id, after checking that its weights are the manifest's.

    Args:
        model_id: Name of a manifest.
        threads: Threads of the runtime.
        input_size: (width, height), one of the manifest's; see :class:`Detector`.
        score: Least score of a box in place of the manifest's.
        registry_dir: Folder of manifests; the shipped and the imported if None.
        backend: Runtime, a key of ``BACKENDS``.

    Raises:
        ModelError: Manifest, weights, hash, backend or an argument is wrong; says where and what
            to do.

    Example:
        >>> load_detector("campus_objects").class_names[0]
        'person'
    """
    try:
        manifest = load_manifest(model_id, registry_dir)
        verify(manifest)
    except ManifestError as error:
        raise ModelError(error.what, where=error.where, remedy=error.remedy) from error
    if manifest.task is not Task.DETECT:
        raise ModelError(
            f"the model's task is {manifest.task}, not detect",
            where=f"{manifest.path}: task",
            remedy="Name a detector",
        )
    runtime = backend_factory(backend)(manifest, threads=threads)
    return Detector(manifest, runtime, input_size=input_size, score=score)


def _sizes(manifest: ModelManifest, chosen: tuple[int, int] | None) -> list[tuple[int, int]]:
    """What a picture may go in at, the smallest first."""
    if chosen is not None:
        return [chosen]
    width, height = manifest.input.size
    within = {(w, h) for w, h in manifest.input.allowed_sizes if w <= width and h <= height}
    return sorted(within | {(width, height)}, key=lambda size: (size[0] * size[1], size))


def _min_score(manifest: ModelManifest, score: float | None) -> Floats:
    thresholds = manifest.thresholds
    values = [
        score if score is not None else thresholds.per_class.get(name, thresholds.score)
        for name in manifest.classes
    ]
    return np.array(values, np.float32)
